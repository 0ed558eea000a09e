/** Turns a sub-topology into what a task runs. */
import type { TaskId } from '../record/units.js';
import type { TaskProcessor } from './execution.js';
import type { Subtopology } from './topology.js';

export const createTaskProcessor = (sub: Subtopology, taskId: TaskId): TaskProcessor => {
  throw new Error(`not yet written: sub-topology ${sub.id}, task ${taskId}`);
};
