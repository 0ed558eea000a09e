/** What a task needs of the world around it, and what it is told. */
import type { Clock } from '../ports/clock.js';
import type { Task } from './task.js';

export interface TaskSettings {
  readonly maxInFlight: number;
  readonly attemptTimeoutMs: number;
  readonly retryImmediate: number;
  readonly retryImmediateBackoffMs: number;
  readonly maxMessageBytes: number;
}

export interface TaskHost {
  readonly clock: Clock;
  readonly settings: TaskSettings;
  partitionCount(topic: string): number;
  /** Records or bytes that the task holds changed by a batch or a commit. */
  loadChanged(task: Task): void;
  /** The task cannot go on: it decided nothing more and must be dropped (P5: the partition stops). */
  stopped(task: Task, error: Error): void;
}
