/**
 * The state of a lane and what an event at its head leads to: the protocol's core, pure.
 *
 * | event \ status    | retrying                                              | parked            |
 * | ----------------- | ----------------------------------------------------- | ----------------- |
 * | head succeeded    | leaves: next head, attempts 0, due now, or no lane    | (no head runs)    |
 * | retryable failure | waits on the next tier; none left: the policy         | (no head runs)    |
 * | final failure     | the policy                                            | (no head runs)    |
 * | … breaker is open | waits on the same delay, the run does not count       | (no head runs)    |
 * | release           | due now, no arm; attempts and delay stay              | retrying, due now |
 * | skip              | leaves as a dead letter                               | the same          |
 *
 * The policy: `skip`, the head leaves as a dead letter; `park`, a notice of it goes to the dead letters
 * once, and the lane waits for a command.
 *
 * Invariants: attempts ≤ 1 + immediate + tiers unless released (I9); a delay is followed by a longer one or
 * by the policy; a notice is written once per head (review F12).
 */
import type { FailureReason, ProcessingFailure } from '../record/record-error.js';
import type { EpochMs } from '../record/units.js';
import { epochMs } from '../record/units.js';
import { headerSafe } from '../record/dead-letter.js';
import type { RetryTier } from '../record/retry-tier.js';
import type { Tiers } from './tiers.js';

export type DeadLetterPolicy = 'skip' | 'park';

/** The last failure of a head, for whoever looks at the lane; never a value of the record. */
export interface LaneFailure {
  readonly reason: FailureReason;
  readonly name: string;
  readonly message: string;
  readonly retryable: boolean;
}

export interface LaneState {
  readonly status: 'retrying' | 'parked';
  /** Failed runs since the record became head; a source record's since its first run. */
  readonly attempts: number;
  /** Of the tier that it waits or waited in; null: in none yet. */
  readonly delayMs: number | null;
  readonly due: EpochMs;
  readonly firstFailureAt: EpochMs | null;
  /** A notice of this head is in the dead letters. */
  readonly copied: boolean;
  readonly failure: LaneFailure | null;
}

export type HeadEvent =
  | { readonly kind: 'succeeded' }
  | {
      readonly kind: 'failed';
      readonly failure: ProcessingFailure;
      readonly nowMs: EpochMs;
      /** The breaker is open: the dependency failed, not the record. */
      readonly isBreakerOpen: boolean;
    }
  | { readonly kind: 'released'; readonly nowMs: EpochMs }
  | { readonly kind: 'skipped' };

export type HeadDecision =
  /** The lane goes on with this state. `retryOn`: a retry record is written; `notice`: a notice is. */
  | {
      readonly kind: 'waits';
      readonly state: LaneState;
      readonly retryOn: RetryTier | null;
      readonly notice: FailureReason | null;
    }
  /** The head is done, with this state; `deadLetter`: it ends there, for this reason. */
  | { readonly kind: 'leaves'; readonly state: LaneState; readonly deadLetter: FailureReason | null };

export interface LaneRules {
  readonly tiers: Tiers;
  readonly policy: DeadLetterPolicy;
}

/** What a record brings with it when it becomes a head. */
export interface Attempted {
  readonly attempts: number;
  readonly firstFailureAt: EpochMs | null;
}

const UNTRIED: Attempted = { attempts: 0, firstFailureAt: null };

/** A head that is due now. */
export const freshHead = (nowMs: EpochMs, { attempts, firstFailureAt }: Attempted = UNTRIED): LaneState => ({
  status: 'retrying',
  attempts,
  delayMs: null,
  due: nowMs,
  firstFailureAt,
  copied: false,
  failure: null,
});

const waits = (
  state: LaneState,
  retryOn: RetryTier | null = null,
  notice: FailureReason | null = null,
): HeadDecision => ({ kind: 'waits', state, retryOn, notice });

export const laneFailure = (failure: ProcessingFailure): LaneFailure => ({
  reason: failure.reason,
  name: failure.name,
  // Parsers quote what they read.
  message: failure.cause instanceof SyntaxError ? 'text withheld' : headerSafe(failure.message),
  retryable: failure.retryable,
});

const failed = (
  state: LaneState,
  { failure, nowMs, isBreakerOpen }: Extract<HeadEvent, { kind: 'failed' }>,
  { tiers, policy }: LaneRules,
): HeadDecision => {
  const told = {
    ...state,
    firstFailureAt: state.firstFailureAt ?? nowMs,
    failure: laneFailure(failure),
    status: 'retrying' as const,
  };
  if (failure.retryable && isBreakerOpen) {
    const same = state.delayMs === null ? null : tiers.atLeast(state.delayMs);
    const delayMs = same?.delayMs ?? state.delayMs;
    return waits({ ...told, delayMs, due: epochMs(nowMs + (same?.delayMs ?? 0)) }, same);
  }
  const counted = { ...told, attempts: state.attempts + 1 };
  const next = failure.retryable ? tiers.after(state.delayMs, retryAfterOf(failure)) : null;
  if (next !== null)
    return waits({ ...counted, delayMs: next.delayMs, due: epochMs(nowMs + next.delayMs) }, next);
  const reason = failure.retryable ? 'retries-exhausted' : failure.reason;
  if (policy === 'skip') return { kind: 'leaves', state: counted, deadLetter: reason };
  return waits({ ...counted, status: 'parked', copied: true }, null, state.copied ? null : reason);
};

const retryAfterOf = (failure: ProcessingFailure): number | undefined =>
  failure.retryable ? failure.retryAfterMs : undefined;

export const decideHead = (state: LaneState, event: HeadEvent, rules: LaneRules): HeadDecision => {
  switch (event.kind) {
    case 'succeeded':
      return { kind: 'leaves', state, deadLetter: null };
    case 'failed':
      return failed(state, event, rules);
    case 'released':
      return waits({ ...state, status: 'retrying', due: event.nowMs });
    case 'skipped':
      return { kind: 'leaves', state, deadLetter: 'skipped' };
  }
};
