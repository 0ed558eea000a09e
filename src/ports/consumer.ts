/**
 * The two consumers of the engine. Both are `read_committed`, never commit by themselves and have
 * no offset reset policy: a position is always given explicitly.
 * `poll` is never called while another poll of the same consumer is under way.
 */
import type { CommitOffset } from '../record/units.js';
import type { RecordBatch } from './record-batch.js';
import type { TopicPartition, TopicPartitionOffset } from './topic-partition.js';

/**
 * A change of the assignment that waits for the engine's answer; the group's rebalance goes on when
 * `answer` is called, which may be much later. Until then the partitions stay as they were.
 * `answer` must be called exactly once, and may be called after `close` has begun (then it must be).
 */
export type RebalanceEvent =
  | {
      readonly kind: 'assign';
      readonly partitions: readonly TopicPartition[];
      /** Assigns them paused; each must be sought before it is resumed. */
      answer(): void;
    }
  | {
      readonly kind: 'revoke';
      readonly partitions: readonly TopicPartition[];
      /** The client knows that they belong to someone else already: commit nothing for them. */
      readonly lost: boolean;
      answer(): void;
    };

/** The member of the group. */
export interface SourceConsumer {
  /** Rejects with a KafkaError when no broker answers within the client's start time-out. */
  connect(): Promise<void>;
  /** Joins the group; `onRebalance` is called for each change of the assignment, never during `poll`'s result. */
  subscribe(topics: readonly string[], onRebalance: (event: RebalanceEvent) => void): void;
  /**
   * At most `max` records; resolves early with what is there, and with an empty batch when there is
   * nothing within `timeoutMs`. Rejects with a KafkaError when the client reports an error in the
   * place of a record; polling goes on afterwards unless its kind is fatal or fenced.
   */
  poll(max: number, timeoutMs: number): Promise<RecordBatch>;
  pause(partitions: readonly TopicPartition[]): void;
  resume(partitions: readonly TopicPartition[]): void;
  /**
   * Resolves once the position is set. The partition must be assigned. Rejects as retriable when the client has not
   * begun to read it yet, and as fatal when it will never do so again: its position was outside the log.
   */
  seek(to: TopicPartitionOffset): Promise<void>;
  /**
   * The group's committed offsets, none of them with a transaction pending (KIP-447 "require stable");
   * null where there is none. Rejects as retriable while one stays pending for `timeoutMs`. The topics
   * need not be subscribed.
   */
  committed(
    partitions: readonly TopicPartition[],
    timeoutMs: number,
  ): Promise<readonly (CommitOffset | null)[]>;
  /** Commits outside a transaction and waits for the answer (at_least_once only). */
  commit(offsets: readonly TopicPartitionOffset[]): Promise<void>;
  /** Leaves the group unless it is a static member. Rebalance events may come while it runs: answer them at once. */
  close(): Promise<void>;
}

/** Reads partitions that are assigned by hand, outside the group's assignment: restore, tiers, commands. */
export interface LogConsumer {
  connect(): Promise<void>;
  /**
   * Replaces the assignment. Partitions that stay must be given with their current position. To be called
   * between polls only: a poll under way could mix records of two assignments.
   */
  assign(positions: readonly TopicPartitionOffset[]): void;
  poll(max: number, timeoutMs: number): Promise<RecordBatch>;
  pause(partitions: readonly TopicPartition[]): void;
  resume(partitions: readonly TopicPartition[]): void;
  close(): Promise<void>;
}
