/**
 * The windows of a windowed aggregate, and the stream time that it has seen, in one store: both are restored together.
 *
 * | key | value |
 * |---|---|
 * | 0x00 | observed stream time: u64 |
 * | 0x01, start of the window: u64, bytes of the key | timestamp: u64, bytes of the aggregate |
 *
 * u64 is big-endian and in milliseconds, so that entries are in the order of their windows and all that have expired
 * are at the front. Stream time is kept because it decides what is late: Kafka Streams forgets it with a restart, and
 * then takes late records again until it has caught up.
 * Promises: no entry is deleted that a record can still reach.
 */
import type { RecordPass } from './record-pass.js';
import type { HeaderSource } from '../record.js';
import type { StoreView } from './store-overlay.js';
import type { StoreSpec } from '../graph/store-spec.js';
import { TimestampedStore } from './timestamped-store.js';
import { readU64, writeU64 } from './timestamped-value.js';
import type { WindowAggregateOperator } from '../graph/topology-node.js';

export const STREAM_TIME_KEY = Buffer.of(0);
const WINDOW = 1;
const KEY_AT = 9;

/** -1: nothing has been seen. */
export const readStreamTime = (view: StoreView): number => {
  const stored = view.get(STREAM_TIME_KEY);
  return stored === null ? -1 : readU64(stored, 0);
};

export const writeStreamTime = (view: StoreView, streamTimeMs: number): void => {
  const stored = Buffer.allocUnsafe(8);
  writeU64(stored, streamTimeMs, 0);
  view.put(STREAM_TIME_KEY, stored);
};

/** The smallest key of what begins with this byte and this time. */
export const firstKeyAt = (kind: number, timeMs: number): Buffer => {
  const key = Buffer.allocUnsafe(KEY_AT);
  key[0] = kind;
  writeU64(key, timeMs, 1);
  return key;
};

export class WindowStore extends TimestampedStore {
  /** Windows that begin so long before stream time, or earlier, are dropped. */
  readonly retentionMs: number;

  constructor(spec: StoreSpec, { sizeMs, graceMs }: WindowAggregateOperator['windows']) {
    super(spec);
    this.retentionMs = Math.max(sizeMs + graceMs, spec.retentionMs ?? 0);
  }

  /** What stream time is with a record of this timestamp; windows that have expired by then are deleted. */
  observe(timestampMs: number, pass: RecordPass): number {
    const view = pass.store(this.serdes.store);
    const observed = readStreamTime(view);
    if (timestampMs <= observed) return observed;
    const expiredMs = timestampMs - this.retentionMs;
    if (expiredMs >= 0) {
      const expired = view.entries(firstKeyAt(WINDOW, 0), firstKeyAt(WINDOW, expiredMs + 1));
      for (const [key] of expired) view.put(key, null);
    }
    writeStreamTime(view, timestampMs);
    return timestampMs;
  }

  /** The bytes may be kept. */
  entryKey(key: unknown, startMs: number, from: HeaderSource, pass: RecordPass): Buffer {
    return Buffer.concat([firstKeyAt(WINDOW, startMs), this.serdes.keyBytes(key, pass, from)]);
  }
}
