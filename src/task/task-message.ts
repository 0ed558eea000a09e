/** What a task's mailbox takes. */
import type { RecordBatch } from '../ports/record-batch.js';
import type { ProducedRecord } from '../record/record.js';
import type { QueueEntry } from './queue-entry.js';

export type TaskMessage =
  | { readonly kind: 'records'; readonly batch: RecordBatch; readonly from: number; readonly to: number }
  | {
      readonly kind: 'succeeded';
      readonly entry: QueueEntry;
      /** The attempt that answers: an answer of an attempt that was given up is dropped. */
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
