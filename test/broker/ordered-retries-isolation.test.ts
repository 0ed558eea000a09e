/**
 * P3 when calls hang: the other records of the partition go on after the emission patience, while the call still
 * hangs; the key's own wait in its lane, in order, also across a kill. Nothing here is a matter of seconds: what
 * must have happened has happened before the call is let go.
 */
import { expect } from 'chai';
import { startBroker, type LocalKafka } from '../support/broker.js';
import type { Input } from '../support/checker.js';
import { knows } from '../support/directory-server.js';
import { RetryBench } from '../support/retry-bench.js';
import { firstOf, recordsOf, userOfSeed } from '../support/user-records.js';
import { until } from '../support/wait.js';

const HANGING = 1;

/** Three records of the hanging user in partition 0, and ten others before, between and after them. */
const produceAround = async (retry: RetryBench): Promise<{ stuck: Input[]; others: Input[] }> => {
  const stuck: Input[] = [];
  const others: Input[] = [];
  for (const [i, record] of recordsOf(HANGING, 3).entries()) {
    others.push(...(await retry.produce(recordsOf(10 + i, 10), 0)));
    stuck.push(...(await retry.produce([record], 0)));
  }
  others.push(...(await retry.produce(recordsOf(20, 10), 0)));
  return { stuck, others };
};

const idOf = (retry: RetryBench, { place }: Input): string =>
  `${retry.source}-${place.partition}-${place.offset}`;

describe('a call that hangs', function () {
  this.timeout(120_000);
  let kafka: LocalKafka;

  before(async function () {
    kafka = await startBroker(this);
  });

  for (const guarantee of ['exactly_once_v2', 'at_least_once'] as const) {
    it(`the other keys of its partition are committed while it hangs, and its own follow in order, ${guarantee}`, async () => {
      const retry = await RetryBench.on(kafka, { env: { PROCESSING_GUARANTEE: guarantee } });
      const { directory } = retry;
      directory.forUser(userOfSeed(HANGING), directory.stalls);
      const service = await retry.startReady('one');
      const { stuck, others } = await produceAround(retry);

      await until(
        'all others are committed',
        async () => (await retry.bench.audits()).length === others.length,
      );
      await retry.bench.untilAllCommitted();
      expect(directory.held, 'calls that hang').to.equal(1);
      const log = await retry.laneLog();
      expect(
        log.lanes.map(({ head, status, attempts, arm }) => ({ head, status, attempts, arm })),
      ).to.deep.equal([{ head: idOf(retry, firstOf(stuck)), status: 'retrying', attempts: 0, arm: null }]);
      expect(log.followers.map(({ id }) => id)).to.deep.equal(stuck.map((input) => idOf(retry, input)));
      const { tasks } = await service.status();
      expect(tasks.find(({ partition }) => partition === 0)?.lanes).to.include({
        retrying: 1,
        parked: 0,
        followers: 2,
      });
      expect(await retry.retries(), 'retry records').to.deep.equal([]);

      directory.release();
      await retry.untilAtRest();
      await retry.expectOrdered([...stuck, ...others], { retries: { guarantee } });
      // The outcome of the run that hung was taken for the lane's: nobody was asked twice.
      expect(directory.attemptsFor(userOfSeed(HANGING))).to.have.length(3);
    });
  }

  it('a process that takes over while it hangs has the lane, asks again at once, and the others go on', async () => {
    const retry = await RetryBench.on(kafka, {
      env: { KAFKA_SESSION_TIMEOUT_MS: '6000', INSTANCE_ID: 'one' },
    });
    const { directory } = retry;
    directory.forUser(userOfSeed(HANGING), directory.stalls);
    const first = await retry.startReady('first');
    const before = await produceAround(retry);
    await until('its lane is committed', async () => (await retry.laneLog()).followers.length === 3);
    await first.kill();

    await retry.startReady('second');
    await until('it is asked again', () => directory.attemptsFor(userOfSeed(HANGING)).length === 2);
    const after = await retry.produce(recordsOf(30, 20), 0);
    const others = [...before.others, ...after];
    await until(
      'all others are committed',
      async () => (await retry.bench.audits()).length === others.length,
    );
    expect((await retry.laneLog()).followers).to.have.length(3);
    directory.release();
    await retry.untilAtRest();
    await retry.expectOrdered([...before.stuck, ...others], { retries: { quiet: false } });
  });

  it('a time-out is a failure: its retry goes through the tiers while the others go on', async () => {
    const retry = await RetryBench.on(kafka, { env: { DIRECTORY_TIMEOUT_MS: '1000' } });
    const { directory } = retry;
    directory.forUser(userOfSeed(HANGING), (...of) =>
      (of[2] === 1 ? directory.stalls : knows({ id: 'late' }))(...of),
    );
    await retry.startReady('one');
    const { stuck, others } = await produceAround(retry);
    await retry.untilAtRest();
    await retry.expectOrdered([...stuck, ...others]);
    expect((await retry.retries()).map(({ topic }) => topic)).to.deep.equal([retry.retryTopic('1s')]);
  });

  it('keys that hang take every slot of their partition at most, and no other partition waits', async () => {
    const retry = await RetryBench.on(kafka, { env: { MAX_IN_FLIGHT: '4' } });
    const { directory } = retry;
    const hanging = [1, 2, 3, 4, 5, 6];
    for (const seed of hanging) directory.forUser(userOfSeed(seed), directory.stalls);
    const service = await retry.startReady('one');
    const stuck = await retry.produce(
      hanging.flatMap((seed) => recordsOf(seed, 2)),
      0,
    );
    const after = await retry.produce(recordsOf(40, 20), 0);
    await until('calls hang', () => directory.held > 1);
    const elsewhere = await retry.produce([...recordsOf(50, 40), ...recordsOf(51, 40)], 1);
    await until('another partition is committed', async () => {
      const committed = await retry.tool.committed(retry.bench.group, retry.source);
      return committed.get(1) === elsewhere.length;
    });
    expect(directory.held, 'calls of partition 0 under way').to.be.within(2, 4);
    expect((await service.get('/livez')).status).to.equal(200);
    directory.release();
    await retry.untilAtRest();
    await retry.expectOrdered([...stuck, ...after, ...elsewhere]);
  });
});
