/**
 * What becomes of a source record that failed while it is in its queue: another attempt in memory (tier 0),
 * or the end of them; then `decideHead` says whether it opens a lane. Pure.
 */
import type { ProcessingFailure } from '../record/record-error.js';

export interface FailurePolicy {
  /** Extra attempts in memory after the first. */
  readonly retryImmediate: number;
  readonly retryImmediateBackoffMs: number;
}

export type FailureDecision =
  /** Run it again in memory; its key waits meanwhile. */
  | { readonly kind: 'retry-in-memory'; readonly delayMs: number }
  /** Decided when its turn comes. */
  | { readonly kind: 'give-up' };

/** `attempts` counts failed runs, this one included. */
export const decideFailure = (
  failure: ProcessingFailure,
  attempts: number,
  policy: FailurePolicy,
): FailureDecision =>
  failure.retryable && attempts <= policy.retryImmediate
    ? { kind: 'retry-in-memory', delayMs: policy.retryImmediateBackoffMs }
    : { kind: 'give-up' };
