/**
 * The processor API of `KStream.processValues`, as Kafka Streams shapes it, with one difference: the
 * context of a record is the second argument of `process`, not something kept from `init`.
 *
 * Why: records of different keys run concurrently in one task. With a single context, record A's
 * handler would wait for its directory, record B would start, and A's later `forward` and
 * `recordMetadata()` would speak of B. What `init` gives is therefore task-wide only, and everything
 * that belongs to one record comes with that record.
 */
import type { Offset, Partition, TaskId } from '../record/units.js';
import type { FixedKeyRecord } from './fixed-key-record.js';

export interface RecordMetadata {
  readonly topic: string;
  readonly partition: Partition;
  readonly offset: Offset;
}

/** Task-wide: what `init` gets. */
export interface ProcessorContext {
  taskId(): TaskId;
}

/** Of one attempt to process one record. Of no use once `process` has returned or its promise is settled. */
export interface FixedKeyProcessorContext<KForward, VForward> extends ProcessorContext {
  /**
   * Hands the record to every child, in the order in which they were added. What a child does
   * asynchronously is waited for by the engine, and later forwards run after it: no need to await.
   */
  forward(record: FixedKeyRecord<KForward, VForward>): void;
  /** Where the source record was read. */
  recordMetadata(): RecordMetadata;
  /** Aborted when the attempt times out or the task is dropped: hand it to whatever can be cancelled. */
  readonly signal: AbortSignal;
  /** `topic-partition-offset` of the source record: the same for every attempt, after a crash too. */
  readonly idempotencyKey: string;
  /** 1 for the first run of this record. */
  readonly attempt: number;
  currentSystemTimeMs(): number;
}

/** One instance per task. Its fields are shared by the records of the task that are under way. */
export interface FixedKeyProcessor<KIn, VIn, VOut> {
  init?(context: ProcessorContext): void | Promise<void>;
  process(
    record: FixedKeyRecord<KIn, VIn>,
    context: FixedKeyProcessorContext<KIn, VOut>,
  ): void | Promise<void>;
  close?(): void | Promise<void>;
}

/** Makes a new processor each time it is called. */
export type FixedKeyProcessorSupplier<KIn, VIn, VOut> = () => FixedKeyProcessor<KIn, VIn, VOut>;
