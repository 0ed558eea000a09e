/** Time, as the engine asks for it: a test holds it in its hand, the service takes the machine's. */
import type { EpochMs, MonotonicMs } from '../record/units.js';

export interface Clock {
  /** Wall clock; may jump. */
  now(): EpochMs;
  /** Never jumps back or forth; only differences mean anything. */
  monotonic(): MonotonicMs;
  /** Runs `then` once, not before `delayMs` have passed on the monotonic clock. Returns its cancellation. */
  after(delayMs: number, then: () => void): () => void;
}

/** A sleep that can be cut short, again and again: for a loop that rests until its time has come, or something has. */
export class Nap {
  #wake: (() => void) | undefined;

  constructor(private readonly clock: Clock) {}

  /** Ends the sleep that is under way; what comes while there is none is not kept. */
  wake(): void {
    this.#wake?.();
  }

  /** Resolves after `delayMs`, when woken, or as soon as `signal` is aborted. One sleep at a time. */
  sleep(delayMs: number, signal?: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      if (signal?.aborted) return resolve();
      const done = (): void => {
        this.#wake = undefined;
        cancel();
        signal?.removeEventListener('abort', done);
        resolve();
      };
      const cancel = this.clock.after(delayMs, done);
      this.#wake = done;
      signal?.addEventListener('abort', done, { once: true });
    });
  }
}

/** Resolves after `delayMs`, or as soon as `signal` is aborted. */
export const sleep = (clock: Clock, delayMs: number, signal?: AbortSignal): Promise<void> =>
  new Nap(clock).sleep(delayMs, signal);
