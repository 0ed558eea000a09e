/** A record batch over an array of records. Throws for an index outside of it. */
import { isAscii } from 'node:buffer';
import type { RecordBatch } from '../ports/record-batch.js';
import type { TopicPartitionOffset } from '../ports/topic-partition.js';
import type { ConsumedRecord, Headers } from '../record/record.js';
import type { EpochMs, Offset, Partition } from '../record/units.js';

export class ArrayRecordBatch implements RecordBatch {
  constructor(
    readonly records: readonly ConsumedRecord[],
    readonly ends: readonly TopicPartitionOffset[] = [],
  ) {}

  get length(): number {
    return this.records.length;
  }

  topic(index: number): string {
    return this.#at(index).topic;
  }

  partition(index: number): Partition {
    return this.#at(index).partition;
  }

  offset(index: number): Offset {
    return this.#at(index).offset;
  }

  timestamp(index: number): EpochMs {
    return this.#at(index).timestamp;
  }

  key(index: number): Buffer | null {
    return this.#at(index).key;
  }

  value(index: number): Buffer | null {
    return this.#at(index).value;
  }

  valueText(index: number): string | undefined {
    const { value } = this.#at(index);
    return value !== null && isAscii(value) ? value.toString('latin1') : undefined;
  }

  bytes(index: number): number {
    return (this.key(index)?.length ?? 0) + (this.value(index)?.length ?? 0);
  }

  headers(index: number): Headers {
    return this.#at(index).headers;
  }

  #at(index: number): ConsumedRecord {
    const record = this.records[index];
    if (!record) throw new RangeError(`record ${index} of a batch of ${this.records.length}`);
    return record;
  }
}
