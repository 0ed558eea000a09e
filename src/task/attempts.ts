/**
 * Runs the attempts of a task's records: begins them, follows the asynchronous ones, and tells the
 * mailbox how each ended. It counts what is in flight (running or backing off), source records and heads
 * apart, and owns every timer of an attempt.
 *
 * It promises: each attempt ends once, with an answer or by its time-out; an answer that comes after its
 * attempt was given up is dropped; two handlers of one key never run side by side, unless one ignores its
 * AbortSignal for longer than the grace. It decides nothing about what a failure leads to.
 */
import type { Effects, ProcessRecord } from '../dsl/execution.js';
import { HandlerSaysFail } from '../dsl/execution.js';
import type { Clock } from '../ports/clock.js';
import { RetryableError } from '../record/record-error.js';
import type { EpochMs } from '../record/units.js';
import type { QueueEntry } from './queue-entry.js';
import type { AttemptMessage } from './task-message.js';

/** After a time-out the handler has this long to notice its AbortSignal before the key goes on without it. */
const ABORT_GRACE_MS = 1000;

/** How one attempt ended. */
export type AttemptEnd =
  { readonly ok: true; readonly effects: Effects } | { readonly ok: false; readonly thrown: unknown };

export class Attempts {
  #sources = 0;
  #heads = 0;
  /** The last attempt that ended where it began: the next one's beginning tells how long it took. */
  #direct: QueueEntry | undefined;
  #turns = 0;

  constructor(
    private readonly process: ProcessRecord,
    private readonly clock: Clock,
    private readonly attemptTimeoutMs: number,
    private readonly post: (message: AttemptMessage) => void,
    /** Told of an attempt that took a millisecond or more. */
    private readonly took: (topic: string, tookMs: number) => void = () => undefined,
  ) {}

  /** Async handlers running or waiting for their next attempt. */
  get inFlight(): number {
    return this.#sources + this.#heads;
  }

  get heads(): number {
    return this.#heads;
  }

  get sources(): number {
    return this.#sources;
  }

  /** Grows whenever a place is taken or given back. */
  get turns(): number {
    return this.#turns;
  }

  /** A source record that is in flight goes on as the head of a lane. */
  becomesHead(entry: QueueEntry): void {
    this.#count(entry, -1);
    entry.isHead = true;
    this.#count(entry, 1);
  }

  /** How it ended, or undefined when it goes on: then the mailbox hears of it. Throws HandlerSaysFail. */
  begin(entry: QueueEntry): AttemptEnd | undefined {
    const nowMs = this.clock.now();
    if (this.#direct !== undefined) this.#measure(this.#direct, nowMs);
    this.#direct = entry;
    entry.begin(nowMs);
    try {
      const effects = this.process(entry);
      if (!(effects instanceof Promise)) return { ok: true, effects };
      this.#direct = undefined;
      this.#follow(entry, effects);
      return undefined;
    } catch (thrown) {
      if (thrown instanceof HandlerSaysFail) throw thrown;
      return { ok: false, thrown };
    }
  }

  /** Nothing more is begun for now. */
  pause(): void {
    if (this.#direct === undefined) return;
    this.#measure(this.#direct, this.clock.now());
    this.#direct = undefined;
  }

  /** It keeps its place in flight while it waits for its next attempt. */
  backOff(entry: QueueEntry, delayMs: number): void {
    entry.state = 'backing-off';
    this.#count(entry, 1);
    entry.cancelTimer = this.clock.after(delayMs, () => this.post({ kind: 'retry-due', entry }));
  }

  /** What a message of the mailbox means; undefined when nothing has ended by it. */
  ended(message: AttemptMessage): AttemptEnd | undefined {
    const { entry } = message;
    if (message.kind === 'retry-due') {
      this.#count(entry, -1);
      entry.cancelTimer = undefined;
      return undefined;
    }
    if (entry.state !== 'running' || entry.run !== message.run) return undefined;
    if (message.kind === 'timed-out') {
      this.#timedOut(entry);
      return undefined;
    }
    entry.cancelTimer?.();
    entry.cancelTimer = undefined;
    this.#measure(entry, this.clock.now());
    this.#count(entry, -1);
    if (entry.timedOut) return { ok: false, thrown: this.#timeout() };
    if (message.kind === 'failed' && message.thrown instanceof HandlerSaysFail) throw message.thrown;
    return message.kind === 'succeeded'
      ? { ok: true, effects: message.effects }
      : { ok: false, thrown: message.thrown };
  }

  /** It waits for no next attempt any more; whoever wants one starts it. False: it waited for none. */
  giveUpBackOff(entry: QueueEntry): boolean {
    if (entry.state !== 'backing-off') return false;
    entry.cancelTimer?.();
    entry.cancelTimer = undefined;
    entry.state = 'waiting';
    this.#count(entry, -1);
    return true;
  }

  /** Tells every handler to stop; nothing that they still answer is heard. */
  abandon(entries: Iterable<QueueEntry>, reason: Error): void {
    for (const entry of entries) {
      entry.cancelTimer?.();
      if (entry.state === 'running') entry.abort(reason);
    }
    this.#sources = 0;
    this.#heads = 0;
  }

  #measure({ nowMs: beganAt, record }: QueueEntry, nowMs: EpochMs): void {
    if (nowMs > beganAt) this.took(record.topic, nowMs - beganAt);
  }

  #count(entry: QueueEntry, by: 1 | -1): void {
    this.#turns += 1;
    if (entry.isHead) this.#heads += by;
    else this.#sources += by;
  }

  #follow(entry: QueueEntry, effects: Promise<Effects>): void {
    const { run } = entry;
    this.#count(entry, 1);
    entry.cancelTimer = this.clock.after(this.attemptTimeoutMs, () =>
      this.post({ kind: 'timed-out', entry, run }),
    );
    effects.then(
      (done) => this.post({ kind: 'succeeded', entry, run, effects: done }),
      (thrown: unknown) => this.post({ kind: 'failed', entry, run, thrown }),
    );
  }

  /** The handler is told by its signal; the key goes on when it has answered, or without it after the grace. */
  #timedOut(entry: QueueEntry): void {
    const { run } = entry;
    const thrown = this.#timeout();
    entry.timedOut = true;
    entry.abort(thrown);
    entry.cancelTimer = this.clock.after(ABORT_GRACE_MS, () =>
      this.post({ kind: 'failed', entry, run, thrown }),
    );
  }

  #timeout(): RetryableError {
    const message = `The attempt took longer than ATTEMPT_TIMEOUT_MS (${this.attemptTimeoutMs})`;
    return new RetryableError('attempt-timeout', message);
  }
}
