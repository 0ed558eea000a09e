/**
 * Branded units. A brand keeps apart numbers and strings that must never be mixed;
 * it exists for the compiler only and costs nothing at run time.
 */

declare const unit: unique symbol;
type Branded<Base, Name extends string> = Base & { readonly [unit]: Name };

/** The offset of one record, as the broker gave it. "Processed up to and including this one". */
export type Offset = Branded<number, 'Offset'>;

/** The offset of the next record to read: what Kafka calls a committed offset or a position. */
export type CommitOffset = Branded<number, 'CommitOffset'>;

/** Milliseconds since 1970-01-01T00:00:00Z, by a wall clock. */
export type EpochMs = Branded<number, 'EpochMs'>;

/** Milliseconds on a clock that never jumps; only differences mean anything. */
export type MonotonicMs = Branded<number, 'MonotonicMs'>;

/** A partition number, from 0. */
export type Partition = Branded<number, 'Partition'>;

/** `<sub-topology>_<partition>`, as Kafka Streams writes it: `0_2`. */
export type TaskId = Branded<string, 'TaskId'>;

export const offset = (value: number): Offset => value as Offset;
export const commitOffset = (value: number): CommitOffset => value as CommitOffset;
export const epochMs = (value: number): EpochMs => value as EpochMs;
export const monotonicMs = (value: number): MonotonicMs => value as MonotonicMs;
export const partition = (value: number): Partition => value as Partition;
export const taskId = (subtopology: number, of: Partition): TaskId => `${subtopology}_${of}` as TaskId;

/** The position to go on from once the record at `last` is decided. */
export const after = (last: Offset): CommitOffset => (last + 1) as CommitOffset;
