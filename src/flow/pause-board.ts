/**
 * Why each partition is paused: a set of reasons, and paused while it is not empty. The consumer is
 * told only when that changes. After a new assignment nothing is known any more, so it starts afresh.
 */
import type { PauseReason, Pauses } from '../ports/flow-control.js';
import type { TopicPartition } from '../ports/topic-partition.js';
import { partitionName } from '../ports/topic-partition.js';

export interface Pausable {
  pause(partitions: readonly TopicPartition[]): void;
  resume(partitions: readonly TopicPartition[]): void;
}

export class PauseBoard implements Pauses {
  readonly #reasons = new Map<string, Set<PauseReason>>();

  constructor(private readonly consumer: Pausable) {}

  assigned(partition: TopicPartition): void {
    this.#reasons.set(partitionName(partition), new Set<PauseReason>(['restoring']));
  }

  revoked(partition: TopicPartition): void {
    this.#reasons.delete(partitionName(partition));
  }

  set(partition: TopicPartition, reason: PauseReason): void {
    const reasons = this.#reasons.get(partitionName(partition));
    if (reasons === undefined || reasons.has(reason)) return;
    reasons.add(reason);
    if (reasons.size === 1) this.consumer.pause([partition]);
  }

  clear(partition: TopicPartition, reason: PauseReason): void {
    const reasons = this.#reasons.get(partitionName(partition));
    if (reasons?.delete(reason) && reasons.size === 0) this.consumer.resume([partition]);
  }

  reasonsOf(partition: TopicPartition): readonly PauseReason[] {
    return [...(this.#reasons.get(partitionName(partition)) ?? [])];
  }

  /** How many partitions there are that are paused for each reason. */
  get counts(): Readonly<Record<PauseReason, number>> {
    const counts = { restoring: 0, credit: 0, bound: 0, breaker: 0, refused: 0, draining: 0 };
    for (const reasons of this.#reasons.values()) for (const reason of reasons) counts[reason] += 1;
    return counts;
  }

  get pausedCount(): number {
    let paused = 0;
    for (const reasons of this.#reasons.values()) if (reasons.size > 0) paused += 1;
    return paused;
  }
}
