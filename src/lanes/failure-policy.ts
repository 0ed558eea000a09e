/**
 * What becomes of a record that failed. Pure. The seam of the tiered retries: what is decided here once
 * the attempts in memory are used up is where a lane will be opened instead.
 */
import type { FailureReason, ProcessingFailure } from '../record/record-error.js';

export interface FailurePolicy {
  /** Extra attempts in memory after the first. */
  readonly retryImmediate: number;
  readonly retryImmediateBackoffMs: number;
}

export type FailureDecision =
  /** Run it again in memory; its key waits meanwhile. */
  | { readonly kind: 'retry-in-memory'; readonly delayMs: number }
  /** It goes to the dead letter queue when it is decided. */
  | { readonly kind: 'dead-letter'; readonly reason: FailureReason };

/** `attempts` counts failed runs, this one included. */
export const decideFailure = (
  failure: ProcessingFailure,
  attempts: number,
  policy: FailurePolicy,
): FailureDecision => {
  if (!failure.retryable) return { kind: 'dead-letter', reason: failure.reason };
  if (attempts <= policy.retryImmediate) {
    return { kind: 'retry-in-memory', delayMs: policy.retryImmediateBackoffMs };
  }
  return { kind: 'dead-letter', reason: 'retries-exhausted' };
};
