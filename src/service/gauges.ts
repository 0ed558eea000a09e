/** From what the streams say of themselves to what the gauges show: sums over the tasks. Pure. */
import type { GaugeSnapshot, LaneGauges } from '../observability/gauges.js';
import type { StreamsStatus, TaskStatus } from '../streams-status.js';

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

export const gaugesOf = (status: StreamsStatus, lag: GaugeSnapshot['lag']): GaugeSnapshot => {
  const tasks: Record<string, number> = {};
  for (const { state } of status.tasks) tasks[state] = (tasks[state] ?? 0) + 1;
  return {
    state: status.state,
    tasks,
    uncommittedRecords: status.uncommitted,
    pausedPartitions: status.pausedPartitions,
    refusedPartitions: status.tasks.filter(({ refused }) => refused !== undefined).length,
    breakerOpen: status.breaker === 'open',
    lanes: lanesOf(status.tasks),
    stores: storesOf(status.tasks),
    restoring: status.tasks.flatMap(({ id, restore }) =>
      restore === undefined ? [] : [{ task: id, ...restore }],
    ),
    lag,
  };
};
