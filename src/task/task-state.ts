/**
 * The life of a task, as a checked table. A task object is one epoch: it is never revived. A partition
 * that comes back gets a new task, and whatever still arrives for the old one is dropped (I14).
 */
export type TaskState = 'created' | 'restoring' | 'running' | 'draining' | 'refused' | 'closed';

const NEXT = {
  created: ['restoring', 'closed'],
  restoring: ['running', 'refused', 'closed'],
  /** `refused` from here: its effects are refused by the broker, or its position fell out of the log. */
  running: ['draining', 'refused', 'closed'],
  /** Starts nothing new; decides what still finishes. */
  draining: ['closed', 'refused'],
  /** Stays assigned and paused; a new task takes its place when it is tried again. */
  refused: ['closed'],
  closed: [],
} as const satisfies Record<TaskState, readonly TaskState[]>;

export const mayBecome = (from: TaskState, to: TaskState): boolean =>
  (NEXT[from] as readonly TaskState[]).includes(to);
