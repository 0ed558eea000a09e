/**
 * The processor API, as Kafka Streams shapes it (KIP-478, KIP-820), with one difference: the context of a record is
 * the second argument of `process`, not something kept from `init`.
 *
 * Why: records of different keys run concurrently in one task. With a single context, record A's handler would wait
 * for its directory, record B would start, and A's later `forward` and `recordMetadata()` would speak of B. What
 * `init` gives is therefore task-wide only, and everything that belongs to one record comes with that record.
 */
import type { Offset, Partition, TaskId } from '../record/units.js';
import type { FixedKeyRecord, Record } from './record.js';
import type { StateStore } from './state-store.js';

export interface RecordMetadata {
  readonly topic: string;
  readonly partition: Partition;
  readonly offset: Offset;
}

/**
 * `stream-time`: the largest timestamp of the task's records so far, so that it stands still while nothing arrives;
 * the first run comes with the first record. `wall-clock-time`: the machine's, the first run after one interval.
 */
export type PunctuationType = 'stream-time' | 'wall-clock-time';

export interface Cancellable {
  /** It is not run again. */
  cancel(): void;
}

/** Of one run of a punctuation. Of no use once the function has returned or its promise is settled. */
export interface PunctuationContext<KForward, VForward> extends TaskContext {
  /** `childName`: to this child only. */
  forward(record: Record<KForward, VForward>, childName?: string): void;
  readonly signal: AbortSignal;
}

/**
 * `timestamp`: milliseconds since 1970: stream time, or the time of the wall clock. It is one unit of work as a record
 * is: what it forwards and what it writes to stores becomes visible together, or not at all if it fails.
 */
export type Punctuator<KForward, VForward> = (
  timestamp: number,
  context: PunctuationContext<KForward, VForward>,
) => void | Promise<void>;

/** What every context has. */
export interface TaskContext {
  taskId(): TaskId;
  /** The largest timestamp of the task's records so far, in milliseconds since 1970; -1 before the first one. */
  currentStreamTimeMs(): number;
  currentSystemTimeMs(): number;
  /**
   * A store that was connected to the processor by name. What `init` is given may be used in `process` and in
   * punctuations as well: it always is the store as the record under way sees it, until the first `await`; after that
   * use the one of the record's own context. Throws when the topology did not connect it.
   */
  getStateStore<S extends StateStore>(name: string): S;
}

/** Task-wide: what `init` gets. */
export interface ProcessorContext<KForward = unknown, VForward = unknown> extends TaskContext {
  /** Runs `punctuator` every `intervalMs` of the kind of time, between records and never beside one. */
  schedule(
    intervalMs: number,
    type: PunctuationType,
    punctuator: Punctuator<KForward, VForward>,
  ): Cancellable;
}

/** Of one attempt to process one record. Of no use once `process` has returned or its promise is settled. */
export interface RecordProcessingContext extends TaskContext {
  /** Where the source record was read. */
  recordMetadata(): RecordMetadata;
  /** Aborted when the attempt times out or the task is dropped: hand it to whatever can be cancelled. */
  readonly signal: AbortSignal;
  /** `topic-partition-offset` of the source record: the same for every attempt, after a crash too. */
  readonly idempotencyKey: string;
  /** 1 for the first run of this record. */
  readonly attempt: number;
}

export interface FixedKeyProcessorContext<KForward, VForward> extends RecordProcessingContext {
  /**
   * Hands the record to every child, in the order in which they were added, or to the named one. What a child does
   * asynchronously is waited for by the engine, and later forwards run after it: no need to await.
   */
  forward(record: FixedKeyRecord<KForward, VForward>, childName?: string): void;
}

export interface ProcessContext<KForward, VForward> extends RecordProcessingContext {
  /** As of a FixedKeyProcessorContext; the key may be another one. */
  forward(record: Record<KForward, VForward>, childName?: string): void;
}

/** One instance per task. Its fields are shared by the records of the task that are under way. */
export interface FixedKeyProcessor<KIn, VIn, VOut> {
  init?(context: ProcessorContext<KIn, VOut>): void | Promise<void>;
  process(
    record: FixedKeyRecord<KIn, VIn>,
    context: FixedKeyProcessorContext<KIn, VOut>,
  ): void | Promise<void>;
  close?(): void | Promise<void>;
}

/** One instance per task. Its fields are shared by the records of the task that are under way. */
export interface Processor<KIn, VIn, KOut, VOut> {
  init?(context: ProcessorContext<KOut, VOut>): void | Promise<void>;
  process(record: Record<KIn, VIn>, context: ProcessContext<KOut, VOut>): void | Promise<void>;
  close?(): void | Promise<void>;
}

/** Makes a new processor each time it is called. */
export type FixedKeyProcessorSupplier<KIn, VIn, VOut> = () => FixedKeyProcessor<KIn, VIn, VOut>;
export type ProcessorSupplier<KIn, VIn, KOut, VOut> = () => Processor<KIn, VIn, KOut, VOut>;
