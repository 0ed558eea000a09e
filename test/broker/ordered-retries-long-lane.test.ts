/**
 * P1 and P3 with a long lane: 10,000 followers, as many as LANE_MAX_FOLLOWERS allows, drain in order; a lane at a
 * smaller bound holds back its own partition until it drains, and no other.
 */
import { expect } from 'chai';
import { startBroker, type LocalKafka } from '../support/broker.js';
import type { Input } from '../support/checker.js';
import { RetryBench } from '../support/retry-bench.js';
import { recordsOf, userOfSeed } from '../support/user-records.js';
import { until } from '../support/wait.js';

const FOLLOWERS = 10_000;
const STUCK = 1;
const IMPATIENT = 9;

/** A record whose call hangs, and one behind it that loses its patience. */
const openLane = async (retry: RetryBench): Promise<Input[]> => {
  const inputs = await retry.produce([...recordsOf(STUCK, 1), ...recordsOf(IMPATIENT, 1)], 0);
  await until('the lane is there', async () => (await retry.laneLog()).lanes.length === 1);
  return [...inputs];
};

describe('a long lane', function () {
  this.timeout(180_000);
  let kafka: LocalKafka;

  before(async function () {
    kafka = await startBroker(this);
  });

  it('10,000 followers wait behind one call, and drain in order', async () => {
    const retry = await RetryBench.on(kafka);
    const { directory } = retry;
    directory.forUser(userOfSeed(STUCK), directory.stalls);
    const service = await retry.startReady('one');
    const inputs = await openLane(retry);
    inputs.push(...(await retry.produce(recordsOf(STUCK, 1 + FOLLOWERS).slice(1), 0)));
    await retry.bench.untilAllCommitted();
    expect(directory.attemptsFor(userOfSeed(STUCK)), 'calls').to.have.length(1);
    expect(await retry.bench.audits()).to.have.length(1);
    const lanes = (await service.status()).tasks.map((task) => task.lanes?.followers);
    expect(lanes).to.include(FOLLOWERS);
    directory.release();
    await retry.untilAtRest();
    await retry.expectOrdered(inputs);
    expect(directory.attemptsFor(userOfSeed(STUCK)), 'calls').to.have.length(1 + FOLLOWERS);
  });

  it('a lane at its bound pauses its partition and no other, and resumes it when it drains', async () => {
    const retry = await RetryBench.on(kafka, { env: { LANE_MAX_FOLLOWERS: '50' } });
    const { directory } = retry;
    directory.forUser(userOfSeed(STUCK), directory.stalls);
    const service = await retry.startReady('one');
    const stuck = await openLane(retry);
    stuck.push(...(await retry.produce(recordsOf(STUCK, 100).slice(1), 0)));
    const paused = async (): Promise<readonly string[]> =>
      (await service.status()).tasks.find(({ partition }) => partition === 0)?.paused ?? [];
    await until('its partition is paused', async () => (await paused()).includes('bound'));
    // Not read while it is paused: what had been read before is in the lane, whatever its bound.
    stuck.push(...(await retry.produce(recordsOf(STUCK, 200).slice(100), 0)));
    const elsewhere = [
      ...(await retry.produce(recordsOf(2, 50), 1)),
      ...(await retry.produce(recordsOf(3, 50), 2)),
    ];
    await until('the others are committed', async () => (await retry.bench.audits()).length === 101);
    expect((await retry.laneLog()).followers.length, 'records of the lane').to.be.within(51, 100);
    expect(await paused()).to.include('bound');
    directory.release();
    await retry.untilAtRest();
    await retry.expectOrdered([...stuck, ...elsewhere]);
    await until('nothing is paused', async () => (await service.status()).pausedPartitions === 0);
  });
});
