/** What the engine relies on of group membership and of the source consumer. */
import { expect } from 'chai';
import { commitOffset } from '../../src/record/units.js';
import { commitRecords, first, record, rejection, type ContractBench } from './contract-bench.js';
import type { DefineCase } from './contract-harness.js';

const DEFERRED_MS = 2500;

const countOf = (events: readonly { kind: string }[], kind: string): number =>
  events.filter((event) => event.kind === kind).length;

export const groupCases = (contract: DefineCase<ContractBench>): void => {
  contract('a member is told the end behind control records and aborted records', async (bench) => {
    const topic = await bench.topic();
    const producer = await bench.transactional();
    await commitRecords(producer, [record(topic, 'a')]);
    await producer.begin();
    await producer.produce([record(topic, 'never')]);
    await producer.flush();
    await producer.abort();
    const member = await bench.memberWith(topic, 1);
    await member.consumer.seek({ ...first(topic), offset: commitOffset(0) });
    member.consumer.resume([first(topic)]);
    await bench.eventually('the end is told', () => member.ends.at(-1)?.offset === 4);
    // Under load librdkafka may bring what it fetched around a seek twice; the engine goes by offsets (SourceLine.take).
    expect([
      ...new Set(member.records.map(({ offset, value }) => `${offset} ${value?.toString()}`)),
    ]).to.deep.equal(['0 a']);
  });

  contract('an assigned partition is paused, can be sought, and flows once it is resumed', async (bench) => {
    const topic = await bench.topic();
    const producer = await bench.acknowledged();
    await producer.send(['0', '1', '2', '3', '4'].map((value) => record(topic, value)));
    const member = await bench.memberWith(topic, 1);
    await bench.sleep(500);
    expect(member.values).to.deep.equal([]);
    await member.consumer.seek({ ...first(topic), offset: commitOffset(3) });
    await bench.sleep(500);
    expect(member.values).to.deep.equal([]);
    member.consumer.resume([first(topic)]);
    await bench.eventually('the rest is read', () => member.records.length === 2);
    await producer.send([record(topic, '5')]);
    await bench.eventually('the next is read', () => member.records.length === 3);
    expect(member.values).to.deep.equal(['3', '4', '5']);
    expect(member.errors).to.deep.equal([]);
  });

  contract('a partition that is resumed goes on where it stopped', async (bench) => {
    const topic = await bench.topic();
    const producer = await bench.acknowledged();
    const member = await bench.memberWith(topic, 1);
    await member.consumer.seek({ ...first(topic), offset: commitOffset(0) });
    for (let round = 0; round < 5; round++) {
      member.consumer.pause([first(topic)]);
      await producer.send([record(topic, `${round}a`), record(topic, `${round}b`)]);
      member.consumer.resume([first(topic)]);
      await bench.eventually(`round ${round}`, () => member.records.length === 2 * (round + 1));
    }
    expect(member.values.join()).to.equal('0a,0b,1a,1b,2a,2b,3a,3b,4a,4b');
  });

  contract('a partition can be sought backwards', async (bench) => {
    const topic = await bench.topic();
    const producer = await bench.acknowledged();
    await producer.send([record(topic, 'a'), record(topic, 'b')]);
    const member = await bench.memberWith(topic, 1);
    await member.consumer.seek({ ...first(topic), offset: commitOffset(0) });
    member.consumer.resume([first(topic)]);
    await bench.eventually('both are read', () => member.records.length === 2);
    await member.consumer.seek({ ...first(topic), offset: commitOffset(1) });
    await bench.eventually('the second is read again', () => member.records.length === 3);
    expect(member.values).to.deep.equal(['a', 'b', 'b']);
  });

  contract('two members share the partitions, and one takes all when the other leaves', async (bench) => {
    const topic = await bench.topic(4);
    const one = await bench.memberWith(topic, 4);
    const other = await bench.memberWith(topic, 2);
    await bench.eventually('both have two', () => one.assigned.length === 2 && other.assigned.length === 2);
    expect([...one.assigned, ...other.assigned].sort()).to.deep.equal(
      [0, 1, 2, 3].map((index) => `${topic}-${index}`),
    );
    await other.close();
    await bench.eventually('one has all', () => one.assigned.length === 4);
  });

  contract(
    'a revoked partition goes to nobody else before the answer, and offsets pass until then',
    async (bench) => {
      const topic = await bench.topic(2);
      const one = await bench.member([topic], { answersByHand: true });
      await bench.eventually('it is asked to take both', () => one.unanswered.length === 1);
      one.answer();
      const other = await bench.member([topic]);
      await bench.eventually('it is asked to give up', () => one.unanswered.length === 1);
      const [event] = one.unanswered;
      expect(event).to.include({ kind: 'revoke', lost: false });
      await bench.sleep(DEFERRED_MS);
      expect(other.assigned).to.deep.equal([]);
      const producer = await bench.transactional();
      await producer.begin();
      const offsets = one.partitions.map((of) => ({ ...of, offset: commitOffset(6) }));
      await producer.sendOffsets(offsets, one.consumer);
      await producer.commit();
      one.answer();
      await bench.eventually('the other one has its share', () => {
        one.answer();
        return other.assigned.length === 1 && one.assigned.length === 1;
      });
      expect(await other.consumer.committed(other.partitions, 10_000)).to.deep.equal([6]);
    },
  );

  contract('a partition that stays is not touched by a rebalance', async (bench) => {
    const topic = await bench.topic(2);
    const producer = await bench.acknowledged();
    const one = await bench.memberWith(topic, 2);
    await bench.memberWith(topic, 1);
    await bench.eventually('one is left', () => one.assigned.length === 1);
    const [kept] = one.partitions;
    if (!kept) throw new Error('no partition was kept');
    await producer.send([record(topic, 'a', { partition: kept.partition })]);
    one.consumer.resume([kept]);
    await bench.eventually('it is read', () => one.records.length === 1);
    expect(one.values).to.deep.equal(['a']);
    const assigned = one.events.flatMap((event) => (event.kind === 'assign' ? event.partitions : []));
    expect(assigned).to.have.length(2);
  });

  contract(
    'a static member that restarts gets its partitions back, and no other member notices',
    async (bench) => {
      const topic = await bench.topic(4);
      const instanceId = bench.harness.uniqueName('instance');
      const one = await bench.memberWith(topic, 4, { instanceId });
      const other = await bench.memberWith(topic, 2, { instanceId: `${instanceId}-other` });
      await bench.eventually('both have two', () => one.assigned.length === 2);
      const had = one.assigned;
      const assigns = countOf(other.events, 'assign');
      const revokes = countOf(other.events, 'revoke');
      await one.close();
      const again = await bench.memberWith(topic, 2, { instanceId });
      expect(again.assigned).to.deep.equal(had);
      await bench.sleep(1000);
      expect(countOf(other.events, 'assign')).to.equal(assigns);
      expect(countOf(other.events, 'revoke')).to.equal(revokes);
    },
  );

  contract(
    'a partition whose position is outside the log stands still, and the others go on',
    async (bench) => {
      const topic = await bench.topic(2);
      const producer = await bench.acknowledged();
      const member = await bench.memberWith(topic, 2);
      const [one, other] = member.partitions;
      if (!one || !other) throw new Error('two partitions were expected');
      await member.consumer.seek({ ...one, offset: commitOffset(1000) });
      await member.consumer.seek({ ...other, offset: commitOffset(0) });
      member.consumer.resume([one, other]);
      await producer.send([record(topic, 'a', { partition: other.partition })]);
      await bench.eventually('the other one is read', () => member.records.length === 1);
      await bench.eventually('the error is told', () => member.errors.length > 0);
      expect(member.errors[0]).to.include({ code: -140, kind: 'unusable' });
      // Not even a seek moves it: only a new member reads it again. To be asked again for as long as the client's log has
      // not been read, which says that it has stopped: the error can be told before it.
      await bench.eventually('a seek is refused for good', async () => {
        const error = await rejection(member.consumer.seek({ ...one, offset: commitOffset(0) }));
        expect(error).to.include({ code: -172 });
        return error.kind === 'fatal';
      });
      await producer.send([record(topic, 'b', { partition: other.partition })]);
      await bench.eventually('the other one flows', () => member.values.includes('b'));
    },
  );
};
