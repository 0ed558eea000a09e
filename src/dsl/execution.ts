/**
 * What a task gives to its sub-topology and what it gets back: one source record in, its effects out.
 * Pure by contract: all effects of a record are in the answer, and an attempt that fails has none.
 */
import { AuthorsFault } from '../record/author-error.js';
import type { ProcessingFailure } from '../record/record-error.js';
import type { OutputRecord } from '../record/output-record.js';
import type { ConsumedRecord } from '../record/record.js';
import type { EpochMs, TaskId } from '../record/units.js';

/** What a task gives for one run of functions of the user. Read-only for the sub-topology. */
export interface Run {
  readonly taskId: TaskId;
  readonly nowMs: EpochMs;
  /**
   * Aborted when the attempt times out or the task is dropped. Made when first asked for; asked for
   * only after that, it is aborted already.
   */
  readonly signal: AbortSignal;
  /** Of a topic that the topology writes to or reads. */
  partitionCount(topic: string): number;
}

/**
 * One attempt to process one record. It may be the same object for every attempt of a record: `attempt` tells
 * them apart, and `signal` is that of the current one.
 */
export interface RecordRun extends Run {
  /** Its `headers` may be a getter that builds them: they are not asked for unless somebody reads them. */
  readonly record: ConsumedRecord;
  /** 1 for the first run. */
  readonly attempt: number;
  /** See SerdeContext.noteType. */
  noteType(type: string): void;
}

/** One entry of a store in its new state; null deletes. The bytes belong to whoever is given it. */
export interface StoreChange {
  readonly store: string;
  readonly key: Buffer;
  readonly value: Buffer | null;
}

/** What one record does: all of it or none. */
export interface Effects {
  /** In forward order. */
  readonly outputs: readonly OutputRecord[];
  /** At most one of each key of a store. */
  readonly changes: readonly StoreChange[];
  /** What was read of the stores as they had been decided, each key the first time; empty where nobody else writes. */
  readonly reads: readonly StoreChange[];
  /** An error handler has said `resume`: the record is done with, and has no effect. */
  readonly isDropped: boolean;
}

/** An error handler has said `fail`: the task decides nothing more, and its session ends. */
export class HandlerSaysFail extends AuthorsFault {
  override readonly name = 'HandlerSaysFail';
}

/** The entries of one store of a task, as of the last unit of work that was decided. */
export interface StoreData {
  readonly size: number;
  /** The bytes must not be changed. */
  get(key: Buffer): Buffer | null;
  /** In the order of the keys' bytes, `from` included and `to` not; null: no bound. It may be left at any time. */
  entries(from: Buffer | null, to: Buffer | null, isReverse: boolean): Iterable<readonly [Buffer, Buffer]>;
}

/**
 * The effects of the record. Throws or rejects: nothing happened, and nothing of the attempt is under way any more.
 * No promise unless a function of the user returned one.
 */
export type ProcessRecord = (run: RecordRun) => Effects | Promise<Effects>;

/** A function of the user's that is run at its time, by itself: never beside a record of the task. */
export interface DuePunctuation {
  readonly node: string;
  run(this: void, run: Run): Effects | Promise<Effects>;
}

/** The punctuations of a task's processors, see `ProcessorContext.schedule`. */
export interface Punctuations {
  readonly isEmpty: boolean;
  /** One that is due, or undefined; it is not due again until its next time. */
  takeDue(nowMs: EpochMs): DuePunctuation | undefined;
  isDue(nowMs: EpochMs): boolean;
  /** Until the next one by the wall clock; null: none. */
  dueInMs(nowMs: EpochMs): number | null;
}

/**
 * The sub-topology of one task, with processor instances of its own. Several records may be in
 * `process` at the same time (different keys). `process` is called between `init` and `close` only.
 */
export interface TaskProcessor {
  /** Runs every processor's `init`, upstream first. When one fails, those before it are closed. */
  init(): Promise<void>;
  readonly process: ProcessRecord;
  /**
   * An output of a record is larger than its topic takes: undefined, the record goes on without it; else its failure.
   * May throw HandlerSaysFail.
   */
  outputRefused(run: RecordRun, topic: string, failure: ProcessingFailure): ProcessingFailure | undefined;
  readonly punctuations: Punctuations;
  /** Runs every processor's `close`, downstream first, all of them; rejects with the first failure. */
  close(): Promise<void>;
}
