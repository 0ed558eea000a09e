/**
 * The value of a table's entry with its timestamp, as Kafka Streams stores it (KIP-258): the timestamp (u64,
 * big-endian, milliseconds since 1970), then the bytes of the value. Encoding copies the value.
 */

import { NotRetryableError } from '../../record/record-error.js';

/** Where the value begins. */
export const VALUE_AT = 8;

const HIGH = 0x1_0000_0000;

/** `value`: a whole number from 0 to 2^53 - 1. Big-endian, so that the order of the bytes is that of the numbers. */
export const writeU64 = (target: Buffer, value: number, at: number): void => {
  target.writeUInt32BE(Math.floor(value / HIGH), at);
  target.writeUInt32BE(value % HIGH, at + 4);
};

export const readU64 = (source: Buffer, at: number): number =>
  source.readUInt32BE(at) * HIGH + source.readUInt32BE(at + 4);

export const encodeTimestamped = (timestampMs: number, value: Buffer): Buffer => {
  if (!(timestampMs >= 0))
    throw new NotRetryableError(
      'timestamp',
      `a record of a table or an aggregate has the timestamp ${timestampMs}`,
    );
  const stored = Buffer.allocUnsafe(VALUE_AT + value.length);
  writeU64(stored, timestampMs, 0);
  value.copy(stored, VALUE_AT);
  return stored;
};

export const timestampOf = (stored: Buffer): number => readU64(stored, 0);

/** A view: it must not be changed. */
export const valueOf = (stored: Buffer): Buffer => stored.subarray(VALUE_AT);
