/**
 * When the next cycle of the commit loop begins: an interval after the one before, sooner when it is hastened, and never
 * at once. Somewhat before its time comes the one for sending ahead.
 */
import type { Clock } from '../ports/clock.js';
import { Nap, sleep } from '../ports/nap.js';
import { monotonicMs, type MonotonicMs } from '../record/units.js';

/** Of the interval: the shortest pause between two cycles. */
const SHORTEST_PART = 1 / 4;
/**
 * So long before a cycle is due. Brokers have the records of a small transaction by then; it is not longer, because an
 * open transaction hides what others have written behind it.
 */
const AHEAD_MS = 40;
/** Of the interval: no sooner. */
const AHEAD_PART = 0.4;

export class CommitPace {
  readonly #resting: Nap;
  readonly #holding: Nap;
  /** Of the cycle that began last. */
  #beganAt: MonotonicMs;
  /** Since then. */
  #isHastened = false;

  constructor(
    private readonly clock: Clock,
    private readonly intervalMs: number,
  ) {
    this.#resting = new Nap(clock);
    this.#holding = new Nap(clock);
    this.#beganAt = clock.monotonic();
  }

  /** A cycle begins: the next one is due an interval later. */
  begin(): void {
    this.#beganAt = this.clock.monotonic();
  }

  /** Much waits to be committed: the next cycle need not wait for the whole interval. */
  hasten(): void {
    this.#isHastened = true;
    this.#resting.wake();
    this.#holding.wake();
  }

  /** Somebody waits for whoever holds a transaction open. */
  release(): void {
    this.#holding.wake();
  }

  /**
   * After a cycle, until the next one. Answers when that is due if it is not yet, but is near enough to send ahead for
   * it; undefined: it is due.
   */
  async rest(stop: AbortSignal): Promise<MonotonicMs | undefined> {
    this.#isHastened = false;
    const { intervalMs } = this;
    const dueAt = monotonicMs(this.#beganAt + intervalMs);
    await sleep(this.clock, Math.min(Math.max(1, this.#msUntil(dueAt)), intervalMs * SHORTEST_PART), stop);
    await this.untilDue(monotonicMs(dueAt - Math.min(AHEAD_MS, intervalMs * AHEAD_PART)), stop);
    return this.#isHastened || this.#msUntil(dueAt) <= 0 ? undefined : dueAt;
  }

  /** Until then, or until it is hastened. */
  untilDue(dueAt: MonotonicMs, stop: AbortSignal): Promise<void> {
    return this.#nap(this.#resting, dueAt, stop);
  }

  /** The same for whoever holds a transaction open: also until somebody waits for it. */
  hold(dueAt: MonotonicMs, stop: AbortSignal): Promise<void> {
    return this.#nap(this.#holding, dueAt, stop);
  }

  async #nap(nap: Nap, until: MonotonicMs, stop: AbortSignal): Promise<void> {
    if (!this.#isHastened && this.#msUntil(until) > 0) await nap.sleep(this.#msUntil(until), stop);
  }

  #msUntil(time: MonotonicMs): number {
    return time - this.clock.monotonic();
  }
}
