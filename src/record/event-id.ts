/**
 * The id of what is made from a record: a UUIDv5 (RFC 9562 §5.5) of its place, so that every re-delivery
 * of the same record gives the same id and no two records share one.
 * The hashed name is the text `topic-partition-offset`, which is also the causation id: whoever holds
 * that can compute the id. Topic names are ASCII, and partition and offset are its last two parts.
 */
import { hash } from 'node:crypto';
import { latin1Text } from './latin1-text.js';
import type { Digest } from './numbered-sha1.js';
import { NumberedSha1 } from './numbered-sha1.js';

/** Fixed for ever: another namespace would give re-delivered records a new id. */
export const EVENT_ID_NAMESPACE = 'ab92455b-dda1-4c67-a3b1-30e77d89cc60';

/** `topic-partition-offset`: the causation id, the idempotency key for outside calls, and what the id is made of. */
export const recordName = (topic: string, partition: number, offset: number): string =>
  topic.length > LONGEST_TOPIC
    ? `${topic}-${partition}-${offset}`
    : `${namesOf(topic, partition).prefix}${offset}`;

/** Of what Kafka allows. */
const LONGEST_TOPIC = 249;

const NAMESPACE_BYTES = Buffer.from(EVENT_ID_NAMESPACE.replaceAll('-', ''), 'hex');

/** Beyond the longest topic name (249), two numbers and signs. */
const MAX_NAME_BYTES = 496;

const nameBytes = (name: string): Buffer => {
  const bytes = Buffer.from(name, 'utf8');
  if (bytes.length >= MAX_NAME_BYTES) throw new RangeError('the name of an event id is too long');
  return Buffer.concat([NAMESPACE_BYTES, bytes]);
};

/** Of any name. */
const digestOf = (name: string): Digest => {
  const digest = hash('sha1', nameBytes(name), 'buffer');
  return [digest.readInt32BE(0), digest.readInt32BE(4), digest.readInt32BE(8), digest.readInt32BE(12)];
};

/** What all names of one partition begin with, prepared: every record has an id. */
class NamesOfPartition {
  /** `topic-partition-`. */
  readonly prefix: string;
  #sha1: NumberedSha1 | undefined;

  constructor(
    readonly topic: string,
    readonly partition: number,
  ) {
    // One text, and not the parts of one.
    this.prefix = Buffer.from(`${topic}-${partition}-`).toString();
  }

  digest(offset: number): Digest {
    this.#sha1 ??= new NumberedSha1(nameBytes(this.prefix));
    return this.#sha1.digest(offset) ?? digestOf(`${this.prefix}${offset}`);
  }
}

/** By topic and partition. Far more than a process has of its own; no stranger makes it grow for ever. */
const prepared = new Map<string, NamesOfPartition>();
const MOST_PREPARED = 4_096;
/** Of the last record: they come in runs of one partition. */
let last: NamesOfPartition | undefined;

const namesOf = (topic: string, partition: number): NamesOfPartition => {
  if (last?.partition === partition && last.topic === topic) return last;
  const place = `${topic}-${partition}`;
  last = prepared.get(place);
  if (last !== undefined) return last;
  if (prepared.size >= MOST_PREPARED) prepared.clear();
  prepared.set(place, (last = new NamesOfPartition(topic, partition)));
  return last;
};

/** Written and read within one call only. Read from it, an id is one flat text: it is kept until its commit. */
const UUID_LENGTH = 36;
const text = Buffer.alloc(UUID_LENGTH, '-');
const DIGITS = Buffer.from('0123456789abcdef');
/** Of each byte its first and its second hexadecimal digit. */
const FIRST = Uint8Array.from({ length: 256 }, (_, byte) => DIGITS[byte >> 4] ?? 0);
const SECOND = Uint8Array.from({ length: 256 }, (_, byte) => DIGITS[byte & 15] ?? 0);

/** Of the lower two bytes: `8-4-4-4-12` has no dash within four digits. */
const putFour = (at: number, bits: number): void => {
  const high = (bits >>> 8) & 255;
  const low = bits & 255;
  text[at] = FIRST[high] ?? 0;
  text[at + 1] = SECOND[high] ?? 0;
  text[at + 2] = FIRST[low] ?? 0;
  text[at + 3] = SECOND[low] ?? 0;
};

const uuidOf = ([a, b, c, d]: Digest): string => {
  putFour(0, a >>> 16);
  putFour(4, a);
  putFour(9, b >>> 16);
  // Version 5, and RFC 9562's variant.
  putFour(14, (b & 0x0fff) | 0x5000);
  putFour(19, ((c >>> 16) & 0x3fff) | 0x8000);
  putFour(24, c);
  putFour(28, d >>> 16);
  putFour(32, d);
  return latin1Text(text, 0, UUID_LENGTH);
};

/** The UUIDv5 of any name in this project's namespace; names of up to 495 bytes of UTF-8. */
export const uuidV5 = (name: string): string => uuidOf(digestOf(name));

/** The id of the one event that is made from this record. Throws RangeError for a topic with twice as many bytes as Kafka allows. */
export const eventId = (topic: string, partition: number, offset: number): string =>
  uuidOf(namesOf(topic, partition).digest(offset));
