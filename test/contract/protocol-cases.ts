/**
 * Where the two group protocols differ for the engine. Classic: the broker replaces a live static member and
 * fences the old one. Consumer (KIP-848): it refuses the new one for as long as the old one's session lasts.
 */
import { expect } from 'chai';
import { commitOffset } from '../../src/record/units.js';
import { first, record, rejection, type ContractBench } from './contract-bench.js';
import type { DefineCase } from './contract-harness.js';

const TIMEOUT_MS = 10_000;
/** Longer than the session time-out of the harnesses. */
const ORPHANED_MS = 9000;

export const classicCases = (contract: DefineCase<ContractBench>): void => {
  contract(
    'offsets of a member that was replaced are refused as abortable and change nothing',
    async (bench) => {
      const [source, out] = [await bench.topic(), await bench.topic()];
      const instanceId = bench.harness.uniqueName('instance');
      const zombie = await bench.memberWith(source, 1, { instanceId });
      const producer = await bench.transactional();
      await producer.begin();
      await producer.produce([record(out, 'from the grave')]);
      await producer.flush();
      const successor = await bench.memberWith(source, 1, { instanceId });
      const offsets = [{ ...first(source), offset: commitOffset(1) }];
      const error = await rejection(producer.sendOffsets(offsets, zombie.consumer));
      expect(error.kind).to.equal('abortable');
      await producer.abort();
      expect(await successor.consumer.committed([first(source)], TIMEOUT_MS)).to.deep.equal([null]);
      await producer.begin();
      await producer.sendOffsets(offsets, successor.consumer);
      await producer.commit();
      expect(await successor.consumer.committed([first(source)], TIMEOUT_MS)).to.deep.equal([1]);
    },
  );

  contract('a member that gets nothing is told so', async (bench) => {
    const topic = await bench.topic(1);
    await bench.memberWith(topic, 1);
    const idle = await bench.member([topic]);
    await bench.eventually('it is told', () => idle.events.some(({ kind }) => kind === 'assign'));
    expect(idle.assigned).to.deep.equal([]);
  });

  // Kafka answers a static member that returns with what it was assigned, and calls no rebalance. What its former
  // life was to give up, and did not before it died, stays with nobody until the next member comes or goes.
  contract('a static member that dies while it gives a partition up leaves it to nobody', async (bench) => {
    const topic = await bench.topic(2);
    const instanceId = bench.harness.uniqueName('instance');
    const dying = await bench.member([topic], { instanceId, answersByHand: true });
    await bench.eventually('it is asked to take both', () => dying.unanswered.length === 1);
    dying.answer();
    const other = await bench.member([topic], { instanceId: `${instanceId}-other` });
    await bench.eventually('it is asked to give up', () => dying.unanswered.length === 1);
    const again = await bench.memberWith(topic, 1, { instanceId });
    await bench.sleep(ORPHANED_MS);
    expect([...again.assigned, ...other.assigned]).to.have.length(1);
    const third = await bench.member([topic], { instanceId: `${instanceId}-third` });
    await bench.eventually('another rebalance hands it out', () => {
      const all = [again, other, third].flatMap(({ assigned }) => assigned);
      return new Set(all).size === 2;
    });
  });
};

export const consumerCases = (contract: DefineCase<ContractBench>): void => {
  contract('a second member with the instance id of a live one is refused and of no use', async (bench) => {
    const topic = await bench.topic();
    const instanceId = bench.harness.uniqueName('instance');
    const owner = await bench.memberWith(topic, 1, { instanceId });
    const second = await bench.member([topic], { instanceId });
    await bench.eventually('it is refused', () => second.errors.length > 0);
    expect(['fatal', 'fenced']).to.include((second.errors[0] as { kind?: string }).kind);
    expect(second.assigned).to.deep.equal([]);
    expect(owner.assigned).to.have.length(1);
  });
};
