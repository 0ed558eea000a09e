/**
 * The packed binding on a real broker: what it reads is what a JVM wrote, what it writes is what a JVM reads, byte
 * for byte, for records that a packing could get wrong; and what the published binding loses is what is written
 * about it, and no more. PACKING_SEED repeats a run.
 */
import { expect } from 'chai';
import { chooseBinding, type Binding } from '../../src/kafka/binding.js';
import { createKafkaClients } from '../../src/kafka/clients.js';
import type { LogConsumer } from '../../src/ports/consumer.js';
import { isKafkaError, type KafkaError } from '../../src/ports/kafka-error.js';
import type { KafkaClients } from '../../src/ports/kafka-clients.js';
import type { TopicPartitionOffset } from '../../src/ports/topic-partition.js';
import type { ProducedHeader } from '../../src/record/record.js';
import { commitOffset, partition } from '../../src/record/units.js';
import { recordsOf } from '../contract/contract-reader.js';
import { startBroker, uniqueName, type LocalKafka } from '../support/broker.js';
import { OpenClients, testClientOptions } from '../support/open-clients.js';
import { packingSeed, PARTITIONS, producedRecords, rawRecords } from '../support/hostile-packing.js';
import { RecordTool, type RawHeader, type StoredRecord } from '../support/record-tool.js';
import { until } from '../support/wait.js';

const PATIENCE_MS = 60_000;
const SEED = packingSeed();

describe(`the packed binding (PACKING_SEED=${SEED})`, function () {
  this.timeout(180_000);
  let broker: LocalKafka;
  let tool: RecordTool;
  const open = new OpenClients();

  before(async function () {
    broker = await startBroker(this);
    tool = await RecordTool.start(broker.bootstrapServers);
    // A test of it that runs on the published one could not fail.
    expect(chooseBinding('packed')).to.equal('packed');
  });

  afterEach(() => open.close());

  const clients = (binding: Binding): KafkaClients =>
    createKafkaClients(testClientOptions(broker.bootstrapServers, { transactionTimeoutMs: 30_000, binding }));

  const makeTopic = async (partitions = PARTITIONS): Promise<string> => {
    const name = `packed.binding.${uniqueName('t')}`;
    await tool.createTopic(name, partitions);
    return name;
  };

  const starts = (topic: string, partitions = PARTITIONS): TopicPartitionOffset[] =>
    Array.from({ length: partitions }, (_, index) => ({
      topic,
      partition: partition(index),
      offset: commitOffset(0),
    }));

  interface Read {
    readonly records: StoredRecord[];
    readonly ends: TopicPartitionOffset[];
    readonly errors: KafkaError[];
  }

  /** By polls of one, of a few and of many records, until `isDone`. */
  const readUntil = async (consumer: LogConsumer, isDone: (read: Read) => boolean): Promise<Read> => {
    const read: Read = { records: [], ends: [], errors: [] };
    const limitMs = Date.now() + PATIENCE_MS;
    const sizes = [1, 3, 1_000, 17];
    for (let poll = 0; !isDone(read); poll += 1) {
      if (Date.now() > limitMs) expect.fail(`${read.records.length} records, ${read.ends.length} ends`);
      const max = sizes[poll % sizes.length] ?? 1;
      const batch = await consumer.poll(max, 200).catch((error: unknown) => {
        if (!isKafkaError(error)) throw error;
        read.errors.push(error);
        return undefined;
      });
      if (batch === undefined) continue;
      expect(batch.length).to.be.at.most(max);
      read.records.push(...recordsOf(batch).map(copy));
      read.ends.push(...batch.ends);
    }
    return read;
  };

  const readAll = async (
    binding: Binding,
    topic: string,
    ends: ReadonlyMap<number, number>,
  ): Promise<Read> => {
    const consumer = await open.connect(clients(binding).logConsumer());
    consumer.assign(starts(topic));
    return readUntil(consumer, (read) =>
      [...ends].every(([index, end]) =>
        read.ends.some((one) => one.partition === index && one.offset === end),
      ),
    );
  };

  /** Per partition in order of offsets: what the JVM gives, too. */
  const ordered = (records: readonly StoredRecord[]): StoredRecord[] =>
    [...records].sort((a, b) => a.partition - b.partition || a.offset - b.offset);

  describe('reads what was written', () => {
    let topic: string;
    let stored: readonly StoredRecord[];
    let ends: ReadonlyMap<number, number>;

    before(async function () {
      topic = await makeTopic();
      const records = rawRecords(SEED, 400);
      await Promise.all(
        records.map((record, index) =>
          tool.produce(topic, record, index % PARTITIONS, 1_700_000_000_000 + index),
        ),
      );
      stored = await tool.read(topic);
      ends = await tool.ends(topic);
      expect(stored).to.have.length(records.length);
    });

    it('by the packed binding: everything', async () => {
      const read = await readAll('packed', topic, ends);
      expectSame(ordered(read.records), ordered(stored));
      expect(read.errors).to.deep.equal([]);
    });

    it('by the published binding: all but the difference of an absent header value', async () => {
      const lossy = ({ name, value }: RawHeader): RawHeader => ({ name, value: value ?? Buffer.alloc(0) });
      const read = await readAll('published', topic, ends);
      expectSame(
        ordered(read.records),
        ordered(stored).map((record) => ({ ...record, headers: record.headers.map(lossy) })),
      );
    });

    it('each end of a partition once, at its place', async () => {
      const read = await readAll('packed', topic, ends);
      const told = read.ends.map((end): [number, number] => [end.partition, end.offset]);
      expect(told.sort(([a], [b]) => a - b)).to.deep.equal([...ends].sort(([a], [b]) => a - b));
    });
  });

  it('writes what it is given', async () => {
    const topic = await makeTopic();
    const records = producedRecords(SEED, topic, 3_000);
    const producer = await open.connect(clients('packed').transactionalProducer());
    await producer.initTransactions();
    const fromMs = Date.now();
    await producer.begin();
    for (let sent = 0; sent < records.length;) sent += await producer.produce(records, sent);
    await producer.commit();
    const stored = ordered(await tool.read(topic));
    const wanted = [...records].sort((a, b) => (a.partition ?? 0) - (b.partition ?? 0));
    expectSame(
      stored.map((record) => ({ ...record, offset: 0, timestamp: 0 })),
      wanted.map((record) => ({
        topic,
        partition: record.partition ?? 0,
        offset: 0,
        timestamp: 0,
        key: record.key,
        value: record.value,
        headers: record.headers.map(({ name, value }) => ({ name, value: Buffer.from(value) })),
      })),
    );
    stored.forEach(({ timestamp }, index) => {
      const given = wanted[index]?.timestamp;
      if (given === undefined) expect(timestamp).to.be.within(fromMs - 1_000, Date.now() + 1_000);
      else expect(timestamp).to.equal(given);
    });
  });

  it('a name may hold a NUL; of more than a hundred thousand headers either binding reads none', async () => {
    const topic = await makeTopic(1);
    const many = Array<ProducedHeader>(100_001).fill({ name: '', value: '' });
    const records = [[{ name: 'a\0b', value: 'x' }], many, many.slice(1), []].map((headers) => ({
      topic,
      partition: partition(0),
      key: null,
      value: Buffer.from('x'),
      headers,
    }));
    const producer = await open.connect(clients('packed').transactionalProducer());
    await producer.initTransactions();
    await producer.begin();
    expect(await producer.produce(records)).to.equal(records.length);
    await producer.commit();
    const ends = await tool.ends(topic);
    for (const [binding, firstName] of [['packed', 'a\0b'] as const, ['published', 'a'] as const]) {
      const read = await readAll(binding, topic, ends);
      const counts = read.records.map(({ headers }) => headers.length);
      expect(counts, binding).to.deep.equal([1, 0, 100_000, 0]);
      expect(read.records[0]?.headers[0]?.name, binding).to.equal(firstName);
    }
  });

  it('one read at a time, records before an error come before it, and the error comes', async () => {
    const topic = await makeTopic(2);
    const records = Array.from({ length: 50 }, (_, index) => Buffer.from(`${index}`));
    for (const value of records) await tool.produce(topic, { key: null, value, headers: [] }, 0);
    const consumer = await open.connect(clients('packed').logConsumer());
    consumer.assign([
      { topic, partition: partition(0), offset: commitOffset(0) },
      // Behind the end of an empty log: an error of the broker's.
      { topic, partition: partition(1), offset: commitOffset(1_000) },
    ]);
    const read = await readUntil(
      consumer,
      ({ records: all, errors }) =>
        all.length >= 50 && errors.some(({ stopped }) => stopped?.partition === 1),
    );
    expect(read.records.map(({ value }) => value?.toString())).to.deep.equal(records.map(String));
    for (const error of read.errors) expect(error).to.include({ code: -140, kind: 'unusable' });
  });

  it('a closing client waits for the read and the writing that are under way', async () => {
    const topic = await makeTopic(1);
    const consumer = await open.connect(clients('packed').logConsumer());
    consumer.assign(starts(topic, 1));
    await until('the end is read', async () => (await consumer.poll(10, 100)).ends.length > 0);
    const polling = consumer.poll(10, 5_000);
    const producer = await open.connect(clients('packed').transactionalProducer());
    await producer.initTransactions();
    await producer.begin();
    const one = { topic, partition: partition(0), key: null, value: Buffer.from('x'), headers: [] };
    const producing = producer.produce(Array(50_000).fill(one)).catch((error: unknown) => error);
    await Promise.all([consumer.close(), producer.close()]);
    expect((await polling).length).to.equal(0);
    const outcome = await producing;
    // All of them, or the refusal of a client that closes.
    if (outcome !== 50_000) expect(outcome).to.include({ kind: 'fatal' });
  });
});

