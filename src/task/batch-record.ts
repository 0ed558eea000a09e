/**
 * One record of a polled batch. Its value and its headers are built each time somebody reads them: kept, headers would be a
 * quarter of what results keep alive that wait for their turn, and most are read once.
 */
import type { RecordBatch } from '../ports/record-batch.js';
import type { ConsumedRecord, Headers } from '../record/record.js';
import type { EpochMs, Offset, Partition } from '../record/units.js';

export class BatchRecord implements ConsumedRecord {
  readonly topic: string;
  readonly partition: Partition;
  readonly offset: Offset;
  readonly timestamp: EpochMs;
  readonly key: Buffer | null;
  readonly #batch: RecordBatch;
  readonly #index: number;

  constructor(batch: RecordBatch, index: number) {
    this.topic = batch.topic(index);
    this.partition = batch.partition(index);
    this.offset = batch.offset(index);
    this.timestamp = batch.timestamp(index);
    this.key = batch.key(index);
    this.#batch = batch;
    this.#index = index;
  }

  get value(): Buffer | null {
    return this.#batch.value(this.#index);
  }

  get valueText(): string | undefined {
    return this.#batch.valueText(this.#index);
  }

  get headers(): Headers {
    return this.#batch.headers(this.#index);
  }
}
