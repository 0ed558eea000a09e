/**
 * One consumer group of the simulated cluster: members, generations, rebalances, offsets (KIP-429, KIP-345, KIP-447).
 * Promises: a rebalance ends when every member has joined again or was removed; each ends with a new
 * generation; a member that is silent for its session time-out is removed; offsets are taken under Kafka's
 * own rule of member id, generation and instance id, as they are when the request arrives.
 * Joining and sync are one request here: the assignment is worked out by the broker.
 */
import type { TopicPartition, TopicPartitionOffset } from '../ports/topic-partition.js';
import { partition } from '../record/units.js';
import type { BrokerContext } from './broker-context.js';
import { brokerError } from './broker-error.js';
import { assignCooperative, assignRange } from './group-assignment.js';
import { GroupOffsets } from './group-offsets.js';
import type { ProducerEpoch } from './partition-log.js';
import type { TransactionOutcome } from './transaction-coordinator.js';

/** Who asks, as the client knows itself at that moment. `memberId` '' and `generation` -1: unknown. */
export interface GroupMetadata {
  readonly groupId: string;
  readonly memberId: string;
  readonly generation: number;
  readonly instanceId: string | null;
}

export interface JoinRequest {
  readonly memberId: string;
  readonly instanceId: string | null;
  readonly topics: readonly string[];
  readonly owned: readonly TopicPartition[];
  readonly sessionTimeoutMs: number;
  readonly rebalanceTimeoutMs: number;
  readonly assignor: 'range' | 'cooperative';
}

export interface JoinAnswer {
  readonly memberId: string;
  readonly generation: number;
  readonly assigned: readonly TopicPartition[];
}

interface Member {
  id: string;
  request: JoinRequest;
  assigned: readonly TopicPartition[];
  /** Set while it waits for the rebalance to end. */
  waiting: { resolve(answer: JoinAnswer): void; reject(error: Error): void } | null;
  cancelSession: () => void;
}

export class Group {
  readonly offsets: GroupOffsets;
  readonly #members = new Map<string, Member>();
  #generation = 0;
  #state: 'empty' | 'joining' | 'stable' = 'empty';
  #ids = 0;
  #cancelRebalanceTimeout: () => void = () => undefined;

