/**
 * One source record on its way through a task: what the handler is given (a RecordRun), and how far it
 * has come. Made per record, so it holds nothing that is not needed.
 */
import type { RecordRun } from '../dsl/execution.js';
import type { ProcessingFailure, FailureReason } from '../record/record-error.js';
import type { ProducedRecord } from '../record/record.js';
import type { EpochMs, TaskId } from '../record/units.js';
import type { BatchRecord } from './batch-record.js';

/** What one record came to; it takes effect when everything before it is decided. */
export type Outcome =
  | { readonly kind: 'outputs'; readonly outputs: readonly ProducedRecord[] }
  | { readonly kind: 'dead-letter'; readonly failure: ProcessingFailure; readonly reason: FailureReason };

/** waiting → running → (backing-off → running)* → resolved. */
export type EntryState = 'waiting' | 'running' | 'backing-off' | 'resolved';

/** What an entry knows of its task. */
export interface EntryOwner {
  readonly id: TaskId;
  partitionCount(topic: string): number;
}

export class QueueEntry implements RecordRun {
  state: EntryState = 'waiting';
  outcome: Outcome | undefined;
  /** Runs begun. */
  attempt = 0;
  nowMs: EpochMs;
  type = 'unknown';
  firstFailureAt: EpochMs | undefined;
  /** The next queued record of the same key; it starts when this one has succeeded or is decided. */
  nextOfKey: QueueEntry | undefined;
  /** Cancels the timer that is running for it: time-out or back-off. */
  cancelTimer: (() => void) | undefined;
  /** Its attempt passed its time-out and was aborted; whatever it still answers is a failure. */
  timedOut = false;
  #abort: AbortController | undefined;
  #slot: string | undefined;

  constructor(
    readonly record: BatchRecord,
    /** Of the whole queue: source order. */
    readonly order: number,
    readonly readAt: EpochMs,
    private readonly owner: EntryOwner,
  ) {
    this.nowMs = readAt;
  }

  get taskId(): TaskId {
    return this.owner.id;
  }

  /** The slot that it takes, one character per byte of the key; a null key is no key and shares none. */
  get slot(): string | undefined {
    return (this.#slot ??= this.record.key?.toString('latin1'));
  }

  get signal(): AbortSignal {
    return (this.#abort ??= new AbortController()).signal;
  }

  partitionCount(topic: string): number {
    return this.owner.partitionCount(topic);
  }

  noteType(type: string): void {
    this.type = type;
  }

  /** Each attempt has a signal of its own. */
  begin(nowMs: EpochMs): void {
    this.state = 'running';
    this.attempt += 1;
    this.nowMs = nowMs;
    this.timedOut = false;
    this.#abort = undefined;
  }

  abort(reason: unknown): void {
    (this.#abort ??= new AbortController()).abort(reason);
  }

  resolve(outcome: Outcome): void {
    this.state = 'resolved';
    this.outcome = outcome;
  }
}
