/**
 * When the next cycle of the commit loop begins: an interval after the one before, sooner when it is hastened, and never
 * at once. Somewhat before its time comes the one for sending ahead.
 */
import type { Clock } from '../ports/clock.js';
import { Nap, sleep } from '../ports/nap.js';
import { monotonicMs, type MonotonicMs } from '../record/units.js';

/** Of the interval: the shortest pause between two cycles. */
const SHORTEST_PART = 4;
/**
 * So long before a cycle is due. Brokers have the records of a small transaction by then; it is not longer, because an
 * open transaction hides what others have written behind it.
 */
const AHEAD_MS = 40;
/** Of the interval, at most. */
const AHEAD_PART = 2.5;

export class CommitPace {
  readonly #resting: Nap;
  readonly #holding: Nap;

  constructor(
    private readonly clock: Clock,
    private readonly intervalMs: number,
  ) {
    this.#resting = new Nap(clock);
    this.#holding = new Nap(clock);
  }

  /** Much waits to be committed: the next cycle need not wait for the whole interval. */
  hasten(): void {
    this.#resting.wake();
    this.#holding.wake();
  }

  /** Somebody waits for whoever holds a transaction open. */
  release(): void {
    this.#holding.wake();
  }

  /**
   * Between two cycles, the last of which began at `began`. Answers when the next one is due if it is not yet, but is
   * near enough to send ahead for it; undefined: it is due.
   */
  async rest(began: MonotonicMs, stop: AbortSignal): Promise<MonotonicMs | undefined> {
    const dueAt = monotonicMs(began + this.intervalMs);
    const shortestMs = Math.min(Math.max(1, this.#msUntil(dueAt)), this.intervalMs / SHORTEST_PART);
    await sleep(this.clock, shortestMs, stop);
    const aheadAt = monotonicMs(dueAt - Math.min(AHEAD_MS, this.intervalMs / AHEAD_PART));
    if (this.#msUntil(aheadAt) > 0) await this.#resting.sleep(this.#msUntil(aheadAt), stop);
    const isHastened = this.#msUntil(aheadAt) > 0;
    return isHastened || this.#msUntil(dueAt) <= 0 ? undefined : dueAt;
  }

  /** Until a cycle is due; shorter when it is hastened, or when somebody waits. */
  async hold(dueAt: MonotonicMs, stop: AbortSignal): Promise<void> {
    if (this.#msUntil(dueAt) > 0) await this.#holding.sleep(this.#msUntil(dueAt), stop);
  }

  #msUntil(time: MonotonicMs): number {
    return time - this.clock.monotonic();
  }
}
