/**
 * P1, P2 and P5 when settings change between two runs and lanes are waiting: tiers taken away, added, changed, none
 * left; another policy; more partitions; another guarantee. Nothing is lost, doubled or reordered. What waits
 * for an hour under the old settings and ends within the test has gone by the new ones.
 */
import { expect } from 'chai';
import { startBroker, type LocalKafka } from '../support/broker.js';
import { NEVER_OPENS } from '../support/breaker-settings.js';
import type { Input } from '../support/checker.js';
import { failsFirst, knows, unavailable } from '../support/directory-server.js';
import { expectNoFaults } from '../support/faults.js';
import { valuesOf } from '../support/original-record.js';
import { RetryBench } from '../support/retry-bench.js';
import type { ServiceEnvironment, ServiceProcess } from '../support/service-process.js';
import { recordsOf, userOfSeed } from '../support/user-records.js';
import { until } from '../support/wait.js';

const USERS = [1, 2, 3, 4, 5, 6];
const HOUR_MS = 3_600_000;

/** Three records of each user, all of them in lanes whose heads wait for an hour. */
const waitForAnHour = async (retry: RetryBench, seeds = USERS): Promise<readonly Input[]> => {
  const already = (await retry.laneLog()).lanes.length;
  const inputs = await retry.produce(seeds.flatMap((seed) => recordsOf(seed, 3)));
  await retry.bench.untilAllCommitted();
  await until('all heads wait for an hour', async () => {
    const { lanes } = await retry.laneLog();
    return lanes.length === already + seeds.length && lanes.every(({ delayMs }) => delayMs === HOUR_MS);
  });
  return inputs;
};

const stopped = async (service: ServiceProcess): Promise<void> => {
  expect(await service.stop()).to.deep.equal({ code: 0, signal: null });
};

