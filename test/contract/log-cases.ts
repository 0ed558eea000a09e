/** What the engine relies on of the log consumer: restore needs the ends to be right. */
import { expect } from 'chai';
import type { KafkaError } from '../../src/ports/kafka-error.js';
import type { TopicPartitionOffset } from '../../src/ports/topic-partition.js';
import { commitOffset, partition } from '../../src/record/units.js';
import { commitRecords, first, record, rejection, type ContractBench } from './contract-bench.js';
import type { DefineCase } from './contract-harness.js';

/** A reader of a topic with two partitions, both empty, that has been told their ends. */
const atBothEnds = async (bench: ContractBench) => {
  const topic = await bench.topic(2);
  const producer = await bench.acknowledged();
  const reader = await bench.reader();
  const both = [0, 1].map((index) => ({ topic, partition: partition(index), offset: commitOffset(0) }));
  reader.consumer.assign(both);
  await reader.pollUntil('both ends', () => reader.ends.length === 2);
  return { both, producer, reader, topic };
};

export const logCases = (contract: DefineCase<ContractBench>): void => {
  contract('the end of an empty partition is told once', async (bench) => {
    const topic = await bench.topic();
    const reader = await bench.reader();
    reader.assign(topic);
    await reader.pollToEnd(0);
    await reader.pollFor(1000);
    expect(reader.ends).to.deep.equal([{ ...first(topic), offset: 0 }]);
  });

  contract('the end is told again each time it has moved and is reached', async (bench) => {
    const topic = await bench.topic();
    const producer = await bench.acknowledged();
    const reader = await bench.reader();
    reader.assign(topic);
    await reader.pollToEnd(0);
    await producer.send([record(topic, 'a')]);
    await reader.pollToEnd(1);
    await producer.send([record(topic, 'b')]);
    await reader.pollToEnd(2);
    expect(reader.values).to.deep.equal(['a', 'b']);
    expect(reader.endOffsets).to.deep.equal([0, 1, 2]);
  });

  contract('the end is behind control records and aborted records', async (bench) => {
    const topic = await bench.topic();
    const producer = await bench.transactional();
    await commitRecords(producer, [record(topic, 'a')]);
    await producer.begin();
    await producer.produce([record(topic, 'never')]);
    await producer.flush();
    await producer.abort();
    const reader = await bench.reader();
    reader.assign(topic);
    await reader.pollToEnd(4);
    expect(reader.values).to.deep.equal(['a']);
  });

  contract('the end is told to a reader that starts at it', async (bench) => {
    const topic = await bench.topic();
    const producer = await bench.acknowledged();
    await producer.send([record(topic, 'a')]);
    const reader = await bench.reader();
    reader.assign(topic, 1);
    await reader.pollToEnd(1);
    expect(reader.values).to.deep.equal([]);
  });

  contract(
    'a new assignment with the current positions neither repeats nor skips a record',
    async (bench) => {
      const topic = await bench.topic(2);
      const producer = await bench.acknowledged();
      const values = Array.from({ length: 40 }, (_, index) => `${index}`);
      await producer.send(values.map((value) => record(topic, value)));
      await producer.send(values.map((value) => record(topic, value, { partition: partition(1) })));
      const reader = await bench.reader();
      reader.assign(topic);
      await reader.pollUntil('some are read', () => reader.records.length >= 5, 5);
      // Between two polls: what a poll under way returns when the assignment changes is promised nowhere.
      const position = (reader.records.at(-1)?.offset ?? -1) + 1;
      reader.consumer.assign([
        { ...first(topic), offset: commitOffset(position) },
        { topic, partition: partition(1), offset: commitOffset(0) },
      ]);
      await reader.pollUntil('all are read', () => reader.records.length >= 80);
      await reader.pollFor(200);
      for (const index of [0, 1]) {
        const ofOne = reader.records.filter((read) => read.partition === index);
        expect(ofOne.map(({ value }) => value?.toString())).to.deep.equal(values);
      }
    },
  );

  contract('a partition that is paused is not read, one that is taken away neither', async (bench) => {
    const { producer, reader, topic } = await atBothEnds(bench);
    reader.consumer.pause([first(topic)]);
    await producer.send([record(topic, 'held'), record(topic, 'free', { partition: partition(1) })]);
    await reader.pollUntil('one is read', () => reader.records.length === 1);
    await reader.pollFor(500);
    expect(reader.values).to.deep.equal(['free']);
    reader.consumer.resume([first(topic)]);
    await reader.pollUntil('the other is read', () => reader.records.length === 2);
    reader.consumer.assign([]);
    await producer.send([record(topic, 'unseen')]);
    await reader.pollFor(500);
    expect(reader.values).to.deep.equal(['free', 'held']);
  });

  contract('a pause outlives a new assignment of its partition, and ends with any other', async (bench) => {
    const topic = await bench.topic(2);
    const producer = await bench.acknowledged();
    const reader = await bench.reader();
    const [one, other] = [0, 1].map((index) => ({
      topic,
      partition: partition(index),
      offset: commitOffset(0),
    })) as [TopicPartitionOffset, TopicPartitionOffset];
    reader.consumer.assign([one]);
    await reader.pollUntil('its end', () => reader.ends.length === 1);
    reader.consumer.pause([first(topic)]);
    await producer.send([record(topic, 'held'), record(topic, 'free', { partition: partition(1) })]);
    reader.consumer.assign([one, other]);
    await reader.pollUntil('the other is read', () => reader.records.length === 1);
    await reader.pollFor(500);
    expect(reader.values).to.deep.equal(['free']);
    reader.consumer.assign([{ ...other, offset: commitOffset(1) }]);
    await reader.pollFor(100);
    reader.consumer.assign([one, { ...other, offset: commitOffset(1) }]);
    await reader.pollUntil('the first is read', () => reader.records.length === 2);
    expect(reader.values).to.deep.equal(['free', 'held']);
  });

  contract('assignments may follow each other at once', async (bench) => {
    const { both, producer, reader, topic } = await atBothEnds(bench);
    for (let round = 0; round < 100; round++) {
      reader.consumer.assign(round % 3 === 0 ? [] : both);
      reader.consumer.assign(both);
    }
    await producer.send([record(topic, 'one'), record(topic, 'other', { partition: partition(1) })]);
    await reader.pollUntil('both are read', () => reader.records.length === 2);
    await reader.pollFor(200);
    expect([...reader.values].sort()).to.deep.equal(['one', 'other']);
  });

  contract('what was deleted is below the start of the log, and is not read', async (bench) => {
    const topic = await bench.topic();
    const producer = await bench.transactional();
    for (const value of ['a', 'b', 'c']) await commitRecords(producer, [record(topic, value)]);
    await bench.harness.deleteRecords(topic, 0, 3);
    const admin = await bench.admin();
    await bench.eventually('it is gone', async () => (await admin.watermarks(first(topic))).low === 3);
    const reader = await bench.reader();
    reader.assign(topic, 3);
    await reader.pollToEnd(6);
    expect(reader.values).to.deep.equal(['c']);
  });

  contract('a position that was deleted is an error, and the others are read', async (bench) => {
    const topic = await bench.topic(2);
    const producer = await bench.acknowledged();
    await producer.send([record(topic, 'a'), record(topic, 'b'), record(topic, 'c')]);
    await producer.send([record(topic, 'other', { partition: partition(1) })]);
    await bench.harness.deleteRecords(topic, 0, 2);
    const admin = await bench.admin();
    await bench.eventually('they are gone', async () => (await admin.watermarks(first(topic))).low === 2);
    const reader = await bench.reader();
    const other = { topic, partition: partition(1), offset: commitOffset(0) };
    reader.consumer.assign([{ ...first(topic), offset: commitOffset(1) }, other]);
    const errors: KafkaError[] = [];
    const poll = (): Promise<unknown> =>
      reader.poll().catch((error: unknown) => errors.push(error as KafkaError));
    await bench.eventually('it is told, and the other is read', async () => {
      await poll();
      // An error or two may come before the one that names the partition.
      return errors.some(({ stopped }) => stopped !== undefined) && reader.values.includes('other');
    });
    for (const error of errors) expect(error).to.include({ code: -140, kind: 'unusable' });
    expect(errors.findLast(({ stopped }) => stopped !== undefined)?.stopped).to.include(first(topic));
    reader.consumer.assign([
      { ...first(topic), offset: commitOffset(2) },
      { ...other, offset: commitOffset(1) },
    ]);
    // The error of the assignment before may still come.
    await bench.eventually('it is read from its start', async () => {
      await poll();
      return reader.values.includes('c');
    });
  });

  contract('a position outside the log is an error', async (bench) => {
    const topic = await bench.topic();
    const reader = await bench.reader();
    reader.assign(topic, 1000);
    const error = await rejection(reader.pollFor(10_000));
    expect(error).to.include({ code: -140, kind: 'unusable' });
  });
};
