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

/** Resolves after `delayMs`, or as soon as `signal` is aborted. */
export const sleep = (clock: Clock, delayMs: number, signal?: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    if (signal?.aborted) return resolve();
    const done = (): void => {
      cancel();
      signal?.removeEventListener('abort', done);
      resolve();
    };
    const cancel = clock.after(delayMs, done);
    signal?.addEventListener('abort', done, { once: true });
  });
