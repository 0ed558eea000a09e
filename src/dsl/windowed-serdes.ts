/**
 * Windowed keys as bytes, as Kafka Streams' `TimeWindowedSerializer` writes them: the key's bytes, then the start
 * of the window (u64, big-endian, milliseconds). The end is not written: reading needs to know the size.
 */
import { partitionForKey } from '../record/murmur2.js';
import { NotRetryableError } from '../record/record-error.js';
import { NO_HEADERS } from '../record/record.js';
import { serializedBytes, type Serde, type SerdeContext } from '../record/serde.js';
import type { Windowed } from './windowed.js';

const START_BYTES = 8;

export class TimeWindowedSerde<K> implements Serde<Windowed<K>> {
  constructor(
    /** Of the key without its window. */
    readonly inner: Serde<K>,
    private readonly windowSizeMs: number,
  ) {}

  serialize({ key, window }: Windowed<K>, context: SerdeContext): Buffer {
    const bytes = serializedBytes(this.inner.serialize(key, context));
    if (bytes === null) throw new NotRetryableError('serialization', 'the key of a window cannot be null');
    const start = Buffer.allocUnsafe(START_BYTES);
    start.writeBigUInt64BE(BigInt(window.start));
    return Buffer.concat([bytes, start]);
  }

  deserialize(data: Buffer | null, context: SerdeContext): Windowed<K> {
    if (data === null) throw new NotRetryableError('null-value', 'null where a windowed key is expected');
    const end = data.length - START_BYTES;
    const start = end < 0 ? NaN : Number(data.readBigUInt64BE(end));
    if (!Number.isSafeInteger(start + this.windowSizeMs))
      throw new NotRetryableError('deserialization', 'the bytes are not a windowed key');
    return {
      key: this.inner.deserialize(data.subarray(0, end), context),
      window: { start, end: start + this.windowSizeMs },
    };
  }

  /** All windows of a key are on the partition of the key, as Kafka Streams puts them. */
  partition(topic: string, { key }: Windowed<K>, partitions: number): number {
    const bytes = serializedBytes(this.inner.serialize(key, { topic, headers: NO_HEADERS, isKey: true }));
    return bytes === null ? 0 : partitionForKey(bytes, partitions);
  }
}

export const WindowedSerdes = {
  /** `windowSizeMs`: of the windows that are read. */
  timeWindowedSerdeFrom: <K>(inner: Serde<K>, windowSizeMs: number): Serde<Windowed<K>> =>
    new TimeWindowedSerde(inner, windowSizeMs),
};
