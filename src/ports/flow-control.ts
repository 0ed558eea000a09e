/** How a task manager steers the intake: the boundary between the tasks and the flow of records. */
import type { TopicPartition } from './topic-partition.js';

/** A partition is paused while there is any reason. */
export const PAUSE_REASONS = ['restoring', 'credit', 'bound', 'breaker', 'refused', 'draining'] as const;
export type PauseReason = (typeof PAUSE_REASONS)[number];

export interface Pauses {
  /** The client has just assigned it, paused. */
  assigned(partition: TopicPartition): void;
  revoked(partition: TopicPartition): void;
  set(partition: TopicPartition, reason: PauseReason): void;
  clear(partition: TopicPartition, reason: PauseReason): void;
  reasonsOf(partition: TopicPartition): readonly PauseReason[];
}

/** What a task holds. */
export interface Load {
  /** Records taken and not yet committed. */
  readonly uncommitted: number;
  /** Of these, the ones that are decided: a commit is all that they wait for. */
  readonly decided: number;
  readonly uncommittedBytes: number;
}

export type AdmissionVerdict = 'pause' | 'resume' | 'keep';

export interface AdmissionControl {
  /**
   * How many partitions are assigned, and what the tasks hold now. To be told after each batch and each commit. `pause`:
   * half of what may be held is, and it is time to commit.
   */
  balance(partitions: number, loads: Iterable<Load>): AdmissionVerdict;
  /** What one batch weighed. */
  observe(records: number, bytes: number): void;
  records(load: Load): AdmissionVerdict;
  bytes(load: Load): AdmissionVerdict;
}

export interface Intake {
  /** Runs `then` while no poll is under way, with the number of the next poll. */
  between(then: (nextPoll: number) => void): void;
}
