/** What the engine relies on of a group's offsets. */
import { expect } from 'chai';
import { partition, commitOffset } from '../../src/record/units.js';
import { first, record, rejection, type ContractBench } from './contract-bench.js';
import type { DefineCase } from './contract-harness.js';

const TIMEOUT_MS = 10_000;
/** Far beyond every log's end, and beyond 32 bits. */
const ANY_NUMBER = 2 ** 40 + 7;

export const offsetCases = (contract: DefineCase<ContractBench>): void => {
  contract('a group without commits has no offsets', async (bench) => {
    const topic = await bench.topic(2);
    const member = await bench.member([topic]);
    const both = [first(topic), { topic, partition: partition(1) }];
    expect(await member.consumer.committed(both, TIMEOUT_MS)).to.deep.equal([null, null]);
  });

  contract('offsets of a topic that is not subscribed are taken, and so is any number', async (bench) => {
    const [source, log] = [await bench.topic(), await bench.topic()];
    const member = await bench.memberWith(source, 1);
    const producer = await bench.transactional();
    await producer.begin();
    const offsets = [
      { ...first(source), offset: commitOffset(5) },
      { ...first(log), offset: commitOffset(ANY_NUMBER) },
    ];
    await producer.sendOffsets(offsets, member.consumer);
    await producer.commit();
    const committed = await member.consumer.committed([first(log), first(source)], TIMEOUT_MS);
    expect(committed).to.deep.equal([ANY_NUMBER, 5]);
  });

  contract('offsets of an open transaction make readers of them wait, and no others', async (bench) => {
    const [source, log, other] = [await bench.topic(), await bench.topic(), await bench.topic()];
    const member = await bench.memberWith(source, 1);
    const reader = await bench.member([source]);
    const producer = await bench.transactional();
    await producer.begin();
    await producer.produce([record(other, 'x')]);
    await producer.sendOffsets([{ ...first(log), offset: commitOffset(9) }], member.consumer);
    const error = await rejection(reader.consumer.committed([first(source), first(log)], 1500));
    expect(error.kind).to.equal('retriable');
    expect(await reader.consumer.committed([first(other)], TIMEOUT_MS)).to.deep.equal([null]);
    const waiting = reader.consumer.committed([first(log)], TIMEOUT_MS);
    await producer.commit();
    expect(await waiting).to.deep.equal([9]);
  });

  contract('offsets of an aborted transaction are forgotten', async (bench) => {
    const topic = await bench.topic();
    const member = await bench.memberWith(topic, 1);
    const producer = await bench.transactional();
    await producer.begin();
    await producer.sendOffsets([{ ...first(topic), offset: commitOffset(3) }], member.consumer);
    await producer.abort();
    expect(await member.consumer.committed([first(topic)], TIMEOUT_MS)).to.deep.equal([null]);
  });

  contract('a member commits offsets without a transaction', async (bench) => {
    const topic = await bench.topic();
    const member = await bench.memberWith(topic, 1);
    await member.consumer.commit([{ ...first(topic), offset: commitOffset(4) }]);
    expect(await member.consumer.committed([first(topic)], TIMEOUT_MS)).to.deep.equal([4]);
  });
};
