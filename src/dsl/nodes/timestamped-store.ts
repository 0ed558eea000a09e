/** What stores of timestamped values have in common, whatever their keys are: entries by the bytes of their key. */
import type { StoreSpec } from '../graph/store-spec.js';
import type { HeaderSource } from '../record.js';
import type { RecordPass } from './record-pass.js';
import { StoreSerdes } from './store-serdes.js';
import { type Before, StoredBefore } from './table-change.js';
import { encodeTimestamped, timestampOf, VALUE_AT, valueOf } from './timestamped-value.js';

export abstract class TimestampedStore {
  protected readonly serdes: StoreSerdes;

  constructor(spec: StoreSpec) {
    this.serdes = new StoreSerdes(spec);
  }

  /** The entry as it is stored; null: there is none. */
  stored(key: Buffer, pass: RecordPass): Buffer | null {
    return pass.store(this.serdes.store).get(key);
  }

  value(stored: Buffer | null, pass: RecordPass): unknown {
    return stored === null ? null : this.serdes.value(valueOf(stored), pass);
  }

  /** Of a new value of the entry: an older record does not set it back. */
  timestampAfter(stored: Buffer | null, timestampMs: number): number {
    return stored === null ? timestampMs : Math.max(timestampMs, timestampOf(stored));
  }

  before(stored: Buffer | null, operator: { initializer?(): unknown } | null = null): Before {
    return new StoredBefore(stored, VALUE_AT, this.serdes, operator);
  }

  /** null deletes. */
  put(key: Buffer, value: unknown, timestampMs: number, from: HeaderSource, pass: RecordPass): void {
    const bytes = this.serdes.valueBytes(value, pass, from);
    pass.store(this.serdes.store).put(key, bytes === null ? null : encodeTimestamped(timestampMs, bytes));
  }
}
