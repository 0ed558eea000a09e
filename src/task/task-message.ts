/** What a task's mailbox takes. */
import type { RecordBatch } from '../ports/record-batch.js';
import type { ProducedRecord } from '../record/record.js';
import type { CommitOffset } from '../record/units.js';
import type { QueueEntry } from './queue-entry.js';

/** `attempt` is the one that answers: an answer of an attempt that was given up is dropped. */
export type AttemptMessage =
  | {
      readonly kind: 'succeeded';
      readonly entry: QueueEntry;
      readonly attempt: number;
      readonly outputs: readonly ProducedRecord[];
    }
  | {
      readonly kind: 'failed';
      readonly entry: QueueEntry;
      readonly attempt: number;
      readonly thrown: unknown;
    }
  | { readonly kind: 'timed-out'; readonly entry: QueueEntry; readonly attempt: number }
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

export type TaskMessage = RecordsMessage | EndMessage | AttemptMessage;
