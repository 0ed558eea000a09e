/**
 * What a task gives to its sub-topology and what it gets back: one source record in, its outputs out.
 * Pure by contract: all effects of a record are in the answer, and an attempt that fails has none.
 */
import type { ConsumedRecord, ProducedRecord } from '../record/record.js';
import type { EpochMs, TaskId } from '../record/units.js';

/**
 * What the task gives for one attempt to process one record. Read-only for the sub-topology. It may be
 * the same object for every attempt of a record: `attempt` tells them apart, and `signal` is that of the
 * current one.
 */
export interface RecordRun {
  /** Its `headers` may be a getter that builds them once: they are not asked for unless somebody reads them. */
  readonly record: ConsumedRecord;
  readonly taskId: TaskId;
  /** 1 for the first run. */
  readonly attempt: number;
  readonly nowMs: EpochMs;
  /**
   * Aborted when the attempt times out or the task is dropped. Made when first asked for; asked for
   * only after that, it is aborted already.
   */
  readonly signal: AbortSignal;
  /** Of a topic that the topology writes to or reads. */
  partitionCount(topic: string): number;
  /** See SerdeContext.noteType. */
  noteType(type: string): void;
}

/**
 * The outputs of the record in forward order: all or none. Throws or rejects: nothing happened, and
 * nothing of the attempt is under way any more.
 * No promise unless a function of the user returned one.
 */
export type ProcessRecord = (
  run: RecordRun,
) => readonly ProducedRecord[] | Promise<readonly ProducedRecord[]>;

/**
 * The sub-topology of one task, with processor instances of its own. Several records may be in
 * `process` at the same time (different keys). `process` is called between `init` and `close` only.
 */
export interface TaskProcessor {
  /** Runs every processor's `init`, upstream first. When one fails, those before it are closed. */
  init(): Promise<void>;
  readonly process: ProcessRecord;
  /** Runs every processor's `close`, downstream first, all of them; rejects with the first failure. */
  close(): Promise<void>;
}
