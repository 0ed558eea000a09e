/**
 * One record on its way through a task, from its emission queue or at the head of a lane: what the handler
 * is given (a RecordRun), and how far it has come. Made per record, so it holds nothing that is not needed.
 */
import type { Effects, RecordRun } from '../dsl/execution.js';
import type { ProcessingFailure } from '../record/record-error.js';
import type { Attempted } from '../lanes/lane-state.js';
import type { ConsumedRecord } from '../record/record.js';
import type { EpochMs, MonotonicMs, TaskId } from '../record/units.js';
import { monotonicMs } from '../record/units.js';

/** What one record came to; it takes effect when everything before it is decided. */
export type Outcome =
  | { readonly kind: 'effects'; readonly effects: Effects }
  /** Its attempts in memory are used up: a lane, or the dead letters. */
  | { readonly kind: 'failed'; readonly failure: ProcessingFailure }
  /** It waits in a lane already: read again after a crash without transactions, or after a reset. */
  | { readonly kind: 'known' };

/**
 * waiting → running → (backing-off → running)* → resolved → decided; a waiting one is decided without a run
 * when its key has a lane by then, and a running one when the patience of the results behind it ends.
 */
export type EntryState = 'waiting' | 'running' | 'backing-off' | 'resolved' | 'decided';

/** What an entry knows of its task. */
export interface EntryOwner {
  readonly id: TaskId;
  partitionCount(topic: string): number;
}

export class QueueEntry implements RecordRun {
  state: EntryState = 'waiting';
  outcome: Outcome | undefined;
  /** It runs at the head of a lane, not in the queue. */
  isHead = false;
  /** The breaker is open, and this run shows whether it may close. */
  isProbe = false;
  /** How often it has failed as one. */
  failedProbes = 0;
  /** Since when its result waits. */
  resolvedAt: MonotonicMs = monotonicMs(0);
  /** Runs begun that count. */
  attempt = 0;
  /** Runs begun, also those that do not count: tells their answers apart. */
  run = 0;
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
    readonly record: ConsumedRecord,
    /** Bytes of key and value. */
    readonly bytes: number,
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

  /** It has run, also when the run does not count: what comes after it in its key must wait for it. */
  get hasBegun(): boolean {
    return this.run > 0;
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

  /** What it brings with it when it becomes a head. */
  attempted(attempts: number): Attempted {
    return { attempts, firstFailureAt: this.firstFailureAt ?? null };
  }

  /** Each attempt has a signal of its own. */
  begin(nowMs: EpochMs): void {
    this.state = 'running';
    this.attempt += 1;
    this.run += 1;
    this.nowMs = nowMs;
    this.timedOut = false;
    this.#abort = undefined;
  }

  abort(reason: unknown): void {
    (this.#abort ??= new AbortController()).abort(reason);
  }

  resolve(outcome: Outcome, at: MonotonicMs): void {
    this.state = 'resolved';
    this.outcome = outcome;
    this.resolvedAt = at;
  }

  /** Its last run does not count: the breaker is open, and it is run again from the start of that attempt. */
  takeBack(): void {
    this.attempt -= 1;
    this.state = 'waiting';
    this.isProbe = false;
  }
}
