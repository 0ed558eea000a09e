/** What the engine relies on of transactions. */
import { expect } from 'chai';
import { commitRecords, first, record, rejection, type ContractBench } from './contract-bench.js';
import type { DefineCase } from './contract-harness.js';

export const transactionCases = (contract: DefineCase<ContractBench>): void => {
  contract('records of a transaction can be read only after its commit', async (bench) => {
    const topic = await bench.topic();
    const producer = await bench.transactional();
    const reader = await bench.reader();
    reader.assign(topic);
    await producer.begin();
    await producer.produce([record(topic, 'a'), record(topic, 'b')]);
    await producer.flush();
    await reader.pollFor(500);
    expect(reader.values).to.deep.equal([]);
    await producer.commit();
    await reader.pollUntil('both are read', () => reader.records.length === 2);
    expect(reader.values).to.deep.equal(['a', 'b']);
  });

  contract(
    'the high watermark counts records of open transactions, and is not the reader’s end',
    async (bench) => {
      const topic = await bench.topic();
      const producer = await bench.transactional();
      const admin = await bench.admin();
      await producer.begin();
      await producer.produce([record(topic, 'a'), record(topic, 'b')]);
      await producer.flush();
      expect(await admin.watermarks(first(topic))).to.deep.equal({ low: 0, high: 2 });
      const reader = await bench.reader();
      reader.assign(topic);
      await reader.pollToEnd(0);
      await producer.commit();
      await reader.pollToEnd(3);
      expect(await admin.watermarks(first(topic))).to.deep.equal({ low: 0, high: 3 });
    },
  );

  contract('records of an aborted transaction are never read', async (bench) => {
    const topic = await bench.topic();
    const producer = await bench.transactional();
    await producer.begin();
    await producer.produce([record(topic, 'never'), record(topic, 'never either')]);
    await producer.flush();
    await producer.abort();
    await commitRecords(producer, [record(topic, 'always')]);
    const reader = await bench.reader();
    reader.assign(topic);
    await reader.pollToEnd(5);
    expect(reader.values).to.deep.equal(['always']);
  });

  contract('records that were not sent when the transaction was aborted are never sent', async (bench) => {
    const topic = await bench.topic();
    const producer = await bench.transactional();
    await producer.begin();
    // A delivery is waited for before a transaction that has just begun is aborted (DESIGN §8).
    await producer.produce([record(topic, 'sent')]);
    await producer.flush();
    await producer.produce([record(topic, 'enqueued')]);
    await producer.abort();
    await commitRecords(producer, [record(topic, 'next')]);
    const reader = await bench.reader();
    reader.assign(topic);
    await reader.pollUntil('the next transaction is read', () => reader.records.length > 0);
    await reader.pollFor(300);
    expect(reader.values).to.deep.equal(['next']);
  });

  contract('an open transaction holds back what others write behind it', async (bench) => {
    const topic = await bench.topic();
    const producer = await bench.transactional();
    const other = await bench.acknowledged();
    const reader = await bench.reader();
    reader.assign(topic);
    await producer.begin();
    await producer.produce([record(topic, 'first')]);
    await producer.flush();
    await other.send([record(topic, 'second')]);
    await reader.pollFor(500);
    expect(reader.values).to.deep.equal([]);
    await producer.commit();
    await reader.pollToEnd(3);
    expect(reader.values).to.deep.equal(['first', 'second']);
  });

  contract('a transaction over two topics is committed as one', async (bench) => {
    const [one, other] = [await bench.topic(), await bench.topic()];
    const producer = await bench.transactional();
    await commitRecords(producer, [record(one, 'a'), record(other, 'b')]);
    const reader = await bench.reader();
    reader.assign(one);
    await reader.pollToEnd(2);
    reader.assign(other);
    await reader.pollUntil('the other topic is read', () => reader.records.length === 2);
    expect(reader.values).to.deep.equal(['a', 'b']);
  });

  contract('an empty transaction commits and aborts', async (bench) => {
    const producer = await bench.transactional();
    await producer.begin();
    await producer.commit();
    await producer.begin();
    await producer.abort();
    const topic = await bench.topic();
    await commitRecords(producer, [record(topic, 'a')]);
  });

  contract(
    'a new producer of the same id ends the open transaction and fences the old one',
    async (bench) => {
      const topic = await bench.topic();
      const transactionalId = bench.harness.uniqueName('shared');
      const old = await bench.transactional({ transactionalId });
      await old.begin();
      await old.produce([record(topic, 'old')]);
      await old.flush();
      const successor = await bench.transactional({ transactionalId });
      await commitRecords(successor, [record(topic, 'new')]);
      const error = await rejection(old.commit());
      expect(error.kind).to.equal('fenced');
      const reader = await bench.reader();
      reader.assign(topic);
      await reader.pollToEnd(4);
      expect(reader.values).to.deep.equal(['new']);
    },
  );

  contract('a producer is fenced when its transaction outlives the transaction time-out', async (bench) => {
    const topic = await bench.topic();
    const transactionalId = bench.harness.uniqueName('slow');
    const producer = await bench.transactional({ transactionalId, transactionTimeoutMs: 2000 });
    await producer.begin();
    await producer.produce([record(topic, 'late')]);
    await producer.flush();
    const reader = await bench.reader();
    reader.assign(topic);
    await reader.pollToEnd(2);
    expect((await rejection(producer.commit())).kind).to.equal('fenced');
    const next = await bench.transactional({ transactionalId });
    await commitRecords(next, [record(topic, 'next')]);
    await reader.pollUntil('the next one is read', () => reader.records.length > 0);
    expect(reader.values).to.deep.equal(['next']);
  });
};
