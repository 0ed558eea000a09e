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

/** Cheaper than `sizeOnWire` for the many records that are far from any limit. */
export const mayExceed = (record: ProducedRecord, limitBytes: number): boolean => {
  const body = (record.key?.length ?? 0) + (record.value?.length ?? 0);
  return body > limitBytes / 2 ? sizeOnWire(record) > limitBytes : headersExceed(record, limitBytes / 2);
};

const headersExceed = (record: ProducedRecord, limitBytes: number): boolean => {
  let units = 0;
  for (const { value } of record.headers) units += value.length;
  return units * 3 > limitBytes && sizeOnWire(record) > limitBytes;
};
