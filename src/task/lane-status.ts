/** What a task's lanes say of themselves, from memory. It looks at none of them: for status and gauges. */
import type { EpochMs, MonotonicMs } from '../record/units.js';
import type { LaneKeeper } from './lane-keeper.js';

export interface LaneStatus {
  readonly retrying: number;
  readonly parked: number;
  readonly followers: number;
  /** Of heads and followers, in memory. */
  readonly bytes: number;
  /** Heads that wait for their due time. */
  readonly held: number;
  /** Since the first failure of the head that has been failing for longest, parked ones too; null without one. */
  readonly oldestHeadAgeMs: number | null;
  /** Of the held ones; null without one. */
  readonly nextDueInMs: number | null;
}

export const laneStatusOf = (lanes: LaneKeeper, nowMs: EpochMs, now: MonotonicMs): LaneStatus => {
  const { bytes, followers, oldestFailure, parked, size } = lanes.table;
  const nextAt = lanes.nextDueAt;
  return {
    retrying: size - parked,
    parked,
    followers,
    bytes,
    held: lanes.held,
    oldestHeadAgeMs: oldestFailure === undefined ? null : Math.max(0, nowMs - oldestFailure),
    nextDueInMs: nextAt === null ? null : Math.max(0, nextAt - now),
  };
};