/** In memory of their own: what a caller keeps past a batch. */
const copy = (record: StoredRecord): StoredRecord => ({
  ...record,
  key: record.key && Buffer.from(record.key),
  value: record.value && Buffer.from(record.value),
  headers: record.headers.map(({ name, value }) => ({ name, value: value && Buffer.from(value) })),
});

/** Record by record: one difference is not printed with megabytes around it. */
const expectSame = (actual: readonly StoredRecord[], wanted: readonly StoredRecord[]): void => {
  expect(actual).to.have.length(wanted.length);
  actual.forEach((record, index) => {
    const other = wanted[index]!;
    const at = `record ${index}, ${record.topic}-${record.partition}@${record.offset}`;
    const fields = ({ topic, partition: part, offset, timestamp }: StoredRecord): unknown[] => [
      topic,
      part,
      offset,
      timestamp,
    ];
    expect(fields(record), at).to.deep.equal(fields(other));
    expect(sameBytes(record.key, other.key), `key of ${at}`).to.equal(true);
    expect(sameBytes(record.value, other.value), `value of ${at}`).to.equal(true);
    expect(
      record.headers.map(({ name }) => name),
      `names of ${at}`,
    ).to.deep.equal(other.headers.map(({ name }) => name));
    record.headers.forEach(({ name, value }, i) =>
      expect(sameBytes(value, other.headers[i]?.value ?? null), `header ${i} (${name}) of ${at}`).to.equal(
        true,
      ),
    );
  });
};

const sameBytes = (a: Buffer | null, b: Buffer | null): boolean =>
  a === null || b === null ? a === b : a.equals(b);
