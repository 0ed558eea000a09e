/** What the engine counts. Called once per batch or commit with sums, never per record. */

/** `dropped`: an error handler of the topology has said so. */
export type MessageOutcome = 'processed' | 'dropped' | 'dead-letter';
/**
 * Of a record: its longest attempt; from reading it to the commit of what was decided of it; from its own timestamp
 * to the commit of its outcome.
 */
export type LatencyStage = 'attempt' | 'read-to-commit' | 'end-to-end';
export type CommitOutcome = 'committed' | 'aborted' | 'unknown' | 'fatal';

/** `unknown`: what could not be read as a command. */
export type CommandName = 'release' | 'skip' | 'redrive' | 'dismiss' | 'unknown';
/** `ignored`: it fits nothing that is there (any more); `refused`: it would break a promise. */
export type CommandOutcome = 'done' | 'ignored' | 'refused';

/** How many dead letters are told one by one, of one commit. */
export const TOLD_DEAD_LETTERS = 50;

/** One record of the dead letter queue: which and why, and nothing that was in it. */
export interface DeadLetterNote {
  /** As in `x-lanes-id`. */
  readonly id: string;
  readonly reason: string;
  /** Of the failure: the same record may succeed later. */
  readonly retryable: boolean;
  readonly attempts: number;
  /** The record waits at the head of its lane for a command: this is not its end. */
  readonly isNotice: boolean;
}

export interface Telemetry {
  /** Source records whose outcome is committed. `type` is from a bounded set (SerdeContext.noteType). */
  messages(topic: string, type: string, outcome: MessageOutcome, count: number): void;
  /** Records written to output topics of the topology, committed. */
  outputs(topic: string, count: number): void;
  /** Records written to the dead letter queue, committed. */
  deadLetters(topic: string, reason: string, count: number): void;
  /** The last of those that one commit wrote, the oldest first, at most TOLD_DEAD_LETTERS. */
  lastDeadLetters(letters: readonly DeadLetterNote[]): void;
  /** Failed attempts that will be tried again. `tier` is `immediate` or a retry topic's delay. */
  retries(topic: string, tier: string, reason: string, count: number): void;
  /** Source records that were decided as lanes because results had waited behind them for too long, committed. */
  patience(topic: string, count: number): void;
  /** Retry records that were skipped because their lane has gone on since; `topic` is the retry topic. */
  staleRetries(topic: string, count: number): void;
  /** Commands whose outcome is committed. */
  commands(command: CommandName, outcome: CommandOutcome, count: number): void;
  /** One end of a commit cycle. */
  commit(outcome: CommitOutcome, durationMs: number): void;
  rebalance(kind: 'assign' | 'revoke' | 'lost', partitions: number): void;
  /** The slowest record of each commit of a task, by source topic. */
  latency(topic: string, stage: LatencyStage, latencyMs: number): void;
  /** A session with the cluster was opened. */
  session(): void;
}

/** Counts nothing. */
export const NO_TELEMETRY: Telemetry = {
  messages: () => undefined,
  outputs: () => undefined,
  deadLetters: () => undefined,
  lastDeadLetters: () => undefined,
  retries: () => undefined,
  patience: () => undefined,
  staleRetries: () => undefined,
  commands: () => undefined,
  commit: () => undefined,
  rebalance: () => undefined,
  latency: () => undefined,
  session: () => undefined,
};
