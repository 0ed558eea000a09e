/**
 * A clock whose timers can be held back: a stopped process (SIGSTOP) or a broker that is down. What
 * becomes due while the gate is shut fires after it opens, in order; once closed for good, nothing fires.
 * Time itself goes on meanwhile, as it does for a stopped process.
 */
import type { Clock } from '../ports/clock.js';
import { epochMs, type EpochMs, type MonotonicMs } from '../record/units.js';

export class GatedClock implements Clock {
  #gate: 'open' | 'shut' | 'closed' = 'open';
  #held: (() => void)[] = [];
  #aheadMs = 0;

  constructor(readonly clock: Clock) {}

  get isOpen(): boolean {
    return this.#gate === 'open';
  }

  get isClosed(): boolean {
    return this.#gate === 'closed';
  }

  now(): EpochMs {
    return epochMs(this.clock.now() + this.#aheadMs);
  }

  monotonic(): MonotonicMs {
    return this.clock.monotonic();
  }

  after(delayMs: number, then: () => void): () => void {
    let wanted = true;
    const fire = (): void => {
      if (!wanted || this.#gate === 'closed') return;
      if (this.#gate === 'shut') this.#held.push(fire);
      else then();
    };
    const cancel = this.clock.after(delayMs, fire);
    return () => {
      wanted = false;
      cancel();
    };
  }

  /** The wall clock as seen through here jumps, forth or back; monotonic time and timers are unaffected. */
  jumpWallClock(byMs: number): void {
    this.#aheadMs += byMs;
  }

  shut(): void {
    if (this.#gate === 'open') this.#gate = 'shut';
  }

  open(): void {
    if (this.#gate !== 'shut') return;
    this.#gate = 'open';
    const held = this.#held;
    this.#held = [];
    for (const fire of held) this.clock.after(0, fire);
  }

  close(): void {
    this.#gate = 'closed';
    this.#held = [];
  }
}
