import { expect } from 'chai';
import fc from 'fast-check';
import { partitionName, type TopicPartition } from '../../../src/ports/topic-partition.js';
import { partition } from '../../../src/record/units.js';
import {
  assignCooperative,
  assignRange,
  type Assignment,
  type AssignmentMember,
} from '../../../src/testing/group-assignment.js';

const partitionsOf = (count: number): readonly TopicPartition[] =>
  Array.from({ length: count }, (_, index) => ({ topic: 't', partition: partition(index) }));

/** Members that own some of the partitions, none twice. */
const groups = fc
  .record({
    members: fc.integer({ min: 1, max: 4 }),
    owners: fc.array(fc.integer({ min: -1, max: 3 }), { maxLength: 9 }),
  })
  .map(({ members, owners }) => {
    const partitions = partitionsOf(owners.length);
    return {
      partitions,
      members: Array.from({ length: members }, (_, at): AssignmentMember => ({
        id: `m${at}`,
        topics: ['t'],
        owned: partitions.filter((_of, index) => owners[index] === at),
      })),
    };
  });

const namesOf = (assignment: Assignment): string[] => [...assignment.values()].flat().map(partitionName);

/** Rebalances until nothing changes: what is given up is handed out by the next one. */
const settle = (members: readonly AssignmentMember[], partitions: readonly TopicPartition[]): Assignment => {
  const once = assignCooperative(members, partitions);
  const next = members.map((member) => ({ ...member, owned: once.get(member.id) ?? [] }));
  return assignCooperative(next, partitions);
};

describe('assignCooperative', () => {
  it('gives no partition to two members, and none that another member owns', () => {
    fc.assert(
      fc.property(groups, ({ members, partitions }) => {
        const assignment = assignCooperative(members, partitions);
        const names = namesOf(assignment);
        expect(new Set(names).size).to.equal(names.length);
        for (const { id, owned } of members) {
          for (const name of owned.map(partitionName)) {
            const taker = [...assignment].find(([, given]) => given.map(partitionName).includes(name));
            if (taker) expect(taker[0]).to.equal(id);
          }
        }
      }),
    );
  });

  it('hands out everything evenly after one more rebalance', () => {
    fc.assert(
      fc.property(groups, ({ members, partitions }) => {
        const assignment = settle(members, partitions);
        expect(namesOf(assignment)).to.have.length(partitions.length);
        const sizes = [...assignment.values()].map(({ length }) => length);
        expect(Math.max(...sizes) - Math.min(...sizes)).to.be.at.most(1);
      }),
    );
  });

  it('changes nothing when it is asked again', () => {
    fc.assert(
      fc.property(groups, ({ members, partitions }) => {
        const settled = settle(members, partitions);
        const next = members.map((member) => ({ ...member, owned: settled.get(member.id) ?? [] }));
        const again = assignCooperative(next, partitions);
        for (const [id, given] of again) {
          expect(given.map(partitionName)).to.have.members((settled.get(id) ?? []).map(partitionName));
        }
      }),
    );
  });
});

describe('assignRange', () => {
  it('gives the same partition of two topics to the same member', () => {
    const members = ['a', 'b'].map((id) => ({ id, topics: ['s', 't'], owned: [] }));
    const partitions = ['s', 't'].flatMap((topic) => partitionsOf(3).map((of) => ({ ...of, topic })));
    const assignment = assignRange(members, partitions);
    expect((assignment.get('a') ?? []).map(partitionName)).to.deep.equal(['s-0', 's-1', 't-0', 't-1']);
    expect((assignment.get('b') ?? []).map(partitionName)).to.deep.equal(['s-2', 't-2']);
  });
});