describe('settings change while lanes wait', function () {
  this.timeout(180_000);
  let kafka: LocalKafka;

  before(async function () {
    kafka = await startBroker(this);
  });

  const onHours = async (env: ServiceEnvironment = {}): Promise<RetryBench> => {
    const retry = await RetryBench.on(kafka, { tiers: ['1s', '1h'], env: { ...NEVER_OPENS, ...env } });
    retry.directory.forOthers(unavailable);
    return retry;
  };

  const changes = [
    { what: 'the tier that they wait in is taken away', tiers: ['1s'], retriedOn: '1s' },
    { what: 'all delays are changed', tiers: ['500ms', '2s'], retriedOn: '2s' },
    { what: 'a tier is added and theirs is taken away', tiers: ['1s', '2s', '3s'], retriedOn: '3s' },
  ] as const;
  for (const { what, tiers, retriedOn } of changes) {
    it(`${what}: lanes are armed anew and end in order`, async () => {
      const retry = await onHours();
      const first = await retry.startReady('first');
      const waiting = await waitForAnHour(retry);
      await stopped(first);
      retry.directory.forOthers(knows({ id: 'back' }));
      await retry.startReady('second', {}, tiers);
      const later = await retry.produce(USERS.flatMap((seed) => recordsOf(seed, 4).slice(3)));
      await retry.untilAtRest();
      await retry.expectOrdered([...waiting, ...later], { retries: { quiet: false } });
      const topics = new Set((await retry.retries()).map(({ topic }) => topic));
      expect([...topics]).to.include(retry.retryTopic(retriedOn));
    });
  }

  it('no tier is left: lanes keep their time, and run from the lane log', async () => {
    const retry = await RetryBench.on(kafka, { tiers: ['5s'], env: NEVER_OPENS });
    retry.directory.forOthers(unavailable);
    const first = await retry.startReady('first');
    const waiting = await retry.produce(USERS.flatMap((seed) => recordsOf(seed, 3)));
    await until('all are in lanes', async () => (await retry.laneLog()).followers.length === waiting.length);
    await stopped(first);
    retry.directory.forOthers(knows({ id: 'back' }));
    await retry.startReady('second', {}, []);
    await retry.untilAtRest();
    const [ends] = await retry.verdicts(waiting);
    expectNoFaults(ends);
    // Nobody reads when the broker appended their retry records: what counts is the time that the lanes have.
    const retries = await retry.retries();
    expect(retries, 'retry records').to.have.length(USERS.length);
    for (const record of retries) {
      const [id = ''] = valuesOf(record.headers, 'x-lanes-id');
      const [due = ''] = valuesOf(record.headers, 'x-lanes-due');
      const last = retry.directory.calls.findLast(({ eventId }) => eventId === id);
      expect(last?.at.epochMs, id).to.be.at.least(Date.parse(due));
    }
  });

  it('a tier is added after theirs: they keep their time, and a restart changes nothing', async () => {
    const retry = await RetryBench.on(kafka, { tiers: ['2s'], env: NEVER_OPENS });
    retry.directory.forOthers(unavailable);
    const first = await retry.startReady('first');
    const inputs = await retry.produce(USERS.flatMap((seed) => recordsOf(seed, 3)));
    await until('all are in lanes', async () => (await retry.laneLog()).followers.length === inputs.length);
    retry.directory.forOthers(knows({ id: 'back' }));
    await stopped(first);
    await retry.startReady('second', {}, ['2s', '1h']);
    await retry.untilAtRest();
    await retry.expectOrdered(inputs, { retries: { quiet: false } });
  });

  it('the policy is changed to park and back: who is parked stays parked until a command releases it', async () => {
    const retry = await onHours();
    const [first, waiting] = [await retry.startReady('first'), await waitForAnHour(retry)];
    await stopped(first);
    // The last retry fails too: the policy of that moment counts.
    const second = await retry.startReady('second', { DLQ_POLICY: 'park' }, ['1s']);
    const parked = await retry.untilAtRest({ parked: USERS.length });
    expect(parked.followers).to.have.length(waiting.length);
    const ids = new Set(waiting.map(({ record }) => record.id));
    const judging = { rules: { repeatsAllowed: false, waiting: ids }, retries: { quiet: false } };
    const [{ counts }] = await retry.expectOrdered(waiting, judging);
    expect(counts).to.include({ notices: USERS.length, deadLetters: 0 });
    await stopped(second);

    retry.directory.forOthers(knows({ id: 'back' }));
    await retry.startReady('third', { DLQ_POLICY: 'skip' }, ['1s']);
    const later = await retry.produce(USERS.flatMap((seed) => recordsOf(seed, 4).slice(3)));
    await retry.bench.untilAllCommitted();
    const still = await retry.laneLog();
    expect(still.lanes.map(({ status }) => status)).to.deep.equal(USERS.map(() => 'parked'));
    for (const lane of still.lanes) {
      expect((await retry.commands.release(lane, lane.head)).outcome).to.equal('done');
    }
    await retry.untilAtRest();
    await retry.expectOrdered([...waiting, ...later], { retries: { quiet: false } });
  });

  it('the source gets partitions: lanes stay where they are, and internal topics grow', async () => {
    const retry = await RetryBench.on(kafka, { partitions: 2, tiers: ['1s', '1h'], env: NEVER_OPENS });
    retry.directory.forOthers(unavailable);
    const first = await retry.startReady('first');
    const waiting = await waitForAnHour(retry);
    await stopped(first);
    await retry.tool.createPartitions(retry.source, 4);
    retry.directory.forOthers(knows({ id: 'back' }));
    const second = await retry.startReady('second', {}, ['1s', '2s']);
    await retry.bench.untilAllRunning([second], 4);
    for (const topic of [
      retry.retryTopic('1s'),
      retry.retryTopic('2s'),
      retry.commandsTopic,
      retry.bench.laneLog,
    ]) {
      expect(await retry.tool.partitions(topic), topic).to.equal(4);
    }
    const later = [...(await retry.produce(USERS.flatMap((seed) => recordsOf(seed, 5).slice(3))))];
    // The tool learns of new partitions late: it is told.
    for (const partition of [2, 3]) {
      retry.directory.forUser(userOfSeed(10 + partition), failsFirst(1));
      later.push(...(await retry.produce(recordsOf(10 + partition, 3), partition)));
    }
    await retry.untilAtRest();
    const rules = { repeatsAllowed: false, auditPartitionsDiffer: true };
    await retry.expectOrdered([...waiting, ...later], { rules, retries: { quiet: false } });
  });

  it('the guarantee is switched both ways: lanes of the one are lanes of the other, and nothing is doubled', async () => {
    const retry = await onHours();
    const inputs = [];
    const first = await retry.startReady('first', { PROCESSING_GUARANTEE: 'exactly_once_v2' });
    inputs.push(...(await waitForAnHour(retry, [1, 2, 3])));
    await stopped(first);
    const second = await retry.startReady('second', { PROCESSING_GUARANTEE: 'at_least_once' });
    inputs.push(...(await waitForAnHour(retry, [4, 5, 6])));
    expect((await retry.laneLog()).followers).to.have.length(inputs.length);
    await stopped(second);
    retry.directory.forOthers(knows({ id: 'back' }));
    await retry.startReady('third', { PROCESSING_GUARANTEE: 'exactly_once_v2' }, ['1s']);
    inputs.push(...(await retry.produce(USERS.flatMap((seed) => recordsOf(seed, 4).slice(3)))));
    await retry.untilAtRest();
    await retry.expectOrdered(inputs, { retries: { quiet: false } });
  });
});
