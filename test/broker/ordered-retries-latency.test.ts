/**
 * P3, measured: what failing keys cost the others, and the whole work. Two services work on the same load side by
 * side, one without failures, so that whatever else the machine does befalls both; only their ratio counts, and
 * the ratio of the whole work to what the delays force (forced-time.ts).
 */
import { expect } from 'chai';
import { NEVER_OPENS } from '../support/breaker-settings.js';
import { startBroker, type LocalKafka } from '../support/broker.js';
import type { Input } from '../support/checker.js';
import { DirectoryScript, fractionOf } from '../support/directory-script.js';
import { askedUserOf, eventIdOf } from '../support/expected-ends.js';
import { forcedTimeMs } from '../support/forced-time.js';
import { HostileRecords, type HostileRecord } from '../support/hostile-records.js';
import { produceSteadily } from '../support/load.js';
import { RetryBench } from '../support/retry-bench.js';
import { userOf } from '../support/user-records.js';

const SECONDS = Number(process.env['SOAK_SECONDS'] ?? 8);
const RECORDS_PER_SECOND = 60;
const MOST_LATENCY_RATIO = 2;
const MOST_WORK_RATIO = 1.1;

/** The time of a record is when the broker appended it: that of an audit event is when its commit was under way. */
const BY_APPEND = { 'message.timestamp.type': 'LogAppendTime' };

/** One user in ten fails, every other time: 5 % of all records. */
const neverFails = (userId: string): boolean => fractionOf(userId) >= 0.1;
const FAILING = new DirectoryScript({ seed: 1, failing: 0.5, failingCalls: [1, 2], spares: neverFails });
const HEALTHY = new DirectoryScript({ seed: 1 });

const load = (): HostileRecord[] => {
  const records = new HostileRecords({ seed: 430, users: 120, bad: 0, huge: 0 });
  return Array.from({ length: SECONDS * RECORDS_PER_SECOND }, () => {
    const record = records.next();
    return { ...record, key: Buffer.from(userOf(record)) };
  });
};

const median = (values: readonly number[]): number =>
  [...values].sort((one, other) => one - other)[Math.floor(values.length / 2)] ?? Number.NaN;

const benchOf = async (kafka: LocalKafka, script: DirectoryScript): Promise<RetryBench> => {
  const retry = await RetryBench.on(kafka, {
    script,
    partitions: 0,
    // When the load is over only lanes run, half of whose records fail: enough to open a breaker.
    env: NEVER_OPENS,
  });
  for (const topic of [retry.source, retry.bench.audit]) await retry.tool.createTopic(topic, 3, BY_APPEND);
  await retry.startReady(script === FAILING ? 'failing' : 'healthy');
  return retry;
};

/** What a process does for the first time takes long: it is not part of what is measured. */
const warmUp = async (retry: RetryBench): Promise<readonly Input[]> => {
  const records = new HostileRecords({ seed: 431, users: 50, bad: 0, huge: 0 });
  const healthy = Array.from({ length: 2000 }, () => records.next()).filter((record) =>
    neverFails(userOf(record)),
  );
  const inputs = [];
  for (const part of [0, 100, 200, 300]) {
    inputs.push(...(await retry.produce(healthy.slice(part, part + 100))));
    await retry.bench.untilAllCommitted();
  }
  return inputs;
};

const timesOf = async (retry: RetryBench, inputs: readonly Input[]) => {
  const placed = new Map(
    (await retry.tool.read(retry.source)).map(({ partition, offset, timestamp }) => [
      `${partition}@${offset}`,
      timestamp,
    ]),
  );
  const arrivedAtMs = ({ place }: Input): number =>
    placed.get(`${place.partition}@${place.offset}`) ?? Number.NaN;
  const audits = await retry.bench.audits();
  const endedAt = new Map(
    audits.map(({ value, timestamp }) => {
      const { metadata } = JSON.parse(value?.toString() ?? '') as { metadata: { correlationId: string } };
      return [metadata.correlationId, timestamp];
    }),
  );
  const latencies = inputs
    .filter(({ record }) => neverFails(userOf(record)))
    .map((input) => (endedAt.get(input.record.id) ?? Number.NaN) - arrivedAtMs(input));
  const ends = inputs.map(({ record }) => endedAt.get(record.id) ?? Number.NaN);
  const whole = Math.max(...ends) - Math.min(...inputs.map(arrivedAtMs));
  return { arrivedAtMs, medianMs: median(latencies), wholeMs: whole, judged: latencies.length };
};

describe('what failing keys cost', function () {
  this.timeout(180_000 + 3000 * SECONDS);
  let kafka: LocalKafka;

  before(async function () {
    kafka = await startBroker(this);
  });

  it(`the others less than ${MOST_LATENCY_RATIO} times their latency, and the whole work no more than ${MOST_WORK_RATIO} times what the delays force`, async () => {
    const benches = [await benchOf(kafka, HEALTHY), await benchOf(kafka, FAILING)] as const;
    const warm = await Promise.all(benches.map(warmUp));
    const [ofHealthy, ofFailing] = await Promise.all(
      benches.map((retry) => produceSteadily(retry.tool, retry.source, load(), RECORDS_PER_SECOND)),
    );
    const [healthyBench, failingBench] = benches;
    if (ofHealthy === undefined || ofFailing === undefined) throw new Error('not two loads');
    await Promise.all(benches.map((retry) => retry.untilAtRest()));
    await healthyBench.expectOrdered([...(warm[0] ?? []), ...ofHealthy]);
    const [, retries] = await failingBench.expectOrdered([...(warm[1] ?? []), ...ofFailing]);

    const healthy = await timesOf(healthyBench, ofHealthy);
    const failing = await timesOf(failingBench, ofFailing);
    const forcedMs = forcedTimeMs(ofFailing, {
      arrivedAtMs: failing.arrivedAtMs,
      fateOf: (input) =>
        FAILING.fateOf(eventIdOf(failingBench.source, input), askedUserOf(input.record) ?? ''),
      tierDelaysMs: failingBench.attempts.tierDelaysMs,
      recordMs: healthy.medianMs,
    });
    const [latency, work] = [failing.medianMs / healthy.medianMs, failing.wholeMs / forcedMs];
    console.log(
      `      ${failing.judged} records of keys that do not fail: median ${failing.medianMs} ms, ${healthy.medianMs} ms without failures, ratio ${latency.toFixed(2)}`,
    );
    console.log(
      `      whole work ${failing.wholeMs} ms, the delays force ${forcedMs} ms, ratio ${work.toFixed(3)}; ${retries.counts['retry records'] ?? 0} retries`,
    );
    expect(retries.counts['retry records']).to.be.greaterThan((SECONDS * RECORDS_PER_SECOND) / 50);
    expect(latency, 'latency').to.be.lessThan(MOST_LATENCY_RATIO);
    expect(work, 'whole work').to.be.at.most(MOST_WORK_RATIO);
  });
});
