/**
 * The id of what is made from a record: a UUIDv5 (RFC 9562 §5.5) of its place, so that every re-delivery
 * of the same record gives the same id and no two records share one.
 * The hashed name is the text `topic-partition-offset`, which is also the causation id: whoever holds
 * that can compute the id. Topic names are ASCII, and partition and offset are its last two parts.
 */
import { hash } from 'node:crypto';
import type { Digest } from './prefixed-sha1.js';
import { PrefixedSha1 } from './prefixed-sha1.js';

/** Fixed for ever: another namespace would give re-delivered records a new id. */
export const EVENT_ID_NAMESPACE = 'ab92455b-dda1-4c67-a3b1-30e77d89cc60';

/** `topic-partition-offset`: the causation id, the idempotency key for outside calls, and what the id is made of. */
export const recordName = (topic: string, partition: number, offset: number): string =>
  `${topic}-${partition}-${offset}`;

const NAMESPACE_BYTES = Buffer.from(EVENT_ID_NAMESPACE.replaceAll('-', ''), 'hex');
/** Every record has an id, and names are ASCII but for those of strangers: `node:crypto` has the others. */
const sha1 = new PrefixedSha1(NAMESPACE_BYTES);

/** Beyond the longest topic name (249), two numbers and signs. */
const MAX_NAME_BYTES = 496;

const longDigest = (name: string): Digest => {
  const bytes = Buffer.from(name, 'utf8');
  if (bytes.length >= MAX_NAME_BYTES) throw new RangeError('the name of an event id is too long');
  const digest = hash('sha1', Buffer.concat([NAMESPACE_BYTES, bytes]), 'buffer');
  return [digest.readInt32BE(0), digest.readInt32BE(4), digest.readInt32BE(8), digest.readInt32BE(12)];
};

/** Written and read within one call only. Read from it, an id is one flat text: it is kept until its commit. */
const text = Buffer.alloc(36, '-');
const DIGITS = Buffer.from('0123456789abcdef');
/** Where each of the 16 bytes stands in `8-4-4-4-12`. */
const PLACES = [0, 2, 4, 6, 9, 11, 14, 16, 19, 21, 24, 26, 28, 30, 32, 34];

const putByte = (at: number, byte: number): void => {
  const place = PLACES[at] ?? 0;
  text[place] = DIGITS[byte >> 4] ?? 0;
  text[place + 1] = DIGITS[byte & 15] ?? 0;
};

const putWord = (at: number, word: number): void => {
  putByte(at, word >>> 24);
  putByte(at + 1, (word >>> 16) & 255);
  putByte(at + 2, (word >>> 8) & 255);
  putByte(at + 3, word & 255);
};

/** The UUIDv5 of any name in this project's namespace; names of up to 495 bytes of UTF-8. */
export const uuidV5 = (name: string): string => {
  const [a, b, c, d] = sha1.digest(name) ?? longDigest(name);
  putWord(0, a);
  // Version 5, and RFC 9562's variant.
  putWord(4, (b & 0xffff0fff) | 0x5000);
  putWord(8, (c & 0x3fffffff) | 0x80000000);
  putWord(12, d);
  return text.toString('latin1');
};

/** The id of the one event that is made from this record. */
export const eventId = (topic: string, partition: number, offset: number): string =>
  uuidV5(recordName(topic, partition, offset));