  constructor(
    readonly id: string,
    readonly context: BrokerContext,
  ) {
    this.offsets = new GroupOffsets(id);
    context.catalog.watchShape((topic) => {
      if ([...this.#members.values()].some(({ request }) => request.topics.includes(topic))) {
        context.later([100, 2000], () => this.#rebalance(`${topic} has changed`));
      }
    });
  }

  get generation(): number {
    return this.#generation;
  }

  get memberIds(): readonly string[] {
    return [...this.#members.keys()];
  }

  /** No rebalance is under way. */
  get isStable(): boolean {
    return this.#state !== 'joining';
  }

  join(request: JoinRequest): Promise<JoinAnswer> {
    const known = this.#memberOf(request);
    if (known && known.id !== request.memberId) {
      this.#replaceStatic(known);
      known.request = { ...request, memberId: known.id };
      if (this.#state === 'stable') return Promise.resolve(this.#answer(known));
    }
    const member = known ?? this.#enter(request);
    member.request = request;
    member.cancelSession();
    return new Promise((resolve, reject) => {
      member.waiting = { resolve, reject };
      this.#rebalance(`${member.id} joins`);
      this.context.later([0, 3], () => this.#completeWhenAllJoined());
    });
  }

  heartbeat(meta: GroupMetadata): void {
    const member = this.#validMember(meta);
    if (meta.generation !== this.#generation) throw brokerError('illegal-generation', meta.memberId);
    if (!member.waiting) this.#startSession(member);
    if (this.#state === 'joining') throw brokerError('rebalance-in-progress', this.id);
  }

  leave(memberId: string): void {
    this.#remove(memberId, 'it leaves');
  }

  /** Takes a member out of the group as its session time-out would, now. */
  evict(memberId: string): void {
    this.#remove(memberId, 'it is evicted');
  }

  /** Everybody has to join again, as when one of them asks for it (KIP-568). */
  enforceRebalance(): void {
    this.#rebalance('it was asked for');
  }

  /** Kafka's rule for offsets inside and outside a transaction alike. */
  validate(meta: GroupMetadata, isTransactional: boolean): void {
    if (meta.generation < 0 && this.#members.size === 0) return;
    if (meta.generation >= 0 || meta.memberId !== '' || meta.instanceId !== null) {
      this.#validMember(meta);
      if (meta.generation !== this.#generation) throw brokerError('illegal-generation', meta.memberId);
    } else if (!isTransactional) {
      throw brokerError('unknown-member', this.id);
    }
  }

  commitPending(meta: GroupMetadata, by: ProducerEpoch, offsets: readonly TopicPartitionOffset[]): void {
    this.validate(meta, true);
    this.offsets.addPending(by.producerId, offsets);
  }

  /** The transaction's marker has reached the group's offsets. */
  end(by: ProducerEpoch, outcome: TransactionOutcome): void {
    this.offsets.endPending(by.producerId, outcome);
  }

  /** A broker that comes back gives every member a full session. */
  restartSessions(): void {
    for (const member of this.#members.values()) if (!member.waiting) this.#startSession(member);
  }

  #memberOf({ memberId, instanceId }: JoinRequest): Member | null {
    const holder = instanceId === null ? null : this.#holderOf(instanceId);
    if (holder) {
      if (memberId !== '' && memberId !== holder.id) throw brokerError('fenced-instance', memberId);
      return holder;
    }
    if (memberId === '') return null;
    const member = this.#members.get(memberId);
    if (!member) throw brokerError('unknown-member', memberId);
    return member;
  }

  #validMember({ memberId, instanceId }: GroupMetadata): Member {
    if (instanceId !== null) {
      const holder = this.#holderOf(instanceId);
      if (!holder) throw brokerError('unknown-member', memberId);
      if (holder.id !== memberId) throw brokerError('fenced-instance', memberId);
    }
    const member = this.#members.get(memberId);
    if (!member) throw brokerError('unknown-member', memberId);
    return member;
  }

  #holderOf(instanceId: string): Member | null {
    for (const member of this.#members.values()) if (member.request.instanceId === instanceId) return member;
    return null;
  }

  #enter(request: JoinRequest): Member {
    const member: Member = {
      id: this.#nextId(request),
      request,
      assigned: [],
      waiting: null,
      cancelSession: () => undefined,
    };
    this.#members.set(member.id, member);
    return member;
  }

  #nextId({ instanceId }: JoinRequest): string {
    return `${instanceId ?? 'member'}-${this.#ids++}`;
  }

  /** A restarted static member takes its place over under a new member id; the old one is fenced. */
  #replaceStatic(member: Member): void {
    this.#members.delete(member.id);
    member.waiting?.reject(brokerError('fenced-instance', member.id));
    member.waiting = null;
    member.id = this.#nextId(member.request);
    this.#members.set(member.id, member);
    this.context.note(`group ${this.id}: ${member.id} takes over`);
  }

  #remove(memberId: string, why: string): void {
    const member = this.#members.get(memberId);
    if (!member) return;
    member.cancelSession();
    member.waiting?.reject(brokerError('unknown-member', memberId));
    this.#members.delete(memberId);
    this.#rebalance(`${memberId} is gone: ${why}`);
    this.#completeWhenAllJoined();
  }

  #rebalance(why: string): void {
    if (this.#state === 'joining') return;
    this.#state = 'joining';
    this.context.note(`group ${this.id}: rebalance, ${why}`);
    const timeouts = [...this.#members.values()].map(({ request }) => request.rebalanceTimeoutMs);
    this.#cancelRebalanceTimeout = this.context.clock.after(Math.max(0, ...timeouts), () => {
      for (const { id, waiting } of [...this.#members.values()]) {
        if (!waiting) this.#remove(id, 'it did not join within the rebalance time-out');
      }
    });
  }

  #completeWhenAllJoined(): void {
    const members = [...this.#members.values()];
    if (this.#state !== 'joining' || members.some(({ waiting }) => !waiting)) return;
    this.#cancelRebalanceTimeout();
    this.#generation += 1;
    this.#state = members.length === 0 ? 'empty' : 'stable';
    const assignment = this.#assign(members);
    this.context.note(`group ${this.id}: generation ${this.#generation}, ${members.length} members`);
    for (const member of members) {
      member.assigned = assignment.get(member.id) ?? [];
      const { waiting } = member;
      member.waiting = null;
      waiting?.resolve(this.#answer(member));
    }
  }

  #answer(member: Member): JoinAnswer {
    this.#startSession(member);
    return { memberId: member.id, generation: this.#generation, assigned: member.assigned };
  }

  #assign(members: readonly Member[]): ReadonlyMap<string, readonly TopicPartition[]> {
    const topics = [...new Set(members.flatMap(({ request }) => request.topics))].sort();
    const partitions = topics.flatMap((topic) =>
      Array.from({ length: this.context.catalog.partitionsOf(topic) }, (_, index) => ({
        topic,
        partition: partition(index),
      })),
    );
    const applicants = members
      .map(({ id, request }) => ({ id, topics: request.topics, owned: request.owned }))
      .sort((a, b) => (a.id < b.id ? -1 : 1));
    const isEager = members.some(({ request }) => request.assignor === 'range');
    return isEager ? assignRange(applicants, partitions) : assignCooperative(applicants, partitions);
  }

  #startSession(member: Member): void {
    member.cancelSession();
    member.cancelSession = this.context.clock.after(member.request.sessionTimeoutMs, () => {
      // A timer that was held while the broker was down: the member had no chance to be heard.
      this.#remove(member.id, 'its session timed out');
    });
  }
}
