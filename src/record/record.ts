/**
 * What is read from and written to Kafka. Bytes stay bytes here: decoding is a serde's work.
 * A key or value read from a batch is a view of memory that the batch owns: whoever keeps it
 * longer than its record is in the engine copies it.
 */
import type { EpochMs, Offset, Partition } from './units.js';

/** One header; a name may occur more than once in a record. */
export interface Header {
  readonly name: string;
  readonly value: Buffer | null;
  /** The value, when it is there and known to be ASCII: costs less than `value` of a record that was read. */
  readonly text?: string | undefined;
}

export type Headers = readonly Header[];

export const NO_HEADERS: Headers = Object.freeze([]);

/** A record as it was read. */
export interface ConsumedRecord {
  readonly topic: string;
  readonly partition: Partition;
  readonly offset: Offset;
  readonly timestamp: EpochMs;
  readonly key: Buffer | null;
  readonly value: Buffer | null;
  /** The value, when it is there and known to be ASCII. */
  readonly valueText?: string | undefined;
  readonly headers: Headers;
}

/**
 * A record to be written.
 * `partition` is explicit, or null for the partitioner (`murmur2_random`, as Java does it: keyed by
 * murmur2, unkeyed at random).
 * Header values are text when the client's published binding writes them: bytes that are not valid
 * UTF-8 must have been encoded before (see record/headers.ts).
 */
export interface ProducedRecord {
  readonly topic: string;
  readonly partition: Partition | null;
  readonly key: Buffer | null;
  readonly value: Buffer | null;
  readonly headers: readonly ProducedHeader[];
  /** Absent: the time at which the client takes it. */
  readonly timestamp?: EpochMs;
}

export interface ProducedHeader {
  readonly name: string;
  readonly value: string;
}

/** `topic-partition@offset`: how every message of this project names a record. */
export const placeOf = (at: { topic: string; partition: number; offset: number }): string =>
  `${at.topic}-${at.partition}@${at.offset}`;
