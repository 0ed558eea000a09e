/**
 * A clock in the test's hand. Time stands still until `fireNext` moves it to the next timer.
 * Timers fire in order of their time, and in the order in which they were set when that is equal.
 * Never reads the machine's clock.
 */
import type { Clock } from '../ports/clock.js';
import { epochMs, monotonicMs, type EpochMs, type MonotonicMs } from '../record/units.js';

interface Timer {
  readonly atMs: number;
  readonly order: number;
  /** null once fired or cancelled. */
  then: (() => void) | null;
}

const START_MS = Date.UTC(2026, 0, 1);

export class VirtualClock implements Clock {
  /** A binary heap, the earliest timer at its root; cancelled timers stay until they reach the root. */
  readonly #timers: Timer[] = [];
  #monotonicMs = 0;
  #wallMs: number;
  #order = 0;

  constructor(startMs: number = START_MS) {
    this.#wallMs = startMs;
  }

  now(): EpochMs {
    return epochMs(Math.floor(this.#wallMs + this.#monotonicMs));
  }

  monotonic(): MonotonicMs {
    return monotonicMs(this.#monotonicMs);
  }

  after(delayMs: number, then: () => void): () => void {
    if (delayMs === Infinity) return () => undefined;
    const delay = delayMs > 0 ? delayMs : 0;
    const timer: Timer = { atMs: this.#monotonicMs + delay, order: this.#order++, then };
    this.#push(timer);
    return () => {
      timer.then = null;
    };
  }

  /** The wall clock jumps, forth or back; the monotonic clock and every timer are unaffected. */
  jumpWallClock(byMs: number): void {
    this.#wallMs += byMs;
  }

  /** When the next timer is due, on the monotonic clock; null when there is none. */
  nextAt(): MonotonicMs | null {
    const first = this.#first();
    return first ? monotonicMs(first.atMs) : null;
  }

  /** Moves time to the next timer and fires it; false when there is none. */
  fireNext(): boolean {
    const first = this.#first();
    if (!first?.then) return false;
    const { then } = first;
    this.#pop();
    first.then = null;
    this.#monotonicMs = Math.max(this.#monotonicMs, first.atMs);
    then();
    return true;
  }

  /** Moves time on without firing anything; never past the next timer. */
  moveTo(at: MonotonicMs): void {
    const next = this.#first()?.atMs ?? Infinity;
    this.#monotonicMs = Math.max(this.#monotonicMs, Math.min(at, next));
  }

  #first(): Timer | undefined {
    while (this.#timers[0]?.then === null) this.#pop();
    return this.#timers[0];
  }

  #push(timer: Timer): void {
    let at = this.#timers.push(timer) - 1;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if (!this.#swapIfEarlier(at, parent)) return;
      at = parent;
    }
  }

  #pop(): void {
    const last = this.#timers.pop();
    if (last === undefined || this.#timers.length === 0) return;
    this.#timers[0] = last;
    let at = 0;
    for (;;) {
      const left = 2 * at + 1;
      const child = this.#earlier(left + 1, left) ? left + 1 : left;
      if (!this.#swapIfEarlier(child, at)) return;
      at = child;
    }
  }

  #earlier(a: number, b: number): boolean {
    const [one, other] = [this.#timers[a], this.#timers[b]];
    if (!one || !other) return false;
    return one.atMs < other.atMs || (one.atMs === other.atMs && one.order < other.order);
  }

  #swapIfEarlier(a: number, b: number): boolean {
    const [one, other] = [this.#timers[a], this.#timers[b]];
    if (!one || !other || !this.#earlier(a, b)) return false;
    this.#timers[a] = other;
    this.#timers[b] = one;
    return true;
  }
}
