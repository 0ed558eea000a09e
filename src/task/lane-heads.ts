/**
 * The oldest lanes of a task one by one, from memory, for whoever looks at the service. It names records by
 * their place and failures by their reason: never a key, a value or the text of an error.
 * It looks at so many lanes as it is asked for and at no more.
 */
import type { Lane } from '../lanes/lane.js';
import { headerSafe } from '../record/dead-letter.js';
import type { EpochMs } from '../record/units.js';
import type { LaneKeeper } from './lane-keeper.js';

export interface LaneHead {
  /** The record at its front, as commands name it. */
  readonly head: string;
  /** `waiting`: for its time; `due`: for a place to run, or for the breaker. */
  readonly status: 'waiting' | 'due' | 'running' | 'parked';
  readonly followers: number;
  /** Failed runs of the head. */
  readonly attempts: number;
  /** Of the retry topic that it waits in; null: in none. */
  readonly delayMs: number | null;
  /** Until its next attempt may begin; null while it is parked or runs. */
  readonly dueInMs: number | null;
  /** Since the first failure of the head; null: it has not failed. */
  readonly failingForMs: number | null;
  readonly lastFailure: { readonly reason: string; readonly retryable: boolean } | null;
}

/** A topology's own reasons can be of any length. */
const REASON_LENGTH = 100;

const headOf = (lane: Lane, isRunning: boolean, nowMs: EpochMs): LaneHead => {
  const { attempts, delayMs, due, failure, firstFailureAt, status } = lane.state;
  const isParked = status === 'parked';
  const dueInMs = isParked || isRunning ? null : Math.max(0, due - nowMs);
  return {
    head: lane.head.name,
    status: isParked ? 'parked' : isRunning ? 'running' : dueInMs === 0 ? 'due' : 'waiting',
    followers: lane.followers,
    attempts,
    delayMs,
    dueInMs,
    failingForMs: firstFailureAt === null ? null : Math.max(0, nowMs - firstFailureAt),
    lastFailure: failure && {
      reason: headerSafe(failure.reason, REASON_LENGTH),
      retryable: failure.retryable,
    },
  };
};

/** In the order in which the lanes were opened, or restored. */
export const laneHeadsOf = (lanes: LaneKeeper, limit: number, nowMs: EpochMs): readonly LaneHead[] => {
  const heads: LaneHead[] = [];
  for (const lane of lanes.table) {
    if (heads.length >= limit) break;
    heads.push(headOf(lane, lanes.isRunning(lane), nowMs));
  }
  return heads;
};
