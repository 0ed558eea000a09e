/**
 * The record that goes to the dead letter queue: the original key and value bytes, the original headers
 * (see headers.ts), one profile of error headers for tools that know it, and our own `x-lanes-*`.
 *
 * Promises that no header holds a value of the record: the failure's own text is written without control
 * characters and bounded; the text of a SyntaxError is withheld, because parsers quote what they read.
 * It goes to the source's partition number, with the time of writing, so that the queue's retention
 * counts from the failure.
 */
import { recordName } from './event-id.js';
import { encodeHeaders } from './headers.js';
import type { FailureReason, ProcessingFailure } from './record-error.js';
import type { ConsumedRecord, ProducedHeader, ProducedRecord } from './record.js';
import type { EpochMs } from './units.js';

/**
 * `kafka-streams`: the names of KIP-1034 (there is no stack trace here: it tells little across an
 * await, and much of the machine). `spring`: the names of Spring's DeadLetterPublishingRecoverer. Spring
 * writes partition, offset and timestamp as 4 and 8 bytes, big-endian; those are written as decimal text
 * here, because the client's published binding writes text only and such bytes begin with NULs.
 */
export type DeadLetterProfile = 'kafka-streams' | 'spring';

export interface DeadLetterFailure {
  /** In place of the record's own: how a record that was redriven is called in its lane. */
  readonly id?: string;
  readonly error: ProcessingFailure;
  /** In place of the error's own: `retries-exhausted`. */
  readonly reason?: FailureReason;
  /** Failed runs of the record, this one included. */
  readonly attempts: number;
  readonly firstFailureAt: EpochMs;
  readonly mark?: DeadLetterMark;
}

/** What a dead letter of a lane says beside why it failed. */
export type DeadLetterMark =
  /** A notice, not an end: the record waits at the head of its lane for a command. */
  | { readonly state: 'parked' }
  /** The end of a record whose notice lies at that offset of the queue, when the operator knew it. */
  | { readonly state: 'skipped'; readonly notice: number | null }
  /** It waited behind a parked head, `cause` by its id, and the lane was full. */
  | { readonly cause: string };

export interface DeadLetterOptions {
  readonly topic: string;
  readonly profile: DeadLetterProfile;
  /** For the profile `spring`. */
  readonly groupId: string;
}

export const MAX_ERROR_TEXT = 1000;

// Control characters, line separators and lone surrogates: none of them survives every tool that shows a header.
const UNSAFE =
  /[\u0000-\u001f\u007f-\u009f\u2028\u2029]|[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g;

/** One line of printable text, bounded. */
export const headerSafe = (text: string, limit = MAX_ERROR_TEXT): string => {
  const cut = text.length > limit;
  // Cut first, so that half a pair of surrogates at the cut is replaced like any other.
  const safe = (cut ? text.slice(0, limit - 1) : text).replace(UNSAFE, (bad) =>
    bad >= '\ud800' && bad <= '\udfff' ? '\ufffd' : ' ',
  );
  return cut ? `${safe}…` : safe;
};

const messageOf = (error: ProcessingFailure): string =>
  error.cause instanceof SyntaxError
    ? 'SyntaxError: text withheld, it may quote the record'
    : headerSafe(error.message);

const causeName = (error: ProcessingFailure): string | undefined =>
  error.cause instanceof Error ? headerSafe(error.cause.name, 100) : undefined;

type ProfileHeaders = (
  record: ConsumedRecord,
  error: ProcessingFailure,
  options: DeadLetterOptions,
) => ProducedHeader[];

const PROFILES = {
  'kafka-streams': (record, error) => [
    { name: '__streams.errors.exception', value: error.name },
    { name: '__streams.errors.message', value: messageOf(error) },
    { name: '__streams.errors.topic', value: record.topic },
    { name: '__streams.errors.partition', value: String(record.partition) },
    { name: '__streams.errors.offset', value: String(record.offset) },
  ],
  spring: (record, error, { groupId }) => {
    const cause = causeName(error);
    return [
      { name: 'kafka_dlt-exception-fqcn', value: error.name },
      ...(cause === undefined ? [] : [{ name: 'kafka_dlt-exception-cause-fqcn', value: cause }]),
      { name: 'kafka_dlt-exception-message', value: messageOf(error) },
      { name: 'kafka_dlt-original-topic', value: record.topic },
      { name: 'kafka_dlt-original-partition', value: String(record.partition) },
      { name: 'kafka_dlt-original-offset', value: String(record.offset) },
      { name: 'kafka_dlt-original-timestamp', value: String(record.timestamp) },
      { name: 'kafka_dlt-original-consumer-group', value: headerSafe(groupId, 255) },
    ];
  },
} satisfies Record<DeadLetterProfile, ProfileHeaders>;

export const deadLetterRecord = (
  record: ConsumedRecord,
  failure: DeadLetterFailure,
  options: DeadLetterOptions,
): ProducedRecord => ({
  topic: options.topic,
  partition: record.partition,
  key: record.key,
  value: record.value,
  headers: [
    ...encodeHeaders(record.headers),
    ...PROFILES[options.profile](record, failure.error, options),
    { name: 'x-lanes-id', value: failure.id ?? recordName(record.topic, record.partition, record.offset) },
    { name: 'x-lanes-attempts', value: String(failure.attempts) },
    { name: 'x-lanes-first-failure', value: new Date(failure.firstFailureAt).toISOString() },
    { name: 'x-lanes-reason', value: headerSafe(failure.reason ?? failure.error.reason, 100) },
    { name: 'x-lanes-class', value: failure.error.retryable ? 'retryable' : 'not-retryable' },
    { name: 'x-lanes-timestamp', value: String(record.timestamp) },
    ...markHeaders(failure.mark),
  ],
});

const markHeaders = (mark: DeadLetterMark | undefined): ProducedHeader[] => {
  if (mark === undefined) return [];
  if ('cause' in mark) return [{ name: 'x-lanes-cause', value: mark.cause }];
  const state = { name: 'x-lanes-state', value: mark.state };
  if (mark.state === 'parked' || mark.notice === null) return [state];
  return [state, { name: 'x-lanes-notice', value: String(mark.notice) }];
};
