/**
 * The id of what is made from a record: a UUIDv5 (RFC 9562 §5.5) of its place, so that every re-delivery
 * of the same record gives the same id and no two records share one.
 * The hashed name is the text `topic-partition-offset`, which is also the causation id: whoever holds
 * that can compute the id. Topic names are ASCII, and partition and offset are its last two parts.
 */
import { hash } from 'node:crypto';

/** Fixed for ever: another namespace would give re-delivered records a new id. */
export const EVENT_ID_NAMESPACE = 'ab92455b-dda1-4c67-a3b1-30e77d89cc60';

/** `topic-partition-offset`: the causation id, the idempotency key for outside calls, and what the id is made of. */
export const recordName = (topic: string, partition: number, offset: number): string =>
  `${topic}-${partition}-${offset}`;

const NAMESPACE_BYTES = Buffer.from(EVENT_ID_NAMESPACE.replaceAll('-', ''), 'hex');
/** 16 bytes of namespace, 249 of the longest topic name, 2 x 17 of numbers and signs. Used within one call only. */
const scratch = Buffer.alloc(512);
NAMESPACE_BYTES.copy(scratch);

const VARIANT = ['8', '9', 'a', 'b'];

/** The UUIDv5 of any name in this project's namespace; names of up to 496 bytes of UTF-8. */
export const uuidV5 = (name: string): string => {
  const length = 16 + scratch.write(name, 16, 'utf8');
  if (length >= scratch.length) throw new RangeError('the name of an event id is too long');
  const digest = hash('sha1', scratch.subarray(0, length), 'hex');
  const variant = VARIANT[Number.parseInt(digest.charAt(16), 16) & 3] ?? '8';
  return `${digest.slice(0, 8)}-${digest.slice(8, 12)}-5${digest.slice(13, 16)}-${variant}${digest.slice(17, 20)}-${digest.slice(20, 32)}`;
};

/** The id of the one event that is made from this record. */
export const eventId = (topic: string, partition: number, offset: number): string =>
  uuidV5(recordName(topic, partition, offset));
