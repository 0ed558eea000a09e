/** How large a record is for the broker's limits, known before it is produced. */
import type { OutputRecord } from './output-record.js';
import type { Serialized } from './serde.js';
import { MOST_BYTES_PER_UNIT } from './utf8-text.js';

/** Room in internal topics' `max.message.bytes` for what the engine adds to a record, in bytes. */
export const HEADER_BUDGET_BYTES = 65_536;

/** A batch of one: the record batch's header (61 bytes, KIP-98) and the record's own varints, rounded up. */
const FRAME_BYTES = 128;
const HEADER_FRAME_BYTES = 10;

const sizeOf = (value: Serialized): number =>
  typeof value === 'string' ? Buffer.byteLength(value) : (value?.length ?? 0);

const mostOf = (value: Serialized): number =>
  typeof value === 'string' ? MOST_BYTES_PER_UNIT * value.length : (value?.length ?? 0);

export const sizeOnWire = (record: OutputRecord): number => {
  let bytes = FRAME_BYTES + (record.key?.length ?? 0) + sizeOf(record.value);
  for (const { name, value } of record.headers) {
    bytes += HEADER_FRAME_BYTES + Buffer.byteLength(name) + Buffer.byteLength(value);
  }
  return bytes;
};

/** `sizeOnWire(record) > limitBytes`, cheaper for the many records that are far from any limit. */
export const exceeds = (record: OutputRecord, limitBytes: number): boolean => {
  let atMost = FRAME_BYTES + (record.key?.length ?? 0) + mostOf(record.value);
  for (const { name, value } of record.headers)
    atMost += HEADER_FRAME_BYTES + MOST_BYTES_PER_UNIT * (name.length + value.length);
  return atMost > limitBytes && sizeOnWire(record) > limitBytes;
};
