/**
 * Who gets which partition. Pure: members and what they own in, assignment out.
 * `range` is Kafka's eager assignor: per topic, contiguous partitions to members in order.
 * `cooperative` keeps what members own as far as it is balanced, and never hands out a partition which
 * another member still owns: that one is given up first and handed out by the next rebalance.
 */
import { partitionName, type TopicPartition } from '../ports/topic-partition.js';

export interface AssignmentMember {
  readonly id: string;
  readonly topics: readonly string[];
  /** What it says it owns when it joins. */
  readonly owned: readonly TopicPartition[];
}

export type Assignment = ReadonlyMap<string, readonly TopicPartition[]>;

export const assignRange = (
  members: readonly AssignmentMember[],
  partitions: readonly TopicPartition[],
): Assignment => {
  const given = new Map<string, TopicPartition[]>(members.map(({ id }) => [id, []]));
  for (const topic of new Set(partitions.map((of) => of.topic))) {
    const ofTopic = partitions.filter((of) => of.topic === topic);
    const takers = members.filter((member) => member.topics.includes(topic));
    let next = 0;
    takers.forEach(({ id }, index) => {
      const share = Math.floor((ofTopic.length + takers.length - 1 - index) / takers.length);
      given.get(id)?.push(...ofTopic.slice(next, next + share));
      next += share;
    });
  }
  return given;
};

export const assignCooperative = (
  members: readonly AssignmentMember[],
  partitions: readonly TopicPartition[],
): Assignment => {
  const existing = new Set(partitions.map(partitionName));
  const ownerOf = new Map<string, string>();
  for (const { id, owned } of members) {
    for (const of of owned) {
      const name = partitionName(of);
      if (existing.has(name) && !ownerOf.has(name)) ownerOf.set(name, id);
    }
  }
  const target = new Map<string, TopicPartition[]>(members.map(({ id }) => [id, []]));
  const quota = quotas(members, partitions.length, ownerOf);
  const free: TopicPartition[] = [];
  for (const of of partitions) {
    const owner = members.find(({ id }) => id === ownerOf.get(partitionName(of)));
    const share = owner && target.get(owner.id);
    const keeps = owner?.topics.includes(of.topic) && share && share.length < (quota.get(owner.id) ?? 0);
    if (keeps) share.push(of);
    else free.push(of);
  }
  for (const of of free) {
    const takers = members.filter((member) => member.topics.includes(of.topic));
    takers.sort((a, b) => (target.get(a.id)?.length ?? 0) - (target.get(b.id)?.length ?? 0));
    const taker = takers[0];
    if (taker) target.get(taker.id)?.push(of);
  }
  const mayTake = (id: string, of: TopicPartition): boolean => {
    const owner = ownerOf.get(partitionName(of));
    return owner === undefined || owner === id;
  };
  return new Map([...target].map(([id, given]) => [id, given.filter((of) => mayTake(id, of))]));
};

/** An equal share each; what is left over goes to those who own the most. */
const quotas = (
  members: readonly AssignmentMember[],
  partitions: number,
  ownerOf: ReadonlyMap<string, string>,
): ReadonlyMap<string, number> => {
  const owned = new Map<string, number>(members.map(({ id }) => [id, 0]));
  for (const owner of ownerOf.values()) owned.set(owner, (owned.get(owner) ?? 0) + 1);
  const byOwned = [...members].sort((a, b) => (owned.get(b.id) ?? 0) - (owned.get(a.id) ?? 0));
  const share = Math.floor(partitions / Math.max(1, members.length));
  const left = partitions - share * members.length;
  return new Map(byOwned.map(({ id }, index) => [id, share + (index < left ? 1 : 0)]));
};
