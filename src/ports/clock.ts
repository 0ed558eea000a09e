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
