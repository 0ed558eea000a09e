/**
 * What one poll returned: records read by index, headers only when asked for, so that a binding
 * which packs a batch into one block of memory builds no object per record.
 */
import type { EpochMs, Offset, Partition } from '../record/units.js';
import type { Headers } from '../record/record.js';
import type { TopicPartitionOffset } from './topic-partition.js';

export interface RecordBatch {
  readonly length: number;
  topic(index: number): string;
  partition(index: number): Partition;
  offset(index: number): Offset;
  timestamp(index: number): EpochMs;
  key(index: number): Buffer | null;
  value(index: number): Buffer | null;
  /** The value, when it is there and known to be ASCII, and undefined otherwise: costs less than `value`. */
  valueText(index: number): string | undefined;
  /** Of key and value together, neither of which is made for it. */
  bytes(index: number): number;
  /** Built anew at each call: for records that need them only, and once where they are read often. */
  headers(index: number): Headers;
  /**
   * Partitions of which everything below `offset` has been read, as of this poll (control records
   * and aborted records included), told once each time an end is reached.
   */
  readonly ends: readonly TopicPartitionOffset[];
}
