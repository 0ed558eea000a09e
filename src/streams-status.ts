/** What the streams say of themselves, from memory: for `/status`, probes and gauges. */
import type { Session } from './session.js';
import type { StreamsState } from './streams-state.js';
import type { RefusedWhy } from './task/holding.js';
import type { TaskState } from './task/task-state.js';

export interface StreamsStatus {
  readonly state: StreamsState;
  /** The group has answered in this session. */
  readonly joined: boolean;
  /** Since the last turn of the poll loop; undefined while there is no session. */
  readonly msSincePoll: number | undefined;
  readonly pausedPartitions: number;
  /** Source records taken and not yet committed, all tasks together. */
  readonly uncommitted: number;
  readonly tasks: readonly TaskStatus[];
}

export interface TaskStatus {
  readonly id: string;
  readonly partition: number;
  readonly state: TaskState;
  /** Committed position to read next, by source topic. */
  readonly positions: Readonly<Record<string, number>>;
  /** Of the last committed checkpoint. */
  readonly sequence: number;
  readonly queued: number;
  readonly inFlight: number;
  readonly uncommitted: number;
  readonly paused: readonly string[];
  /** Also while a refused partition is tried again. */
  readonly refused?: RefusedWhy;
}

export const statusOf = (state: StreamsState, session: Session | undefined): StreamsStatus => ({
  state,
  joined: session?.joined ?? false,
  msSincePoll: session?.pollLoop.msSinceTurn(),
  pausedPartitions: session?.pauses.pausedCount ?? 0,
  uncommitted: session?.tasks.uncommitted ?? 0,
  tasks: (session?.tasks.holdings ?? []).map(({ task, partitions, refused: now, refusedBefore }) => ({
    id: task.id,
    partition: task.partition,
    state: task.state,
    positions: Object.fromEntries(task.ledger.positions),
    sequence: task.ledger.sequence,
    queued: task.queued,
    inFlight: task.inFlight,
    uncommitted: task.ledger.uncommitted,
    paused: [...new Set(partitions.flatMap((of) => session?.pauses.reasonsOf(of) ?? []))],
    ...refusedOf(task.state === 'running' ? undefined : (now ?? refusedBefore)),
  })),
});

const refusedOf = (why: RefusedWhy | undefined): { readonly refused?: RefusedWhy } =>
  why === undefined ? {} : { refused: { reason: why.reason, message: why.message } };
