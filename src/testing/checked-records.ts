/** Records to be written that must not be touched once they are released: a client's own form of them is overwritten then. */
import type { OutputRecord } from '../record/output-record.js';
import type { ProducedRecord } from '../record/record.js';
import { PlainRecords, type RecordList } from '../record/record-list.js';

export class CheckedRecords extends PlainRecords {
  #released = false;

  override get length(): number {
    this.#check();
    return super.length;
  }

  override at(index: number): ProducedRecord | undefined {
    this.#check();
    return super.at(index);
  }

  override [Symbol.iterator](): Iterator<ProducedRecord> {
    this.#check();
    return super[Symbol.iterator]();
  }

  override add(record: OutputRecord): number {
    this.#check();
    return super.add(record);
  }

  override addAll(records: RecordList): void {
    this.#check();
    super.addAll(records);
  }

  override release(): void {
    this.#check();
    this.#released = true;
  }

  #check(): void {
    if (this.#released) throw new Error('records were touched that had been released');
  }
}
