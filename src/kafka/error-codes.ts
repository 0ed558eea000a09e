/**
 * What each error code of librdkafka and of the broker means for the caller: a class, and the reason
 * for it. Codes that are not here are classed by librdkafka's flags, else by `errors.ts`' default.
 */
import { createRequire } from 'node:module';
import rdkafka from 'node-rdkafka';
import type { KafkaErrorClass } from '../ports/kafka-error.js';

/** Class and reason; the reason continues a sentence after the code. */
export type CodeMeaning = readonly [kind: KafkaErrorClass, reason: string];

export const STATE = -172;
export const QUEUE_FULL = -184;
export const TIMED_OUT = -185;
export const AUTO_OFFSET_RESET = -140;
export const FATAL = -150;
export const UNKNOWN_PARTITION = -190;
export const UNKNOWN_MEMBER = 25;
export const MESSAGE_TOO_LARGE = 10;
export const UNSTABLE_OFFSETS = 88;
export const TOPIC_EXISTS = 36;
export const INVALID_PARTITIONS = 37;

const AWAY = 'no broker can be reached';
const MOVING = 'the brokers are changing their roles';
const NOT_ALLOWED = 'the broker does not allow it';
const NEWER = 'another producer has taken this transactional id, or its epoch is over';

export const CODES = {
  // The client's own.
  [-197]: ['fatal', 'the client is being destroyed'],
  [-196]: ['fatal', 'the client failed'],
  [-195]: ['retriable', AWAY],
  [-193]: ['retriable', 'a broker name cannot be resolved'],
  [-192]: ['retriable', 'the record was not acknowledged in time'],
  [UNKNOWN_PARTITION]: ['unusable', 'the topic has no such partition'],
  [-188]: ['unusable', 'there is no such topic'],
  [-187]: ['retriable', AWAY],
  [-186]: ['unusable', 'an argument or setting is refused'],
  [QUEUE_FULL]: ['retriable', "the client's queue is full"],
  [TIMED_OUT]: ['retriable', 'there was no answer in time'],
  [-181]: ['unusable', 'the TLS connection is refused'],
  [-180]: ['retriable', 'the coordinator is not known yet'],
  [-178]: ['retriable', 'the same call is under way'],
  [-177]: ['retriable', 'the call before it is under way'],
  [-173]: ['retriable', 'another call is under way'],
  [-169]: ['unusable', 'the credentials are refused'],
  [-165]: ['unusable', 'the client was built without this feature'],
  [-152]: ['retriable', 'the record was taken back from the queue'],
  [-151]: ['retriable', 'the record was taken back while it was sent'],
  [FATAL]: ['fatal', 'the client has stopped'],
  [-149]: ['abortable', 'a record of the transaction could not be delivered'],
  [-148]: ['fatal', 'a gap in the sequence of records could not be avoided'],
  [-147]: [
    'retriable',
    'polling stopped for longer than the poll interval, so the member was put out of its group',
  ],
  [-144]: ['fenced', NEWER],
  [AUTO_OFFSET_RESET]: ['unusable', 'the position is outside of the log, and none is chosen silently'],
  [-139]: ['unusable', 'the log was truncated below the position'],
  // The broker's.
  1: ['unusable', 'the position is outside of the log'],
  2: ['retriable', 'the record was damaged on its way'],
  3: ['unusable', 'there is no such topic or partition'],
  5: ['retriable', MOVING],
  6: ['retriable', MOVING],
  7: ['retriable', 'the broker had no answer in time'],
  8: ['retriable', AWAY],
  9: ['retriable', MOVING],
  [MESSAGE_TOO_LARGE]: ['unusable', 'the record is larger than is allowed'],
  13: ['retriable', AWAY],
  14: ['retriable', MOVING],
  15: ['retriable', MOVING],
  16: ['retriable', MOVING],
  17: ['unusable', 'the topic name is not allowed'],
  18: ['unusable', 'the batch is larger than is allowed'],
  19: ['retriable', 'too few replicas are in sync'],
  20: ['retriable', 'too few replicas are in sync'],
  22: ['retriable', 'the group has gone on without this member'],
  [UNKNOWN_MEMBER]: ['retriable', 'the group does not know this member'],
  27: ['retriable', 'the group is rebalancing'],
  29: ['unusable', NOT_ALLOWED],
  30: ['unusable', NOT_ALLOWED],
  31: ['unusable', NOT_ALLOWED],
  32: ['unusable', "the record's timestamp is outside of what the topic allows"],
  33: ['unusable', 'the broker does not know this security mechanism'],
  35: ['unusable', 'the broker is too old'],
  [TOPIC_EXISTS]: ['unusable', 'the topic exists'],
  [INVALID_PARTITIONS]: ['unusable', 'the number of partitions is refused'],
  38: ['unusable', 'there are fewer brokers than replicas are wanted'],
  40: ['unusable', 'a topic setting is refused'],
  41: ['retriable', MOVING],
  42: ['unusable', 'the broker refuses the request'],
  44: ['unusable', "the cluster's policy forbids it"],
  47: ['fenced', NEWER],
  48: ['fatal', 'the coordinator sees the transaction in another state'],
  51: ['retriable', 'the transaction before it is still being ended'],
  53: ['unusable', NOT_ALLOWED],
  56: ['retriable', 'a disk of the broker failed'],
  58: ['unusable', 'the credentials are refused'],
  59: ['abortable', 'the broker has forgotten this producer'],
  82: ['fenced', 'another member has this INSTANCE_ID'],
  87: ['unusable', 'the broker refuses the record'],
  [UNSTABLE_OFFSETS]: ['retriable', 'a transaction on these offsets is pending'],
  89: ['retriable', "the client's quota is used up"],
  90: ['fenced', NEWER],
  110: ['fenced', 'the group has a newer epoch of this member'],
  // KIP-848: a static member that was killed keeps its place until its session ends, so this one passes.
  111: ['fatal', 'another member has this INSTANCE_ID and has not left'],
  113: ['retriable', "the member's epoch is behind the group's"],
} satisfies Record<number, CodeMeaning>;

export const meaningOf = (code: number): CodeMeaning | undefined =>
  (CODES as Readonly<Record<number, CodeMeaning>>)[code];

const native = createRequire(import.meta.url)('node-rdkafka/librdkafka.js') as {
  err2str(code: number): string;
};

/** librdkafka's own text: `Broker: Unknown member`. */
export const textOf = (code: number): string => native.err2str(code);

/** Without its origin and in lower case: what is left of it where node-rdkafka drops the code. */
const bareText = (text: string): string => (text.split(': ')[1] ?? text).toLowerCase();

const codesByText: ReadonlyMap<string, number> = new Map(
  Object.values(rdkafka.CODES.ERRORS).map((code) => [bareText(textOf(code)), code]),
);

/**
 * Error events, delivery reports and the partitions of `committed` carry librdkafka's text and no
 * code (node-rdkafka says −1), with or without `Broker: ` before it. Undefined for any other text.
 */
export const codeOfText = (text: string): number | undefined => codesByText.get(bareText(text));
