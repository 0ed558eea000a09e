/**
 * What follows when a session ends by an error: a new session after a back-off, or the end of the
 * process. Pure. Losing the brokers is no reason to end (P6): it never counts.
 */
import type { MonotonicMs } from '../record/units.js';

export interface SessionEnd {
  /**
   * `unreachable`: no broker answered. `fenced`: another producer or member has this one's identity.
   * `failed`: anything else, an unknown outcome of a commit among it.
   */
  readonly kind: 'unreachable' | 'fenced' | 'failed';
  readonly at: MonotonicMs;
}

export type SupervisorDecision =
  { readonly kind: 'restart'; readonly delayMs: number } | { readonly kind: 'give-up'; readonly why: string };

const WINDOW_MS = 600_000;
const FENCED_LIMIT = 3;
const FAILED_LIMIT = 8;
const FIRST_DELAY_MS = 500;
const LONGEST_DELAY_MS = 30_000;

/** `ends` in order, the newest last. */
export const superviseSession = (
  ends: readonly SessionEnd[],
  instanceId: string | undefined,
): SupervisorDecision => {
  const newest = ends.at(-1);
  if (newest === undefined) return { kind: 'restart', delayMs: 0 };
  const recent = ends.filter((end) => newest.at - end.at <= WINDOW_MS);
  const count = (kind: SessionEnd['kind']): number => recent.filter((end) => end.kind === kind).length;
  if (count('fenced') >= FENCED_LIMIT) {
    const who = instanceId === undefined ? 'INSTANCE_ID is not set' : `INSTANCE_ID is "${instanceId}"`;
    return {
      kind: 'give-up',
      why: `This process was fenced ${FENCED_LIMIT} times within ${WINDOW_MS / 60_000} minutes: another process uses its identity (${who}; it must be unique in the group), or it was stopped longer than its time-outs again and again.`,
    };
  }
  if (count('failed') >= FAILED_LIMIT) {
    return {
      kind: 'give-up',
      why: `The clients failed ${FAILED_LIMIT} times within ${WINDOW_MS / 60_000} minutes.`,
    };
  }
  const delayMs = Math.min(LONGEST_DELAY_MS, FIRST_DELAY_MS * 2 ** (recent.length - 1));
  return { kind: 'restart', delayMs: newest.kind === 'unreachable' ? Math.min(delayMs, 5000) : delayMs };
};
