/** From what streams and clients say of themselves to what the gauges show: sums over the tasks. Pure. */
import type { GaugeSnapshot, LaneGauges, TaskGauges } from '../observability/gauges.js';
import type { Health } from '../observability/health.js';
import type { StreamsStatus, TaskStatus } from '../streams-status.js';

export interface GaugeSources {
  readonly status: StreamsStatus;
  readonly health: Health;
  /** Of those of the tasks, at least. */
  readonly lag: GaugeSnapshot['lag'];
  readonly maxUncommitted: number;
  readonly nowMs: number;
}

const lanesOf = (tasks: readonly TaskStatus[]): LaneGauges => {
  const sum = (count: (lanes: TaskStatus['lanes']) => number): number =>
    tasks.reduce((total, { lanes }) => total + count(lanes), 0);
  return {
    retrying: sum(({ retrying }) => retrying),
    parked: sum(({ parked }) => parked),
    followers: sum(({ followers }) => followers),
    bytes: sum(({ bytes }) => bytes),
    held: sum(({ held }) => held),
    oldestHeadAgeMs: Math.max(0, ...tasks.map(({ lanes }) => lanes.oldestHeadAgeMs ?? 0)),
  };
};

const storesOf = (tasks: readonly TaskStatus[]): GaugeSnapshot['stores'] => {
  const sums = new Map<string, { entries: number; bytes: number }>();
  for (const { stores } of tasks) {
    for (const [store, { entries, bytes }] of Object.entries(stores)) {
      const sum = sums.get(store) ?? { entries: 0, bytes: 0 };
      sums.set(store, { entries: sum.entries + entries, bytes: sum.bytes + bytes });
    }
  }
  return [...sums].map(([store, sum]) => ({ store, ...sum }));
};

const taskOf = ({ id, inFlight, lanes, uncommitted, waiting }: TaskStatus): TaskGauges => ({
  task: id,
  queued: waiting,
  running: inFlight,
  uncommitted,
  lanes: lanes.retrying + lanes.parked,
  followers: lanes.followers,
});

const placeOf = (topic: string, partition: number): string => `${topic}-${partition}`;

/** Of what is taken and not committed; else, while lag waits, of what was last committed, or since it was assigned. */
const oldestOf = (
  tasks: readonly TaskStatus[],
  lagOf: ReadonlyMap<string, number>,
  nowMs: number,
): GaugeSnapshot['oldestUnprocessed'] =>
  tasks.flatMap(({ assignedForMs, partition, sources }) =>
    sources.flatMap(({ lastCommitted, topic, uncommittedSince }) => {
      const lag = lagOf.get(placeOf(topic, partition));
      if (uncommittedSince === null && lag === undefined) return [];
      const since = uncommittedSince ?? (lag === 0 ? nowMs : (lastCommitted ?? nowMs - assignedForMs));
      return [{ topic, partition, ageMs: Math.max(0, nowMs - since) }];
    }),
  );

export const gaugesOf = ({ health, lag, maxUncommitted, nowMs, status }: GaugeSources): GaugeSnapshot => {
  const tasks: Record<string, number> = {};
  for (const { state } of status.tasks) tasks[state] = (tasks[state] ?? 0) + 1;
  const lagOf = new Map(lag.map(({ partition, records, topic }) => [placeOf(topic, partition), records]));
  return {
    state: status.state,
    tasks,
    uncommittedRecords: status.uncommitted,
    maxUncommittedRecords: maxUncommitted,
    pausedPartitions: status.pausedPartitions,
    held: status.held,
    refusedPartitions: status.tasks.filter(({ refused }) => refused !== undefined).length,
    breakerOpen: status.breaker === 'open',
    lanes: lanesOf(status.tasks),
    perTask: status.tasks.map(taskOf),
    stores: storesOf(status.tasks),
    restoring: status.tasks.flatMap(({ id, restore, restoringForMs: ageMs }) =>
      ageMs === undefined ? [] : [{ task: id, ageMs, progress: restore ?? null }],
    ),
    // Topics and partitions are those of the tasks: what a client says of others is no series.
    lag: status.tasks.flatMap(({ partition, sources }) =>
      sources.flatMap(({ topic }) => {
        const records = lagOf.get(placeOf(topic, partition));
        return records === undefined ? [] : [{ topic, partition, records }];
      }),
    ),
    oldestUnprocessed: oldestOf(status.tasks, lagOf, nowMs),
    lastPollAgeMs: status.msSincePoll ?? null,
    lastCommitAgeMs: status.msSinceCommit ?? null,
    health,
  };
};
