/** What a task needs of the world around it, and what it is told. */
import type { DeadLetterPolicy } from '../lanes/lane-state.js';
import type { Clock } from '../ports/clock.js';
import type { Tracing } from '../ports/tracing.js';
import type { RetryTier } from '../record/retry-tier.js';
import type { BreakerView } from './breaker-desk.js';
import type { RefusedWhy } from './holding.js';
import type { Task } from './task.js';

export interface TaskSettings {
  readonly maxInFlight: number;
  readonly attemptTimeoutMs: number;
  readonly retryImmediate: number;
  readonly retryImmediateBackoffMs: number;
  readonly retryTiers: readonly RetryTier[];
  /** How long a result waits behind a record of another key before that becomes a lane. */
  readonly emissionPatienceMs: number;
  readonly deadLetterPolicy: DeadLetterPolicy;
  /** How long dead letters are there. */
  readonly deadLetterRetentionMs: number;
  /** Records behind the head of one lane. */
  readonly laneMaxFollowers: number;
  /** Bytes of records that the task may hold, half of them in lanes. */
  readonly taskMaxBufferBytes: number;
  readonly maxMessageBytes: number;
}

export interface TaskHost {
  readonly clock: Clock;
  readonly settings: TaskSettings;
  readonly breaker: BreakerView;
  /** Absent: nobody records traces. */
  readonly tracing?: Tracing | undefined;
  partitionCount(topic: string): number;
  /** Records or bytes that the task holds changed by a batch, a lane or a commit. */
  loadChanged(task: Task): void;
  /** The task cannot go on: it decides nothing more and must be dropped (P5: the partition stops). */
  stopped(task: Task, why: RefusedWhy): void;
  /** An error handler has said `fail`: the task decides nothing more, and the session ends. */
  failed(task: Task, error: Error): void;
}
