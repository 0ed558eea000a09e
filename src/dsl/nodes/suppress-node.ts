/**
 * `suppress(untilWindowCloses)`: keeps the last result of each key and window until stream time has reached the end of
 * the window and its grace, then forwards it once; a result that is a deletion by then is not forwarded. Stream time
 * is that of the results that come here, and advances with no other. What is kept:
 *
 * | key | value |
 * |---|---|
 * | 0x00 | observed stream time: u64 |
 * | 0x01, end of the window: u64, bytes of the key, start of the window: u64 | see src/dsl/nodes/buffered-change.ts |
 *
 * u64 is big-endian and in milliseconds. So entries are in the order in which they leave, which is Kafka Streams' own:
 * by the end of the window, then by the bytes of the windowed key, whoever came first. They leave with the timestamp
 * and the headers of the last update. The value before is kept too: see src/dsl/nodes/table-change.ts.
 */
import { decodeBufferedChange, encodeBufferedChange } from './buffered-change.js';
import type { RecordPass } from './record-pass.js';
import { type FlowRecord, isThenable, type Pending, RuntimeNode } from './runtime-node.js';
import type { StoreView } from './store-overlay.js';
import { StoreSerdes } from './store-serdes.js';
import type { StoreSpec } from '../graph/store-spec.js';
import { beforeOf, StoredBefore, TableChange } from './table-change.js';
import { readU64, writeU64 } from './timestamped-value.js';
import type { SuppressOperator } from '../graph/topology-node.js';
import { firstKeyAt, readStreamTime, writeStreamTime } from './window-store.js';
import type { Window, Windowed } from '../windowed.js';

const BUFFERED = 1;
const KEY_AT = 9;
const START_BYTES = 8;

const isWindowed = (key: unknown): key is Windowed<unknown> =>
  typeof key === 'object' && key !== null && 'key' in key && 'window' in key;

export class SuppressNode extends RuntimeNode {
  private readonly serdes: StoreSerdes;

  constructor(
    private readonly operator: SuppressOperator,
    spec: StoreSpec,
  ) {
    super();
    this.serdes = new StoreSerdes(spec);
  }

  override process(record: FlowRecord, pass: RecordPass): Pending {
    if (!isWindowed(record.key))
      throw new Error(`store ${this.serdes.store} was given a key without a window`);
    const old = beforeOf(record)?.value(pass) ?? null;
    return isThenable(old)
      ? this.processLater(old, record.key, record, pass)
      : this.keep(old, record.key, record, pass);
  }

  private async processLater(
    old: PromiseLike<unknown>,
    key: Windowed<unknown>,
    record: FlowRecord,
    pass: RecordPass,
  ): Promise<void> {
    const known = await old;
    pass.throwIfAborted();
    await this.keep(known, key, record, pass);
  }

  private keep(old: unknown, key: Windowed<unknown>, record: FlowRecord, pass: RecordPass): Pending {
    const { serdes, operator } = this;
    const view = pass.store(serdes.store);
    const change = {
      timestampMs: record.timestamp,
      value: serdes.valueBytes(record.value ?? null, pass, record),
      before: serdes.valueBytes(old ?? null, pass, record),
      headers: record.headers,
    };
    const bytes = serdes.keyBytes(key.key, pass, record);
    view.put(bufferKey(key.window, bytes), encodeBufferedChange(change));
    const observedMs = readStreamTime(view);
    const streamTimeMs = Math.max(observedMs, record.timestamp);
    if (streamTimeMs > observedMs) writeStreamTime(view, streamTimeMs);
    const closedMs = streamTimeMs - operator.graceMs;
    // Nothing that was kept before can close without stream time moving on.
    if (streamTimeMs === observedMs && key.window.end > closedMs) return undefined;
    return this.emitClosed(closedMs, view, pass);
  }

  /** Windows that end then, or earlier. */
  private emitClosed(closedMs: number, view: StoreView, pass: RecordPass): Pending {
    if (closedMs < 0) return undefined;
    const closed: FlowRecord[] = [];
    for (const [key, stored] of view.entries(firstKeyAt(BUFFERED, 0), firstKeyAt(BUFFERED, closedMs + 1))) {
      const result = this.resultOf(key, stored, pass);
      if (result !== null) closed.push(result);
      view.put(key, null);
    }
    return closed.length === 0 ? undefined : this.forwardAll(closed, pass);
  }

  private resultOf(key: Buffer, stored: Buffer, pass: RecordPass): FlowRecord | null {
    const { serdes } = this;
    const { timestampMs, value, before, headers } = decodeBufferedChange(Buffer.from(stored));
    if (value === null) return null;
    const startAt = key.length - START_BYTES;
    const windowed: Windowed<unknown> = {
      key: serdes.key(key.subarray(KEY_AT, startAt), pass),
      window: { start: readU64(key, startAt), end: readU64(key, 1) },
    };
    const known = new StoredBefore(before, 0, serdes);
    return new TableChange(windowed, serdes.value(value, pass), timestampMs, headers, known);
  }
}

const bufferKey = ({ start, end }: Window, key: Buffer): Buffer => {
  const bytes = Buffer.allocUnsafe(KEY_AT + key.length + START_BYTES);
  bytes[0] = BUFFERED;
  writeU64(bytes, end, 1);
  key.copy(bytes, KEY_AT);
  writeU64(bytes, start, KEY_AT + key.length);
  return bytes;
};
