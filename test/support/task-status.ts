/** The status of a task that runs and has nothing; tests change what they are about. */
import type { TaskStatus } from '../../src/streams-status.js';
import type { LaneStatus } from '../../src/task/lane-status.js';

export const NO_LANES: LaneStatus = {
  retrying: 0,
  parked: 0,
  followers: 0,
  bytes: 0,
  held: 0,
  oldestHeadAgeMs: null,
  nextDueInMs: null,
};

export const taskStatus = (id: string, more: Partial<TaskStatus> = {}): TaskStatus => ({
  id,
  partition: 0,
  state: 'running',
  positions: {},
  sequence: 1,
  queued: 0,
  waiting: 0,
  inFlight: 0,
  uncommitted: 0,
  paused: [],
  sources: [],
  assignedForMs: 0,
  lanes: NO_LANES,
  stores: {},
  ...more,
});
