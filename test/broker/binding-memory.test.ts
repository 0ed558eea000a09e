/**
 * The bindings keep nothing: memory is flat over many reads, and over many transactions. Measured against what a
 * leak of the kind would come to. The known one of node-rdkafka 3.6.1 (each offset of `sendOffsetsToTransaction`)
 * is freed by the patch for both bindings.
 */
import { expect } from 'chai';
import { median } from '../../bench/measure/statistics.js';
import { createKafkaClients } from '../../src/kafka/clients.js';
import type { Binding } from '../../src/kafka/binding.js';
import type { KafkaClients } from '../../src/ports/kafka-clients.js';
import { commitOffset, partition } from '../../src/record/units.js';
import { startBroker, uniqueName, type LocalKafka } from '../support/broker.js';
import { OpenClients, testClientOptions } from '../support/open-clients.js';
import { memoryInUse, type Memory } from '../support/memory.js';

const VALUE_BYTES = 700;
const RECORDS = 20_000;
/** Between the two times at which memory is looked at. */
const READS = 12;
/** Looks each time, some work apart: what an allocator keeps for a while is not there in most of them. */
const LOOKS = 5;
/** As long as Kafka allows: each leaked offset has a copy. */
const LONG_NAME = 'offsets-of-a-topic-with-a-long-name-'.padEnd(240, 'x');
const PARTITIONS = 100;
const CALLS = 600;
/** Without the fix 362 bytes for each offset with a name of this length were measured. */
const LEAKED_OFFSET_BYTES = 350;

const typical = (looks: readonly Memory[]): Memory => ({
  bufferBytes: median(looks.map(({ bufferBytes }) => bufferBytes)),
  residentBytes: median(looks.map(({ residentBytes }) => residentBytes)),
});

describe('memory of the bindings', function () {
  this.timeout(180_000);
  let broker: LocalKafka;
  const open = new OpenClients();

  before(async function () {
    broker = await startBroker(this);
  });

  afterEach(() => open.close());

  const clients = (binding: Binding): KafkaClients =>
    createKafkaClients(testClientOptions(broker.bootstrapServers, { transactionTimeoutMs: 60_000, binding }));

  const makeTopic = async (name: string, partitions: number): Promise<string> => {
    const admin = await open.connect(clients('published').clusterAdmin());
    await admin.createTopic({ name, partitions, replicationFactor: 1, config: {} });
    return name;
  };

  const headers = ['a', 'b', 'c', 'd'].map((name) => ({ name, value: `value of ${name}` }));

  for (const binding of ['packed', 'published'] as const) {
    it(`is flat over writing and reading again and again (${binding})`, async () => {
      const topic = await makeTopic(uniqueName('memory'), 1);
      const producer = await open.connect(clients(binding).transactionalProducer());
      await producer.initTransactions();
      const record = {
        topic,
        partition: partition(0),
        key: Buffer.from('key'),
        value: Buffer.alloc(VALUE_BYTES),
        headers,
      };
      const consumer = await open.connect(clients(binding).logConsumer());
      let end = 0;
      const round = async (): Promise<void> => {
        await producer.begin();
        const records = Array(RECORDS / 10).fill(record);
        for (let sent = 0; sent < records.length;) sent += await producer.produce(records, sent);
        await producer.commit();
        consumer.assign([
          { topic, partition: partition(0), offset: commitOffset(Math.max(0, end - RECORDS)) },
        ]);
        for (let isAtEnd = false; !isAtEnd;) {
          const batch = await consumer.poll(1_000, 1_000);
          for (let index = 0; index < batch.length; index += 1) batch.headers(index);
          const told = batch.ends.find(({ offset }) => offset > end);
          isAtEnd = told !== undefined;
          end = told?.offset ?? end;
        }
      };
      // Until as many records as are read each time are there.
      for (let i = 0; i < 12; i += 1) await round();
      const looks: Memory[] = [];
      for (let i = 0; i < LOOKS + READS; i += 1) {
        await round();
        looks.push(await memoryInUse());
      }
      const before = typical(looks.slice(0, LOOKS));
      const after = typical(looks.slice(-LOOKS));
      const readBytes = READS * RECORDS * VALUE_BYTES;
      expect(after.bufferBytes - before.bufferBytes).to.be.lessThan(readBytes / 100);
      expect(after.residentBytes - before.residentBytes).to.be.lessThan(readBytes / 4);
    });
  }

  it('is flat over offsets of transactions', async () => {
    const topic = await makeTopic(`${LONG_NAME}${uniqueName('')}`.slice(0, 249), PARTITIONS);
    const own = clients('packed');
    const member = await open.connect(own.sourceConsumer());
    const producer = await open.connect(own.transactionalProducer());
    await producer.initTransactions();
    const offsets = Array.from({ length: PARTITIONS }, (_, index) => ({
      topic,
      partition: partition(index),
      offset: commitOffset(1),
    }));
    const transactions = async (calls: number): Promise<void> => {
      await producer.begin();
      for (let i = 0; i < calls; i += 1) await producer.sendOffsets(offsets, member);
      await producer.commit();
    };
    await transactions(CALLS / 3);
    const looks: Memory[] = [];
    for (let i = 0; i < 2 * LOOKS; i += 1) {
      await transactions(CALLS / LOOKS);
      looks.push(await memoryInUse());
    }
    const grown = typical(looks.slice(LOOKS)).residentBytes - typical(looks.slice(0, LOOKS)).residentBytes;
    const leak = CALLS * PARTITIONS * LEAKED_OFFSET_BYTES;
    console.log(`      ${(grown / 1e6).toFixed(1)} MB more; the leak would be ${(leak / 1e6).toFixed(1)} MB`);
    expect(grown).to.be.lessThan(leak / 2);
  });
});
