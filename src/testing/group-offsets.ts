/**
 * The committed offsets of one group. Offsets of a transaction are pending until its marker arrives;
 * a reader that requires stable offsets is refused while one is pending for what it asks.
 * Any number is taken for any partition name: Kafka does not compare it with the log.
 */
import { partitionName, type TopicPartition, type TopicPartitionOffset } from '../ports/topic-partition.js';
import type { CommitOffset } from '../record/units.js';
import { brokerError } from './broker-error.js';
import type { TransactionOutcome } from './transaction-coordinator.js';

export class GroupOffsets {
  readonly #committed = new Map<string, TopicPartitionOffset>();
  /** By producer id. */
  readonly #pending = new Map<number, Map<string, TopicPartitionOffset>>();

  constructor(readonly groupId: string) {}

  commit(offsets: readonly TopicPartitionOffset[]): void {
    for (const at of offsets) this.#committed.set(partitionName(at), at);
  }

  addPending(producerId: number, offsets: readonly TopicPartitionOffset[]): void {
    const pending = this.#pending.get(producerId) ?? new Map<string, TopicPartitionOffset>();
    for (const at of offsets) pending.set(partitionName(at), at);
    this.#pending.set(producerId, pending);
  }

  endPending(producerId: number, outcome: TransactionOutcome): void {
    const pending = this.#pending.get(producerId);
    this.#pending.delete(producerId);
    if (pending && outcome === 'committed') this.commit([...pending.values()]);
  }

  /** Throws `unstable-offsets` while a transaction's offset is pending for one of them. */
  stable(partitions: readonly TopicPartition[]): (CommitOffset | null)[] {
    for (const pending of this.#pending.values()) {
      const unstable = partitions.find((of) => pending.has(partitionName(of)));
      if (unstable) throw brokerError('unstable-offsets', `${this.groupId} ${partitionName(unstable)}`);
    }
    return partitions.map((of) => this.#committed.get(partitionName(of))?.offset ?? null);
  }

  of(partition: TopicPartition): CommitOffset | undefined {
    return this.#committed.get(partitionName(partition))?.offset;
  }

  all(): readonly TopicPartitionOffset[] {
    return [...this.#committed.values()];
  }

  /** What their expiry does. */
  forget(topic?: string): void {
    for (const [name, at] of this.#committed) {
      if (topic === undefined || at.topic === topic) this.#committed.delete(name);
    }
  }
}
