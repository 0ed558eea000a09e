/** How large a record is for the broker's limits, known before it is produced. */
import type { ProducedRecord } from './record.js';

/** Room in internal topics' `max.message.bytes` for what the engine adds to a record, in bytes. */
export const HEADER_BUDGET_BYTES = 65_536;

/** A batch of one: the record batch's header (61 bytes, KIP-98) and the record's own varints, rounded up. */
const FRAME_BYTES = 128;
const HEADER_FRAME_BYTES = 10;

export const sizeOnWire = (record: ProducedRecord): number => {
  let bytes = FRAME_BYTES + (record.key?.length ?? 0) + (record.value?.length ?? 0);
  for (const { name, value } of record.headers) {
    bytes += HEADER_FRAME_BYTES + Buffer.byteLength(name) + Buffer.byteLength(value);
  }
  return bytes;
};

/** `sizeOnWire(record) > limitBytes`, cheaper for the many records that are far from any limit. */
export const exceeds = (record: ProducedRecord, limitBytes: number): boolean => {
  let atMost = FRAME_BYTES + (record.key?.length ?? 0) + (record.value?.length ?? 0);
  // A UTF-16 unit is at most three bytes of UTF-8.
  for (const { name, value } of record.headers)
    atMost += HEADER_FRAME_BYTES + 3 * (name.length + value.length);
  return atMost > limitBytes && sizeOnWire(record) > limitBytes;
};
