/**
 * P1 and P2 under at_least_once: processes are killed, stopped and frozen while they work. Nothing is
 * missing, and first occurrences are in order per key; repeats are allowed, and are counted.
 */
import { expect } from 'chai';
import { startBroker, type LocalKafka } from '../support/broker.js';
import { expectNoFaults } from '../support/faults.js';
import { ServiceBench } from '../support/service-bench.js';
import { Turmoil } from '../support/turmoil.js';

const SOAK_SECONDS = Number(process.env['SOAK_SECONDS'] ?? 0);

describe('at least once on a real Kafka, whatever becomes of the processes', function () {
  this.timeout(240_000 + SOAK_SECONDS * 1000);
  let kafka: LocalKafka;

  before(async function () {
    kafka = await startBroker(this);
  });

  it('nothing is missing, and first occurrences are in order', async () => {
    const env = { PROCESSING_GUARANTEE: 'at_least_once', KAFKA_SESSION_TIMEOUT_MS: '6000' };
    const bench = await ServiceBench.on(kafka, { env });
    const turmoil = new Turmoil(bench, { seed: 200, named: false, recordsPerSecond: 400 });
    const inputs = await turmoil.run(SOAK_SECONDS * 1000);
    const verdict = await bench.verdict(inputs, { repeatsAllowed: true });
    expectNoFaults(verdict);
    console.log(`      ${inputs.length} inputs, ${verdict.repeats} repeats; ${turmoil.told}`);
    expect(inputs.length).to.be.greaterThan(1000);
  });
});
