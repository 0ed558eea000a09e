/** What a task's lanes say of themselves, from memory. It looks at each lane: for status and gauges. */
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
  let parked = 0;
  let oldest = Number.POSITIVE_INFINITY;
  for (const { state } of lanes.table) {
    if (state.status === 'parked') parked += 1;
    oldest = Math.min(oldest, state.firstFailureAt ?? Number.POSITIVE_INFINITY);
  }
  const { bytes, followers, size } = lanes.table;
  const nextAt = lanes.nextDueAt;
  return {
    retrying: size - parked,
    parked,
    followers,
    bytes,
    held: lanes.held,
    oldestHeadAgeMs: oldest === Number.POSITIVE_INFINITY ? null : Math.max(0, nowMs - oldest),
    nextDueInMs: nextAt === null ? null : Math.max(0, nextAt - now),
  };
};
