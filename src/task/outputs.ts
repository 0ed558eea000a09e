/** The outputs of a record into the write-set: all or none, and none that its topic would refuse. */
import type { ProcessingFailure } from '../record/record-error.js';
import { NotRetryableError } from '../record/record-error.js';
import { exceeds } from '../record/record-size.js';
import type { ProducedRecord } from '../record/record.js';
import type { TaskLedger } from './task-ledger.js';

export class Outputs {
  constructor(
    private readonly ledger: TaskLedger,
    private readonly maxMessageBytes: number,
  ) {}

  /** Why they cannot be written: then the record has failed, for good. */
  refused(outputs: readonly ProducedRecord[]): ProcessingFailure | undefined {
    for (const output of outputs) {
      if (!exceeds(output, this.maxMessageBytes)) continue;
      const message = `An output to ${output.topic} is larger than MAX_MESSAGE_BYTES (${this.maxMessageBytes})`;
      return new NotRetryableError('output-too-large', message);
    }
    return undefined;
  }

  write(outputs: readonly ProducedRecord[]): void {
    const { open } = this.ledger;
    for (const output of outputs) open.add(output);
  }
}
