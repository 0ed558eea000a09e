/**
 * librdkafka's flush, as the patch has it: without delivery reports nothing woke it up, and it looked every 10 ms whether
 * all was delivered. Held against a flush with reports, in turn on the same broker.
 */
import { expect } from 'chai';
import rdkafka, { type Producer } from 'node-rdkafka';
import { ask } from '../../bench/cluster/ask.js';
import { quantile } from '../../bench/measure/statistics.js';
import { chooseBinding } from '../../src/kafka/binding.js';
import { createKafkaClients } from '../../src/kafka/clients.js';
import { OpenClients, testClientOptions } from '../support/open-clients.js';
import { startBroker, uniqueName, type LocalKafka } from '../support/broker.js';

const ROUNDS = 60;
const LIMIT_MS = 10_000;

describe('a flush', function () {
  this.timeout(120_000);
  let broker: LocalKafka;
  const open = new OpenClients();
  const producers: Producer[] = [];

  before(async function () {
    broker = await startBroker(this);
    // On the published client it would fail.
    expect(chooseBinding('packed')).to.equal('packed');
  });

  afterEach(() => open.close());
  afterEach(() =>
    Promise.all(producers.splice(0).map((one) => ask<unknown>((done) => one.disconnect(LIMIT_MS, done)))),
  );

  const producer = async (onlyErrors: boolean): Promise<Producer> => {
    const made = new rdkafka.Producer({
      'bootstrap.servers': broker.bootstrapServers,
      'delivery.report.only.error': onlyErrors,
    });
    producers.push(made);
    await ask<unknown>((done) => made.connect({}, done));
    return made;
  };

  it('ends with the last delivery, also when nothing reports it', async () => {
    const topic = uniqueName('flush');
    const admin = await open.connect(
      createKafkaClients(testClientOptions(broker.bootstrapServers)).clusterAdmin(),
    );
    await admin.createTopic({ name: topic, partitions: 1, replicationFactor: 1, config: {} });
    const [silent, reporting] = [await producer(true), await producer(false)];
    const flushMs = async (of: Producer): Promise<number> => {
      of.produce(topic, 0, Buffer.from('x'));
      const from = performance.now();
      await ask((done) => of.flush(LIMIT_MS, done));
      return performance.now() - from;
    };
    const took = { silent: [] as number[], reporting: [] as number[] };
    for (let round = 0; round < ROUNDS; round++) {
      took.silent.push(await flushMs(silent));
      took.reporting.push(await flushMs(reporting));
    }
    const [silentMs, reportingMs] = [quantile(took.silent, 0.5), quantile(took.reporting, 0.5)];
    // Without the patch it is more than 10 ms, several times what a flush with reports takes.
    expect(silentMs / reportingMs, `${silentMs} and ${reportingMs} ms`).to.be.below(2);
  });
});
