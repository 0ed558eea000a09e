/**
 * Runs the punctuations of a task's processors, one at a time and never beside a record: while one is due nothing new
 * starts, and it begins when nothing runs and every result is decided. After each, records may start before the next
 * one, however overdue that is. It is one unit of work; one that fails or takes
 * too long stops the task (it is tried again from its last commit), because nobody else would ever hear of it.
 */
import type { DuePunctuation, Effects, Punctuations, Run } from '../dsl/execution.js';
import { AuthorsFault, tellable } from '../record/author-error.js';
import { RetryableError } from '../record/record-error.js';
import type { TaskId } from '../record/units.js';
import type { Clock } from '../ports/clock.js';
import type { EffectsWriter } from './effects-writer.js';
import { isEffects } from './effects-writer.js';
import type { TaskLedger } from './task-ledger.js';
import type { PunctuatedMessage } from './task-message.js';

export interface PunctuationDeskParts {
  readonly taskId: TaskId;
  readonly punctuations: Punctuations;
  readonly clock: Clock;
  readonly timeoutMs: number;
  readonly ledger: TaskLedger;
  readonly effects: EffectsWriter;
  partitionCount(this: void, topic: string): number;
  /** No record runs, and every result is decided. */
  isQuiet(this: void): boolean;
  post(this: void, message: PunctuatedMessage): void;
  /** A timer has run out: the task looks at what may start. */
  ring(this: void): void;
}

/** A punctuation has failed: the task stops. */
export class PunctuationFailed extends AuthorsFault {
  override readonly name = 'PunctuationFailed';
  readonly reason = 'punctuation-failed';
}

interface Running {
  readonly node: string;
  readonly abort: AbortController;
  cancelTimer: () => void;
}

export class PunctuationDesk {
  #running: Running | null = null;
  /** One is over, and what waited for it has not started yet. */
  #isResting = false;
  #timer: { readonly cancel: () => void; readonly atMs: number } | null = null;

  constructor(private readonly parts: PunctuationDeskParts) {}

  get isRunning(): boolean {
    return this.#running !== null;
  }

  /** Nothing new may start: one runs, or is to run next. */
  get holds(): boolean {
    const { clock, punctuations } = this.parts;
    if (this.#running !== null) return true;
    return !punctuations.isEmpty && !this.#isResting && punctuations.isDue(clock.now());
  }

  /** Starts one that is due, if it may run. Throws PunctuationFailed. */
  advance(): void {
    const { clock, isQuiet, punctuations } = this.parts;
    if (punctuations.isEmpty || this.#running !== null || this.#isResting) return;
    if (!punctuations.isDue(clock.now())) return this.#setTimer();
    if (!isQuiet()) return;
    const due = punctuations.takeDue(clock.now());
    if (due !== undefined) this.#run(due);
  }

  /** Throws PunctuationFailed. */
  ended({ outcome, running: of }: PunctuatedMessage): void {
    const running = this.#running;
    if (running === null || running !== of) return;
    this.#running = null;
    running.cancelTimer();
    if (outcome.ok) this.#write(running.node, outcome.effects);
    else throw failed(running.node, outcome.thrown);
  }

  clear(): void {
    this.#running?.cancelTimer();
    this.#running?.abort.abort(new Error('the task was closed'));
    this.#running = null;
    this.#timer?.cancel();
    this.#timer = null;
  }

  #run({ node, run }: DuePunctuation): void {
    const { clock, partitionCount, post, taskId, timeoutMs } = this.parts;
    const abort = new AbortController();
    const given: Run = { taskId, nowMs: clock.now(), signal: abort.signal, partitionCount };
    let effects: Effects | Promise<Effects>;
    try {
      effects = run(given);
    } catch (error) {
      throw failed(node, error);
    }
    if (!(effects instanceof Promise)) return this.#write(node, effects);
    const timedOut = new RetryableError(
      'attempt-timeout',
      `it took longer than ATTEMPT_TIMEOUT_MS (${timeoutMs})`,
    );
    const running: Running = { node, abort, cancelTimer: () => undefined };
    running.cancelTimer = clock.after(timeoutMs, () => {
      abort.abort(timedOut);
      post({ kind: 'punctuated', running, outcome: { ok: false, thrown: timedOut } });
    });
    this.#running = running;
    effects.then(
      (done) => post({ kind: 'punctuated', running, outcome: { ok: true, effects: done } }),
      (thrown: unknown) => post({ kind: 'punctuated', running, outcome: { ok: false, thrown } }),
    );
  }

  #write(node: string, effects: Effects): void {
    const accepted = this.parts.effects.accept(null, effects);
    if (!isEffects(accepted)) throw failed(node, accepted);
    this.parts.ledger.beginDecision();
    this.parts.effects.write(accepted, null);
    this.#rest();
  }

  /** Also gives the event loop a turn: what is synchronous and takes as long as its interval is always due. */
  #rest(): void {
    this.#isResting = true;
    this.parts.clock.after(0, () => {
      this.#isResting = false;
      this.parts.ring();
    });
  }

  #setTimer(): void {
    const { clock, punctuations, ring } = this.parts;
    const dueInMs = punctuations.dueInMs(clock.now());
    if (dueInMs === null) return;
    const atMs = clock.monotonic() + dueInMs;
    if (this.#timer !== null && this.#timer.atMs <= atMs) return;
    this.#timer?.cancel();
    const cancel = clock.after(dueInMs, () => {
      this.#timer = null;
      ring();
    });
    this.#timer = { cancel, atMs };
  }
}

const failed = (node: string, thrown: unknown): PunctuationFailed => {
  const what =
    thrown instanceof Error ? `${thrown.name}: ${thrown.message}` : 'a value that is no Error was thrown';
  const where = `A punctuation of ${node} has failed`;
  return new PunctuationFailed(`${where}: ${what}`, `${where}: ${tellable(thrown)}`, thrown);
};
