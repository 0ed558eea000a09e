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
    restoring: status.tasks.flatMap(({ id, restore }) =>
      restore === undefined ? [] : [{ task: id, ...restore }],
    ),
    lag,
  };
};
