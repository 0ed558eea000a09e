/** Makes the dead letters of one source. Throws Unwritable for one that can never be written. */
import type { DeadLetterFailure, DeadLetterOptions } from '../record/dead-letter.js';
import { deadLetterRecord } from '../record/dead-letter.js';
import type { ConsumedRecord, ProducedRecord } from '../record/record.js';
import { placeOf } from '../record/record.js';
import { HEADER_BUDGET_BYTES, sizeOnWire } from '../record/record-size.js';
import { Unwritable } from './unwritable.js';

export class DeadLetters {
  constructor(
    private readonly options: DeadLetterOptions,
    private readonly maxMessageBytes: number,
  ) {}

  letterFor(record: ConsumedRecord, failure: DeadLetterFailure): ProducedRecord {
    const letter = deadLetterRecord(record, failure, this.options);
    const limitBytes = this.maxMessageBytes + HEADER_BUDGET_BYTES;
    const bytes = sizeOnWire(letter);
    if (bytes <= limitBytes) return letter;
    throw new Unwritable(
      'dead-letter-too-large',
      `The dead letter of ${placeOf(record)} has ${bytes} bytes, ${this.options.topic} takes ${limitBytes}. Raise MAX_MESSAGE_BYTES and the topic's max.message.bytes; until then its partition stands still and nothing is dropped.`,
    );
  }
}
