/**
 * P1 and P2 on a real Kafka with real processes: three of them under a mixed load, killed, stopped and
 * frozen while they work, under both group protocols. Every input ends once, in order per key.
 * `SOAK_SECONDS` makes each run that long, with more of the same.
 */
import { expect } from 'chai';
import { startBroker, type LocalKafka } from '../support/broker.js';
import { ServiceBench } from '../support/service-bench.js';
import { Turmoil } from '../support/turmoil.js';

const SOAK_SECONDS = Number(process.env['SOAK_SECONDS'] ?? 0);
const LIMIT_MS = 240_000 + SOAK_SECONDS * 1000;

describe('exactly once on a real Kafka, whatever becomes of the processes', function () {
  this.timeout(LIMIT_MS);
  let kafka: LocalKafka;

  before(async function () {
    kafka = await startBroker(this);
  });

  const runs = [
    {
      what: 'classic protocol, static members',
      env: { KAFKA_GROUP_PROTOCOL: 'classic', KAFKA_SESSION_TIMEOUT_MS: '6000' },
      named: true,
    },
    { what: 'consumer protocol, dynamic members', env: { KAFKA_GROUP_PROTOCOL: 'consumer' }, named: false },
  ] as const;

  for (const [index, { what, env, named }] of runs.entries()) {
    it(`every input ends once and in order: ${what}`, async () => {
      const bench = await ServiceBench.on(kafka, { env: { ...env, TRANSACTION_TIMEOUT_MS: '6000' } });
      const turmoil = new Turmoil(bench, { seed: 100 + index, named, recordsPerSecond: 400 });
      const inputs = await turmoil.run(SOAK_SECONDS * 1000);
      const { counts } = await bench.expectExactlyOnce(inputs);
      console.log(
        `      ${counts.inputs} inputs, ${counts.audits} audit events, ${counts.deadLetters} dead letters; ${turmoil.told}`,
      );
      expect(counts.inputs).to.be.greaterThan(1000);
    });
  }
});
