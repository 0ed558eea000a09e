/**
 * An aggregate of each key and window. Windows begin at multiples of the advance since 1970; a record belongs to all
 * that begin at or before its timestamp and end after it, and is taken into them from the earliest on. A window whose
 * end and grace have passed is closed: it is left out, so a late record may still reach some of its windows. Every update
 * is forwarded. A record without a key is passed over; one without a value is not: Kafka Streams counts it too.
 */
import type { RecordPass } from './record-pass.js';
import { type FlowRecord, isThenable, type Pending, RuntimeNode } from './runtime-node.js';
import type { StoreSpec } from '../graph/store-spec.js';
import { isNothing, TableChange } from './table-change.js';
import type { WindowAggregateOperator } from '../graph/topology-node.js';
import { WindowStore } from './window-store.js';
import type { Windowed } from '../windowed.js';

/** What one record updates, one window after the other. */
interface Update {
  readonly record: FlowRecord;
  readonly pass: RecordPass;
  /** Windows that end then, or earlier, are closed. */
  readonly closeMs: number;
}

export class WindowAggregateNode extends RuntimeNode {
  private readonly store: WindowStore;

  constructor(
    private readonly operator: WindowAggregateOperator,
    spec: StoreSpec,
  ) {
    super();
    this.store = new WindowStore(spec, operator.windows);
  }

  override process(record: FlowRecord, pass: RecordPass): Pending {
    if (isNothing(record.key)) return undefined;
    const { sizeMs, advanceMs, graceMs } = this.operator.windows;
    const closeMs = this.store.observe(record.timestamp, pass) - graceMs;
    const firstMs = Math.floor(Math.max(0, record.timestamp - sizeMs + advanceMs) / advanceMs) * advanceMs;
    return this.updateFrom(firstMs, { record, pass, closeMs });
  }

  private updateFrom(firstMs: number, update: Update): Pending {
    const { sizeMs, advanceMs } = this.operator.windows;
    for (let startMs = firstMs; startMs <= update.record.timestamp; startMs += advanceMs) {
      if (startMs + sizeMs <= update.closeMs) continue;
      const pending = this.aggregate(startMs, update);
      if (pending !== undefined) return this.updateRest(pending, startMs + advanceMs, update);
    }
    return undefined;
  }

  private async updateRest(first: Promise<void>, nextMs: number, update: Update): Promise<void> {
    await first;
    if (nextMs > update.record.timestamp) return;
    update.pass.throwIfAborted();
    await this.updateFrom(nextMs, update);
  }

  private aggregate(startMs: number, { record, pass }: Update): Pending {
    const { store } = this;
    const entryKey = store.entryKey(record.key, startMs, record, pass);
    const stored = store.stored(entryKey, pass);
    const result = this.operator.aggregator(record.key, record.value, store.value(stored, pass));
    return isThenable(result)
      ? this.writeLater(result, startMs, entryKey, stored, record, pass)
      : this.write(result, startMs, entryKey, stored, record, pass);
  }

  private async writeLater(
    result: PromiseLike<unknown>,
    startMs: number,
    entryKey: Buffer,
    stored: Buffer | null,
    record: FlowRecord,
    pass: RecordPass,
  ): Promise<void> {
    const value = await result;
    pass.throwIfAborted();
    await this.write(value, startMs, entryKey, stored, record, pass);
  }

  private write(
    value: unknown,
    startMs: number,
    entryKey: Buffer,
    stored: Buffer | null,
    record: FlowRecord,
    pass: RecordPass,
  ): Pending {
    const { store, operator } = this;
    const timestamp = store.timestampAfter(stored, record.timestamp);
    store.put(entryKey, value, timestamp, record, pass);
    const window = { start: startMs, end: startMs + operator.windows.sizeMs };
    const key: Windowed<unknown> = { key: record.key, window };
    return this.forward(new TableChange(key, value, timestamp, record, store.before(stored, operator)), pass);
  }
}
