/** What the engine relies on of records on their way through Kafka: bytes, order, partitions, sizes. */
import { expect } from 'chai';
import type { ConsumedRecord, ProducedRecord } from '../../src/record/record.js';
import { partitionForKey } from '../../src/record/murmur2.js';
import { commitOffset, epochMs, partition } from '../../src/record/units.js';
import { commitRecords, first, record, rejection, type ContractBench } from './contract-bench.js';
import type { DefineCase } from './contract-harness.js';

const roundTrip = async (bench: ContractBench, sent: ProducedRecord): Promise<ConsumedRecord> => {
  const producer = await bench.transactional();
  await commitRecords(producer, [sent]);
  const reader = await bench.reader();
  reader.assign(sent.topic);
  await reader.pollUntil('it is read', () => reader.records.length === 1);
  const [read] = reader.records;
  return read ?? expect.fail('nothing was read');
};

const EVERY_BYTE = Buffer.from(Array.from({ length: 256 }, (_, byte) => byte));

export const recordCases = (contract: DefineCase<ContractBench>): void => {
  contract('headers keep their order, repeated names and text', async (bench) => {
    const topic = await bench.topic();
    const headers = [
      { name: 'b', value: 'first' },
      { name: 'a', value: 'Grüße, 世界' },
      { name: 'b', value: 'second' },
    ];
    const read = await roundTrip(bench, record(topic, 'x', { headers }));
    const back = read.headers.map(({ name, value }) => ({ name, value: value?.toString() }));
    expect(back).to.deep.equal(headers);
  });

  contract('an empty header value comes back as no bytes', async (bench) => {
    const topic = await bench.topic();
    const read = await roundTrip(bench, record(topic, 'x', { headers: [{ name: 'a', value: '' }] }));
    expect(read.headers).to.have.length(1);
    expect(read.headers[0]?.value).to.have.length(0);
  });

  contract('every byte passes through keys and values', async (bench) => {
    const topic = await bench.topic();
    const read = await roundTrip(bench, record(topic, EVERY_BYTE, { key: EVERY_BYTE }));
    expect(read.key?.equals(EVERY_BYTE)).to.equal(true);
    expect(read.value?.equals(EVERY_BYTE)).to.equal(true);
  });

  contract('a null key and a null value stay null', async (bench) => {
    const topic = await bench.topic();
    const read = await roundTrip(bench, record(topic, null));
    expect(read).to.include({ key: null, value: null });
  });

  contract('an empty value is not a null value', async (bench) => {
    const topic = await bench.topic();
    const read = await roundTrip(bench, record(topic, Buffer.alloc(0), { key: Buffer.from('k') }));
    expect(read.value).to.have.length(0);
    expect(read.key?.toString()).to.equal('k');
  });

  contract('a value of 900 kB passes', async (bench) => {
    const topic = await bench.topic();
    const large = Buffer.alloc(900_000, 7);
    const read = await roundTrip(bench, record(topic, large));
    expect(read.value?.equals(large)).to.equal(true);
  });

  contract(
    'the time of a record is its own, or the time of its append where the topic says so',
    async (bench) => {
      const [own, appended] = [
        await bench.topic(),
        await bench.topic(1, { 'message.timestamp.type': 'LogAppendTime' }),
      ];
      const timestamp = epochMs(bench.clock.now() - 60_000);
      expect((await roundTrip(bench, record(own, 'x', { timestamp }))).timestamp).to.equal(timestamp);
      const read = await roundTrip(bench, record(appended, 'x', { timestamp }));
      expect(read.timestamp).to.be.greaterThan(timestamp);
    },
  );

  contract('records of one partition keep their order over batches and transactions', async (bench) => {
    const topic = await bench.topic();
    const producer = await bench.transactional();
    const values = Array.from({ length: 300 }, (_, index) => `${index}`);
    for (const from of [0, 100, 200]) {
      await producer.begin();
      for (let at = from; at < from + 100; at += 10) {
        await producer.produce(values.slice(at, at + 10).map((value) => record(topic, value)));
      }
      await producer.commit();
    }
    const reader = await bench.reader();
    reader.assign(topic);
    await reader.pollUntil('all are read', () => reader.records.length >= 300);
    expect(reader.values).to.deep.equal(values);
  });

  contract('produce starts where it is told and says how many it took', async (bench) => {
    const topic = await bench.topic();
    const producer = await bench.transactional();
    await producer.begin();
    expect(await producer.produce([record(topic, 'a'), record(topic, 'b'), record(topic, 'c')], 1)).to.equal(
      2,
    );
    await producer.commit();
    const reader = await bench.reader();
    reader.assign(topic);
    await reader.pollToEnd(3);
    expect(reader.values).to.deep.equal(['b', 'c']);
  });

  contract('lists that are produced side by side keep the order of each', async (bench) => {
    const topic = await bench.topic();
    const producer = await bench.transactional();
    const lists = ['a', 'b', 'c'].map((name) => Array.from({ length: 400 }, (_, i) => `${name}-${i}`));
    await producer.begin();
    const taken = await Promise.all(
      lists.map((list) => producer.produce(list.map((value) => record(topic, value)))),
    );
    expect(taken).to.deep.equal([400, 400, 400]);
    await producer.commit();
    const reader = await bench.reader();
    reader.assign(topic);
    await reader.pollUntil('all are read', () => reader.records.length >= 1200);
    for (const list of lists) {
      const own = reader.values.filter((value) => value !== null && list.includes(value));
      expect(own).to.deep.equal(list);
    }
  });

  contract('a keyed record without a partition goes where Java’s producer puts it', async (bench) => {
    const topic = await bench.topic(7);
    const keys = Array.from({ length: 60 }, (_, index) =>
      Buffer.from(`key-${index}-${'x'.repeat(index % 5)}`),
    );
    const keyed = keys.map((key) => record(topic, key, { key, partition: null }));
    await commitRecords(await bench.transactional(), keyed.slice(0, 30));
    await (await bench.acknowledged()).send(keyed.slice(30));
    const reader = await bench.reader();
    reader.consumer.assign(
      [0, 1, 2, 3, 4, 5, 6].map((index) => ({
        topic,
        partition: partition(index),
        offset: commitOffset(0),
      })),
    );
    await reader.pollUntil('all are read', () => reader.records.length === 60);
    for (const read of reader.records) {
      expect(read.partition).to.equal(partitionForKey(read.key ?? Buffer.alloc(0), 7));
    }
  });

  contract(
    'a record above the producer’s limit is refused by produce, the ones before it are taken',
    async (bench) => {
      const topic = await bench.topic();
      const producer = await bench.transactional();
      await producer.begin();
      const records = [
        record(topic, 'small'),
        record(topic, Buffer.alloc(2_000_000)),
        record(topic, 'behind'),
      ];
      expect(await rejection(producer.produce(records))).to.include({
        kind: 'unusable',
        code: 10,
        enqueued: 1,
      });
      await producer.commit();
      const reader = await bench.reader();
      reader.assign(topic);
      await reader.pollToEnd(2);
      expect(reader.values).to.deep.equal(['small']);
    },
  );

  contract('a record that the broker refuses shows as abortable before the offsets', async (bench) => {
    const topic = await bench.topic(1, { 'max.message.bytes': '10000' });
    const member = await bench.memberWith(topic, 1);
    const producer = await bench.transactional();
    await producer.begin();
    await producer.produce([record(topic, Buffer.alloc(50_000))]);
    await producer.flush();
    const offsets = [{ ...first(topic), offset: commitOffset(1) }];
    const error = await rejection(producer.sendOffsets(offsets, member.consumer));
    expect(error).to.include({ kind: 'abortable', permanent: true });
    await producer.abort();
    await commitRecords(producer, [record(topic, 'small')]);
    const reader = await bench.reader();
    reader.assign(topic);
    await reader.pollUntil('the small one is read', () => reader.records.length > 0);
    expect(reader.values).to.deep.equal(['small']);
    expect(await member.consumer.committed([first(topic)], 10_000)).to.deep.equal([null]);
  });

  contract('an acknowledged send rejects when one record is refused and keeps the others', async (bench) => {
    const topic = await bench.topic(2, { 'max.message.bytes': '10000' });
    const producer = await bench.acknowledged();
    const error = await rejection(
      producer.send([
        record(topic, Buffer.alloc(50_000)),
        record(topic, 'kept', { partition: partition(1) }),
      ]),
    );
    expect(error).to.include({ kind: 'unusable', code: 10 });
    const reader = await bench.reader();
    reader.assign(topic, 0, 1);
    await reader.pollToEnd(1);
    expect(reader.values).to.deep.equal(['kept']);
  });
};
