/** What the streams say of themselves, from memory: for `/status`, probes and gauges. */
import type { Clock } from './ports/clock.js';
import type { PauseReason } from './ports/flow-control.js';
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
  /** Since the last commit that succeeded, or since the session began; undefined while there is none. */
  readonly msSinceCommit: number | undefined;
  readonly pausedPartitions: number;
  /** How many partitions are paused for each reason. */
  readonly held: Readonly<Partial<Record<PauseReason, number>>>;
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
  /** Of the queued ones, those that do not run. */
  readonly waiting: number;
  readonly inFlight: number;
  readonly uncommitted: number;
  readonly paused: readonly string[];
  /** By source topic. */
  readonly sources: readonly SourceStatus[];
  /** Since its partitions were assigned. */
  readonly assignedForMs: number;
  /** While it restores, since the first try. */
  readonly restoringForMs?: number;
  readonly lanes: LaneStatus;
  /** Its state stores by name: entries, and the bytes of their keys and values, in memory. */
  readonly stores: Readonly<Record<string, { readonly entries: number; readonly bytes: number }>>;
  /** While it restores: records of the lane log, and how many of them have been read. */
  readonly restore?: { readonly done: number; readonly total: number };
  /** Also while a refused partition is tried again. */
  readonly refused?: RefusedWhy;
}

export interface SourceStatus {
  readonly topic: string;
  /** Timestamp of the oldest record that was taken and is not committed; null: there is none. */
  readonly uncommittedSince: number | null;
  /** Timestamp of the last record that was committed; null: none was, since the task began. */
  readonly lastCommitted: number | null;
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
  msSinceCommit: session?.commits.msSinceCommit(),
  pausedPartitions: session?.pauses.pausedCount ?? 0,
  held: session?.pauses.counts ?? {},
  uncommitted: session?.tasks.uncommitted ?? 0,
  breaker: session?.breaker.isOpen === true ? 'open' : 'closed',
  tasks: (session?.tasks.holdings ?? []).map(
    ({ began, isRestoring, task, partitions, progress, refused: now, refusedBefore }) => ({
      id: task.id,
      partition: task.partition,
      state: task.state,
      positions: Object.fromEntries(task.ledger.positions),
      sequence: task.ledger.sequence,
      queued: task.queued,
      waiting: task.progress.waiting,
      inFlight: task.inFlight,
      uncommitted: task.ledger.uncommitted,
      paused: [...new Set(partitions.flatMap((of) => session?.pauses.reasonsOf(of) ?? []))],
      sources: sourcesOf(task),
      assignedForMs: clock.monotonic() - began.assignedAt,
      ...(isRestoring ? { restoringForMs: clock.monotonic() - began.at } : {}),
      lanes: laneStatusOf(task.lanes, clock.now(), clock.monotonic()),
      stores: task.stores.sizes,
      ...(progress === undefined ? {} : { restore: progress }),
      ...refusedOf(task.state === 'running' ? undefined : (now ?? refusedBefore)),
    }),
  ),
});

const sourcesOf = (task: Task): readonly SourceStatus[] =>
  task.sources.map((topic) => ({
    topic,
    uncommittedSince: task.progress.oldestUncommitted(topic),
    lastCommitted: task.ledger.lastCommitted(topic) ?? null,
  }));

const refusedOf = (why: RefusedWhy | undefined): { readonly refused?: RefusedWhy } =>
  why === undefined ? {} : { refused: { reason: why.reason, message: why.message } };
