/** What the streams say of themselves, from memory: for `/status`, probes and gauges. */
import type { Clock } from './ports/clock.js';
import type { Session } from './session.js';
import type { StreamsState } from './streams-state.js';
import type { RefusedWhy } from './task/holding.js';
import type { TaskState } from './task/task-state.js';
import type { EpochMs } from './record/units.js';
import type { LaneHead } from './task/lane-heads.js';
import { laneHeadsOf } from './task/lane-heads.js';
import type { LaneStatus } from './task/lane-status.js';
import type { Task } from './task/task.js';
import { laneStatusOf } from './task/lane-status.js';

export interface StreamsStatus {
  readonly state: StreamsState;
  /** The group has answered in this session. */
  readonly joined: boolean;
  /** Since the last turn of the poll loop; undefined while there is no session. */
  readonly msSincePoll: number | undefined;
  readonly pausedPartitions: number;
  /** Source records taken and not yet committed, all tasks together. */
  readonly uncommitted: number;
  /** `open`: intake pauses because first attempts fail. */
  readonly breaker: 'closed' | 'open';
  readonly tasks: readonly TaskStatus[];
}

export interface TaskStatus {
  readonly id: string;
  readonly partition: number;
  readonly state: TaskState;
  /** Committed position to read next, by topic: sources, retry topics, commands. */
  readonly positions: Readonly<Record<string, number>>;
  /** Of the last committed checkpoint. */
  readonly sequence: number;
  readonly queued: number;
  readonly inFlight: number;
  readonly uncommitted: number;
  readonly paused: readonly string[];
  readonly lanes: LaneStatus;
  /** Its state stores by name: entries, and the bytes of their keys and values, in memory. */
  readonly stores: Readonly<Record<string, { readonly entries: number; readonly bytes: number }>>;
  /** While it restores: records of the lane log, and how many of them have been read. */
  readonly restore?: { readonly done: number; readonly total: number };
  /** Also while a refused partition is tried again. */
  readonly refused?: RefusedWhy;
}

/** The oldest lanes of one task, see `LaneHead`. */
export interface TaskLaneHeads {
  readonly task: string;
  readonly heads: readonly LaneHead[];
}

/** No task takes the places of another. */
export const LANES_OF_A_TASK = 50;

/** Tasks without a lane are left out. */
export const laneHeadsByTask = (
  tasks: readonly Task[],
  limit: number,
  nowMs: EpochMs,
): readonly TaskLaneHeads[] => {
  const withLanes = tasks.filter(({ lanes }) => lanes.table.size > 0);
  const each = Math.max(1, Math.min(LANES_OF_A_TASK, Math.floor(limit / Math.max(1, withLanes.length))));
  return withLanes
    .slice(0, limit)
    .map(({ id, lanes }) => ({ task: id, heads: laneHeadsOf(lanes, each, nowMs) }));
};

export const statusOf = (state: StreamsState, session: Session | undefined, clock: Clock): StreamsStatus => ({
  state,
  joined: session?.joined ?? false,
  msSincePoll: session?.pollLoop.msSinceTurn(),
  pausedPartitions: session?.pauses.pausedCount ?? 0,
  uncommitted: session?.tasks.uncommitted ?? 0,
  breaker: session?.breaker.isOpen === true ? 'open' : 'closed',
  tasks: (session?.tasks.holdings ?? []).map(
    ({ task, partitions, progress, refused: now, refusedBefore }) => ({
      id: task.id,
      partition: task.partition,
      state: task.state,
      positions: Object.fromEntries(task.ledger.positions),
      sequence: task.ledger.sequence,
      queued: task.queued,
      inFlight: task.inFlight,
      uncommitted: task.ledger.uncommitted,
      paused: [...new Set(partitions.flatMap((of) => session?.pauses.reasonsOf(of) ?? []))],
      lanes: laneStatusOf(task.lanes, clock.now(), clock.monotonic()),
      stores: task.stores.sizes,
      ...(progress === undefined ? {} : { restore: progress }),
      ...refusedOf(task.state === 'running' ? undefined : (now ?? refusedBefore)),
    }),
  ),
});

const refusedOf = (why: RefusedWhy | undefined): { readonly refused?: RefusedWhy } =>
  why === undefined ? {} : { refused: { reason: why.reason, message: why.message } };
