/**
 * The circuit breaker of one process and topology: says when so many first runs fail that intake must pause,
 * because a dependency is down and not the records, and when it may go on. Pure: the time is an argument.
 *
 * | event \ state   | closed                                      | open                                            |
 * | --------------- | ------------------------------------------- | ----------------------------------------------- |
 * | first run ended | counts; open when minAttempts lie in the    | nothing: it began before, or it is a probe, and |
 * |                 | window and at least `ratio` of them failed  | that is told as such                            |
 * | probe succeeded | nothing                                     | third in a row: closed, the window is empty     |
 * | probe failed    | nothing                                     | none in a row; the next not before 1 s from now |
 *
 * `ok` is false for retryable failures only: one that no later run can mend says nothing of a dependency.
 * The window moves in slices of a twentieth: a run is forgotten between nineteen twentieths of `windowMs` and
 * the whole of it. Nothing here happens by time alone: without probes an open breaker stays open.
 * Called for every record: no call allocates, and memory is 20 slices whatever the load.
 */
import type { MonotonicMs } from '../record/units.js';
import { monotonicMs } from '../record/units.js';

export interface BreakerSettings {
  /** Part of the first runs whose failure opens it; above 0, at most 1. */
  readonly ratio: number;
  /** Fewer runs in the window say nothing. */
  readonly minAttempts: number;
  readonly windowMs: number;
}

export const BREAKER_SLICES = 20;
const SUCCESSES_TO_CLOSE = 3;
const PROBE_PAUSE_MS = 1000;

export class CircuitBreaker {
  readonly #settings: BreakerSettings;
  readonly #sliceMs: number;
  /** By slice number modulo BREAKER_SLICES; the sums are over all of them. */
  readonly #runsOf = new Uint32Array(BREAKER_SLICES);
  readonly #failuresOf = new Uint32Array(BREAKER_SLICES);
  /** Number of the newest slice: time divided by the length of one. */
  #newest = 0;
  #runs = 0;
  #failures = 0;
  #openedAt: MonotonicMs | null = null;
  #nextProbeAt = monotonicMs(0);
  #successes = 0;

  constructor(settings: BreakerSettings) {
    this.#settings = settings;
    this.#sliceMs = settings.windowMs / BREAKER_SLICES;
  }

  get state(): 'closed' | 'open' {
    return this.#openedAt === null ? 'closed' : 'open';
  }

  /** Null while it is closed. */
  get openedAt(): MonotonicMs | null {
    return this.#openedAt;
  }

  /** While it is open: no probe may start before. */
  get nextProbeAt(): MonotonicMs {
    return this.#nextProbeAt;
  }

  /** The first run of a record ended, in a source slot or at the head of a lane. */
  firstRun(ok: boolean, now: MonotonicMs): void {
    if (this.#openedAt !== null) return;
    this.#count(1, ok ? 0 : 1, now);
    const { minAttempts, ratio } = this.#settings;
    // Divided, not multiplied: 3 / 10 is the same number as 0.3, and 0.1 * 3 is another.
    if (this.#runs < minAttempts || this.#failures / this.#runs < ratio) return;
    this.#openedAt = now;
    this.#nextProbeAt = now;
    this.#successes = 0;
  }

  /** First runs that succeeded while none in the window has failed: they cannot open it, and may be told later together. */
  firstRunsSucceeded(runs: number, now: MonotonicMs): void {
    if (this.#openedAt === null) this.#count(runs, 0, now);
  }

  /** Some in the window have failed: one that succeeds may be the one after which there are enough to judge by. */
  get hasFailures(): boolean {
    return this.#failures > 0;
  }

  /** A probe ended: the one record that was run although it is open. */
  probeEnded(ok: boolean, now: MonotonicMs): void {
    if (this.#openedAt === null) return;
    if (!ok) {
      this.#successes = 0;
      this.#nextProbeAt = monotonicMs(now + PROBE_PAUSE_MS);
      return;
    }
    this.#successes += 1;
    if (this.#successes < SUCCESSES_TO_CLOSE) return;
    this.#openedAt = null;
    this.#forget();
  }

  #count(runs: number, failures: number, now: MonotonicMs): void {
    this.#moveTo(Math.floor(now / this.#sliceMs));
    const slice = this.#newest % BREAKER_SLICES;
    this.#runsOf[slice] = (this.#runsOf[slice] ?? 0) + runs;
    this.#failuresOf[slice] = (this.#failuresOf[slice] ?? 0) + failures;
    this.#runs += runs;
    this.#failures += failures;
  }

  /** Forgets the slices that fall out of the window when `newest` comes. */
  #moveTo(newest: number): void {
    if (newest - this.#newest >= BREAKER_SLICES) this.#forget();
    else for (let at = this.#newest + 1; at <= newest; at++) this.#forgetSlice(at % BREAKER_SLICES);
    this.#newest = Math.max(this.#newest, newest);
  }

  #forgetSlice(slice: number): void {
    this.#runs -= this.#runsOf[slice] ?? 0;
    this.#failures -= this.#failuresOf[slice] ?? 0;
    this.#runsOf[slice] = 0;
    this.#failuresOf[slice] = 0;
  }

  #forget(): void {
    this.#runsOf.fill(0);
    this.#failuresOf.fill(0);
    this.#runs = 0;
    this.#failures = 0;
  }
}
