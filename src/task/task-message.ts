/** What a task's mailbox takes. */
import type { Effects } from '../dsl/execution.js';
import type { Arm } from '../lanes/arm.js';
import type { Command } from '../lanes/command.js';
import type { RecordBatch } from '../ports/record-batch.js';
import type { CommitOffset, EpochMs, Offset } from '../record/units.js';
import type { InputPosition } from './input-position.js';
import type { QueueEntry } from './queue-entry.js';

/** `run` is the one that answers: an answer of a run that was given up is dropped. */
export type AttemptMessage =
  | {
      readonly kind: 'succeeded';
      readonly entry: QueueEntry;
      readonly run: number;
      readonly effects: Effects;
    }
  | {
      readonly kind: 'failed';
      readonly entry: QueueEntry;
      readonly run: number;
      readonly thrown: unknown;
    }
  | { readonly kind: 'timed-out'; readonly entry: QueueEntry; readonly run: number }
  | { readonly kind: 'retry-due'; readonly entry: QueueEntry };

/** A run of records of one source topic: `from` to `to` (not included) of a batch. */
export interface RecordsMessage {
  readonly kind: 'records';
  readonly batch: RecordBatch;
  readonly from: number;
  readonly to: number;
}

/** Everything below `offset` of a source topic has been read. */
export interface EndMessage {
  readonly kind: 'end';
  readonly topic: string;
  readonly offset: CommitOffset;
}

/** A record of a retry topic; `trigger` is null when it is none of ours. */
export interface RetryMessage {
  readonly kind: 'retry';
  readonly input: InputPosition;
  readonly offset: Offset;
  readonly appendedAt: EpochMs;
  readonly trigger: { readonly head: string; readonly arm: Arm } | null;
}

export interface CommandMessage {
  readonly kind: 'command';
  readonly input: InputPosition;
  readonly offset: Offset;
  readonly appendedAt: EpochMs;
  /** Or why it is none. */
  readonly command: Command | string;
}

/** Its lanes are those of the log: it begins. */
export interface RestoredMessage {
  readonly kind: 'restored';
}

/** A time has come: something may start. */
export interface RingMessage {
  readonly kind: 'ring';
}

/** The breaker has opened or closed. */
export interface BreakerMessage {
  readonly kind: 'breaker';
}

/** While the breaker is open: start one record to see whether it may close. */
export interface ProbeMessage {
  readonly kind: 'probe';
  readonly started: () => void;
}

/** A punctuation that was asynchronous; `running` is the one that answers. */
export interface PunctuatedMessage {
  readonly kind: 'punctuated';
  readonly running: object;
  readonly outcome:
    { readonly ok: true; readonly effects: Effects } | { readonly ok: false; readonly thrown: unknown };
}

export type TaskMessage =
  | RecordsMessage
  | EndMessage
  | AttemptMessage
  | RetryMessage
  | CommandMessage
  | RestoredMessage
  | RingMessage
  | BreakerMessage
  | ProbeMessage
  | PunctuatedMessage;
