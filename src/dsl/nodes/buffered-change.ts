/**
 * A change of a table that is kept for later, as bytes: timestamp (u64, big-endian, milliseconds), then the fields
 * new value, value before, and of each header its name and its value. A field is its length (i32, big-endian; -1: null)
 * and its bytes.
 */
import type { Header, Headers } from '../../record/record.js';
import { readU64, writeU64 } from './timestamped-value.js';

export interface BufferedChange {
  readonly timestampMs: number;
  /** null: deleted. Here and below a view of the bytes when it was read. */
  readonly value: Buffer | null;
  readonly before: Buffer | null;
  readonly headers: Headers;
}

const FIELDS_AT = 8;
const LENGTH_BYTES = 4;

export const encodeBufferedChange = ({ timestampMs, value, before, headers }: BufferedChange): Buffer => {
  const fields = [value, before, ...headers.flatMap((header) => [Buffer.from(header.name), header.value])];
  const size = fields.reduce((sum, field) => sum + LENGTH_BYTES + (field?.length ?? 0), FIELDS_AT);
  const bytes = Buffer.allocUnsafe(size);
  writeU64(bytes, timestampMs, 0);
  let at = FIELDS_AT;
  for (const field of fields) {
    at = bytes.writeInt32BE(field?.length ?? -1, at);
    if (field !== null) at += field.copy(bytes, at);
  }
  return bytes;
};

export const decodeBufferedChange = (bytes: Buffer): BufferedChange => {
  const [value = null, before = null, ...rest] = fieldsOf(bytes);
  const headers: Header[] = [];
  for (let at = 0; at + 1 < rest.length; at += 2)
    headers.push({ name: rest[at]?.toString('utf8') ?? '', value: rest[at + 1] ?? null });
  return { timestampMs: readU64(bytes, 0), value, before, headers };
};

const fieldsOf = (bytes: Buffer): (Buffer | null)[] => {
  const fields: (Buffer | null)[] = [];
  for (let at = FIELDS_AT; at < bytes.length;) {
    const length = bytes.readInt32BE(at);
    const from = at + LENGTH_BYTES;
    at = from + Math.max(0, length);
    fields.push(length < 0 ? null : bytes.subarray(from, at));
  }
  return fields;
};
