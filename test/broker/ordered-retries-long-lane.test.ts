/**
 * P1 and P3 with a long lane: 10,000 followers, as many as LANE_MAX_FOLLOWERS allows, drain in order; a lane at a
 * smaller bound holds back its own partition until it drains, and no other.
 */
import { expect } from 'chai';
import { startBroker, type LocalKafka } from '../support/broker.js';
import { RetryBench } from '../support/retry-bench.js';
import { recordsOf, userOfSeed } from '../support/user-records.js';
import { until } from '../support/wait.js';

const FOLLOWERS = 10_000;
const STUCK = 1;

describe('a long lane', function () {
  this.timeout(180_000);
  let kafka: LocalKafka;

  before(async function () {
    kafka = await startBroker(this);
  });

  it('10,000 followers wait behind one call, and drain in order', async () => {
    const retry = await RetryBench.on(kafka, { partitions: 1 });
    const { directory } = retry;
    directory.forUser(userOfSeed(STUCK), directory.stalls);
    const service = await retry.startReady('one');
    const inputs = await retry.produce(recordsOf(STUCK, 1 + FOLLOWERS));
    await retry.bench.untilAllCommitted();
    expect(directory.calls, 'calls').to.have.length(1);
    expect(await retry.bench.audits()).to.have.length(0);
    const [task] = (await service.status()).tasks;
    expect(task?.lanes).to.include({ retrying: 1, followers: FOLLOWERS });
    directory.release();
    await retry.untilAtRest();
    await retry.expectOrdered(inputs);
    expect(directory.calls, 'calls').to.have.length(1 + FOLLOWERS);
  });

  it('a lane at its bound pauses its partition and no other, and resumes it when it drains', async () => {
    const retry = await RetryBench.on(kafka, { env: { LANE_MAX_FOLLOWERS: '50' } });
    const { directory } = retry;
    directory.forUser(userOfSeed(STUCK), directory.stalls);
    const service = await retry.startReady('one');
    const stuck = await retry.produce(recordsOf(STUCK, 500), 0);
    const paused = async (): Promise<readonly string[]> =>
      (await service.status()).tasks.find(({ partition }) => partition === 0)?.paused ?? [];
    await until('its partition is paused', async () => (await paused()).includes('bound'));
    const elsewhere = [
      ...(await retry.produce(recordsOf(2, 50), 1)),
      ...(await retry.produce(recordsOf(3, 50), 2)),
    ];
    await until('the others are committed', async () => (await retry.bench.audits()).length === 100);
    expect((await retry.laneLog()).followers.length, 'records of the lane').to.be.at.most(51);
    expect(await paused()).to.include('bound');
    directory.release();
    await retry.untilAtRest();
    await retry.expectOrdered([...stuck, ...elsewhere]);
    await until('nothing is paused', async () => (await service.status()).pausedPartitions === 0);
  });
});
