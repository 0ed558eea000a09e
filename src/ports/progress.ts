/**
 * How far the engine has come and what it still has to do, in marks that can be compared: what is told to
 * whoever watches that it goes on. A mark says nothing by itself; it changes when something has moved.
 */
import type { PauseReason } from './flow-control.js';

/** Of one source partition of a task. */
export interface IntakeSteps {
  readonly topic: string;
  readonly partition: number;
  /** Everything below was taken, or is no record; undefined: not known yet. */
  readonly position: number | undefined;
  /** Of its log, as the broker said when it was asked last; undefined: it was not. */
  readonly logEnd: number | undefined;
  readonly paused: readonly PauseReason[];
}

/** Of one task: what each of its lines has to do, and where it is. Null: it has nothing to do. */
export interface TaskSteps {
  readonly task: string;
  /** `running`: it may start records. `leaving`: it commits only. `waiting`: it restores, or is refused. */
  readonly phase: 'running' | 'leaving' | 'waiting';
  readonly intake: readonly IntakeSteps[];
  /** The oldest source record that is not decided: which one, and how far it is. */
  readonly queue: string | null;
  /** Heads of lanes that run or may run; never those that wait for their time, or are parked. */
  readonly heads: string | null;
  /** What is decided and not yet in Kafka: the commit that it waits for. */
  readonly commit: string | null;
}

export interface EngineSteps {
  /** Number of the session, from 1; 0 before the first. */
  readonly session: number;
  /** `closed`: between two sessions. `stopping`: told to stop, or over. */
  readonly phase: 'starting' | 'open' | 'closed' | 'stopping';
  /** The group has answered in this session. */
  readonly joined: boolean;
  /** Since the poll loop last turned; undefined while there is no session. */
  readonly msSincePoll: number | undefined;
  /** Tasks that restore for the first time. */
  readonly restoring: number;
  readonly isBreakerOpen: boolean;
  /** Commits of this session that were aborted in order: the brokers do not take them, and a restart would not help. */
  readonly aborted: number;
  readonly tasks: readonly TaskSteps[];
}
