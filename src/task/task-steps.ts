/** How far a task has come, from its parts, see `TaskSteps`. Looks at the first of each line only: for every probe. */
import type { TaskSteps } from '../ports/progress.js';
import type { QueueEntry } from './queue-entry.js';
import type { TaskState } from './task-state.js';
import type { TaskWorkings } from './task-workings.js';

const PHASES = {
  created: 'waiting',
  restoring: 'waiting',
  running: 'running',
  draining: 'leaving',
  refused: 'waiting',
  closed: 'waiting',
} as const satisfies Record<TaskState, TaskSteps['phase']>;

export const phaseOf = (state: TaskState): TaskSteps['phase'] => PHASES[state];

const stepOf = ({ order, run, state }: QueueEntry): string => `${order}.${run}.${state}`;

/** While all places are taken whoever waits for one goes on with those who have them. */
const turnsOf = ({ attempts }: TaskWorkings, isPlaceFree: boolean): string =>
  isPlaceFree ? '' : `/${attempts.turns}`;

export const queueStep = (works: TaskWorkings): string | null => {
  const front = works.source.queue.front();
  if (front === undefined) return null;
  const isPlaceFree = front.state !== 'waiting' || works.slots.mayStartSource;
  return stepOf(front) + turnsOf(works, isPlaceFree);
};

export const headsStep = (works: TaskWorkings, nowMs: number): string | null => {
  const { lanes, heads, slots } = works;
  const { ready, nextDueAt } = lanes;
  const [running] = heads.entries;
  // An alarm that should have rung long ago is work as well.
  const overdue = nextDueAt !== null && nextDueAt <= nowMs ? nextDueAt : null;
  if (ready === undefined && running === undefined && overdue === null) return null;
  const next = ready === undefined ? '' : `${ready.head.name}.${ready.state.attempts}`;
  const now = running === undefined ? '' : stepOf(running);
  return `${next}/${now}/${overdue ?? ''}${turnsOf(works, ready === undefined || slots.mayStartHead)}`;
};
