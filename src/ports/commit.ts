/** What a commit asks of a task, and what it answers: the boundary between deciding and committing. */
import type { KafkaError } from './kafka-error.js';
import type { TopicPartitionOffset } from './topic-partition.js';
import type { ProducedRecord } from '../record/record.js';
import type { RecordList } from '../record/record-list.js';

/** What a task has decided, taken for one commit. */
export interface CommitUnit {
  /** In the order of decision. A unit that comes again after an abort has the same lists. Not to be read once it is settled. */
  readonly records: RecordList;
  /** Changelog entries; where there is no transaction each list must be acknowledged before the next is sent. */
  readonly changelog: readonly (readonly ProducedRecord[])[];
  readonly checkpoint: ProducedRecord;
  /** Source positions, and the checkpoint's sequence as the offset of the lane-log partition. */
  readonly offsets: readonly TopicPartitionOffset[];
  /** The partition belongs to someone else by now: nothing of it may be committed any more. */
  isLost(): boolean;
  /**
   * `aborted`: the task keeps the effects and gives them again before newer ones, with the same sequence. Units of
   * one transaction are settled in the order in which they were taken, and in the opposite one when it was aborted.
   */
  settle(outcome: 'committed' | 'aborted'): void;
}

/** What the commit loop asks of a task. */
export interface CommitSource {
  readonly name: string;
  isDirty(): boolean;
  /** Of the keys and values that the next unit writes. */
  readonly dueBytes: number;
  /**
   * Takes the oldest part of what was decided, bounded; the rest waits for the next commit. What is taken before an earlier
   * unit is settled belongs into the same transaction, behind it.
   */
  takeUnit(): CommitUnit;
}

export type CommitResult =
  | { readonly kind: 'committed' }
  /** Nothing of it is or will be visible; the same effects may be committed again. */
  | { readonly kind: 'aborted'; readonly cause: KafkaError | 'lost' }
  /** Nobody knows whether it was committed: the tasks must be dropped and restored (review F17). */
  | { readonly kind: 'unknown'; readonly cause: KafkaError }
  /** The producer is of no use any more; nothing was committed, the tasks must be restored. */
  | { readonly kind: 'fatal'; readonly cause: KafkaError };
