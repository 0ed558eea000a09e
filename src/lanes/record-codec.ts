/**
 * A record as bytes: what a follower has for its value in the lane log. Binary-safe: null and empty keys,
 * values and headers stay apart, and nothing is text that was not. Pure.
 *
 * Layout (big-endian): version u8, partition u32, offset u64, timestamp f64, topic, key, value, header count
 * u32, then name and value of each. A byte string is its length as i32, −1 for null, and its bytes. The
 * timestamp is the number that the client gave: a producer may write any 64 bits, and it rounds them.
 * Promises that what decodes encodes to the same bytes: damage is refused, or it is another whole record.
 */
import { isUtf8 } from 'node:buffer';
import { NotRetryableError } from '../record/record-error.js';
import type { ConsumedRecord, Header } from '../record/record.js';
import { epochMs, offset, partition } from '../record/units.js';
import { ownedBytes, waitingBytes } from './owned-bytes.js';
import { writeOffset } from './write-offset.js';

const VERSION = 1;
const FIXED_BYTES = 1 + 4 + 8 + 8 + 4;
const LENGTH_BYTES = 4;

const sizeOf = (bytes: Buffer | null): number => LENGTH_BYTES + (bytes?.length ?? 0);

/** Topics and names of headers are few, and come again with every record. */
const NAMES = new Map<string, Buffer>();
const MOST_NAMES = 256;
const LONGEST_KEPT_NAME = 256;

const nameBytes = (name: string): Buffer => {
  const known = NAMES.get(name);
  if (known !== undefined) return known;
  const bytes = Buffer.from(name);
  if (name.length <= LONGEST_KEPT_NAME && NAMES.size < MOST_NAMES) NAMES.set(name, bytes);
  return bytes;
};

/** The bytes are of no batch and of no pool of Node's. */
export const encodeRecord = (record: ConsumedRecord): Buffer => {
  const { headers, key, offset: place, value } = record;
  const topic = nameBytes(record.topic);
  let size = FIXED_BYTES + sizeOf(topic) + sizeOf(key) + sizeOf(value);
  for (const header of headers) size += sizeOf(nameBytes(header.name)) + sizeOf(header.value);
  const into = waitingBytes(size);
  let at = into.writeUInt8(VERSION, 0);
  at = into.writeUInt32BE(record.partition, at);
  at = writeOffset(into, place, at);
  at = into.writeDoubleBE(record.timestamp, at);
  const write = (bytes: Buffer | null): void => {
    at = into.writeInt32BE(bytes?.length ?? -1, at);
    if (bytes === null) return;
    into.set(bytes, at);
    at += bytes.length;
  };
  write(topic);
  write(key);
  write(value);
  at = into.writeUInt32BE(headers.length, at);
  for (const header of headers) {
    write(nameBytes(header.name));
    write(header.value);
  }
  return into;
};

const corrupt = (cause: unknown): NotRetryableError =>
  new NotRetryableError('deserialization', 'a record in the lane log cannot be read', { cause });

/** The record owns its bytes, in one block. Throws NotRetryableError: what cannot be read must refuse the partition. */
export const decodeRecord = (from: Buffer): ConsumedRecord => decodeOwned(ownedBytes(from));

/** The same of bytes that are nobody else's to change: the record looks into them. */
export const decodeOwned = (from: Buffer): ConsumedRecord => {
  try {
    return read(from);
  } catch (cause) {
    throw corrupt(cause);
  }
};

const read = (from: Buffer): ConsumedRecord => {
  if (from.readUInt8(0) !== VERSION) throw new RangeError(`its version is not ${VERSION}`);
  let at = 21;
  const bytes = (): Buffer | null => {
    const length = from.readInt32BE(at);
    at += LENGTH_BYTES;
    if (length === -1) return null;
    if (length < 0) throw new RangeError('a length is negative');
    if (at + length > from.length) throw new RangeError('it ends too early');
    at += length;
    return from.subarray(at - length, at);
  };
  const text = (): string => {
    const of = bytes();
    if (of === null || !isUtf8(of)) throw new RangeError('a name is no text');
    return of.toString();
  };
  const topic = text();
  const key = bytes();
  const value = bytes();
  const count = from.readUInt32BE(at);
  at += LENGTH_BYTES;
  const headers: Header[] = [];
  for (let i = 0; i < count; i++) headers.push({ name: text(), value: bytes() });
  if (at !== from.length) throw new RangeError('something follows it');
  const place = Number(from.readBigUInt64BE(5));
  const timestamp = from.readDoubleBE(13);
  if (!Number.isSafeInteger(place)) throw new RangeError('its offset is none');
  if (!Number.isInteger(timestamp)) throw new RangeError('its timestamp is none');
  return {
    topic,
    partition: partition(from.readUInt32BE(1)),
    offset: offset(place),
    timestamp: epochMs(timestamp),
    key,
    value,
    headers,
  };
};
