/**
 * Records to be written, in order, between the moment they are decided and the one they are given to a client. An
 * array is one; a producer may have a form of its own, which it takes at less cost (see `TransactionalProducer.buffer`).
 */
import { producedOf, type OutputRecord } from './output-record.js';
import type { ProducedRecord } from './record.js';

export interface RecordList extends Iterable<ProducedRecord> {
  readonly length: number;
  at(index: number): ProducedRecord | undefined;
}

/** A list that grows. What was added may be forgotten by whoever added it, but not changed. */
export interface RecordBuffer extends RecordList {
  /** The bytes of its key and its value. */
  add(record: OutputRecord): number;
  addAll(records: RecordList): void;
  /** Nobody reads it any more: its memory may be used for the next one. */
  release(): void;
}

/** Keeps the records as they are. */
export class PlainRecords implements RecordBuffer {
  readonly #records: ProducedRecord[] = [];

  get length(): number {
    return this.#records.length;
  }

  at(index: number): ProducedRecord | undefined {
    return this.#records[index];
  }

  [Symbol.iterator](): Iterator<ProducedRecord> {
    return this.#records[Symbol.iterator]();
  }

  add(record: OutputRecord): number {
    const produced = producedOf(record);
    this.#records.push(produced);
    return (produced.key?.length ?? 0) + (produced.value?.length ?? 0);
  }

  addAll(records: RecordList): void {
    for (const record of records) this.#records.push(record);
  }

  release(): void {
    // Garbage like any other.
  }
}
