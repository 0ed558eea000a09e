/**
 * A dead letter as it is read: where its record came from, why it is here, and what it was. Pure. Nothing in
 * it is trusted: other programs may write to the queue, and a header that is not what the service writes is
 * absent, not an error. The value stays with the record: a list needs none.
 */
import { USER_EVENT_TYPES } from '../../../topology/user-audit/user-event.js';
import type { ConsumedRecord, Headers } from '../../record/record.js';
import { EventTypeResolver, headerText, typeHeaders } from '../../record/event-type.js';
import { decodeHeaders, lastHeader } from '../../record/headers.js';
import { parseTimestamp } from '../../record/timestamps.js';
import type { EpochMs } from '../../record/units.js';
import { epochMs } from '../../record/units.js';
import type { LetterId } from './dlq-request.js';

/** The place that a record was read from. */
export interface Origin {
  readonly topic: string;
  readonly partition: number;
  readonly offset: number;
}

export interface Letter {
  readonly id: LetterId;
  /** When it was written. */
  readonly at: EpochMs;
  readonly key: Buffer | null;
  /** Null: the record has no value. */
  readonly valueBytes: number | null;
  /** `x-lanes-id`: of the source record, or of one that was redriven what its lane calls it. */
  readonly recordId: string | null;
  readonly origin: Origin | null;
  readonly originalTimestamp: EpochMs | null;
  readonly reason: string | null;
  readonly failureClass: string | null;
  readonly attempts: number | null;
  readonly firstFailure: EpochMs | null;
  /** `parked`: a notice, its record waits in a lane. `skipped`: the end of one that had been parked. */
  readonly state: 'parked' | 'skipped' | null;
  /** Offset of the notice of a skipped one. */
  readonly notice: number | null;
  /** Id of the parked head whose lane was full. */
  readonly cause: string | null;
  readonly exception: string | null;
  readonly message: string | null;
  /** Of the event, as its headers say: a known type, else the text as it is. */
  readonly type: string | null;
  readonly traceId: string | null;
}

const count = (text: string | undefined): number | null =>
  text !== undefined && /^\d{1,15}$/.test(text) ? Number(text) : null;

const time = (text: string | undefined): EpochMs | null => {
  const digits = count(text);
  return digits === null ? (parseTimestamp(text) ?? null) : epochMs(digits);
};

/** Of `topic-partition-offset`. */
export const parseRecordName = (name: string | null): Origin | null => {
  const match = /^(.+)-(\d{1,10})-(\d{1,15})$/.exec(name ?? '');
  return match === null
    ? null
    : { topic: match[1] ?? '', partition: Number(match[2]), offset: Number(match[3]) };
};

/** What the profiles of error headers call the same thing. */
const PROFILES = [
  {
    topic: '__streams.errors.topic',
    partition: '__streams.errors.partition',
    offset: '__streams.errors.offset',
    exception: '__streams.errors.exception',
    message: '__streams.errors.message',
  },
  {
    topic: 'kafka_dlt-original-topic',
    partition: 'kafka_dlt-original-partition',
    offset: 'kafka_dlt-original-offset',
    exception: 'kafka_dlt-exception-fqcn',
    message: 'kafka_dlt-exception-message',
  },
  {
    topic: '__connect.errors.topic',
    partition: '__connect.errors.partition',
    offset: '__connect.errors.offset',
    exception: '__connect.errors.exception.class.name',
    message: '__connect.errors.exception.message',
  },
] as const;

const inProfile = (headers: Headers, field: keyof (typeof PROFILES)[number]): string | undefined => {
  for (const profile of PROFILES) {
    const found = lastHeader(headers, profile[field]);
    if (found !== undefined) return found;
  }
  return undefined;
};

/** Decimal text, or as Spring writes it: 4 or 8 bytes, big-endian. No offset is so large that its bytes are digits. */
const numberIn = (headers: Headers, field: 'partition' | 'offset'): number | null => {
  const asText = count(inProfile(headers, field));
  if (asText !== null) return asText;
  const names: readonly string[] = PROFILES.map((profile) => profile[field]);
  const value = headers.findLast(({ name }) => names.includes(name))?.value;
  const read =
    value?.length === 4 ? value.readInt32BE() : value?.length === 8 ? Number(value.readBigInt64BE()) : -1;
  return Number.isSafeInteger(read) && read >= 0 ? read : null;
};

const originOf = (headers: Headers, id: string | null, sources: readonly string[] | null): Origin | null => {
  const isSource = (topic: string): boolean => sources === null || sources.includes(topic);
  const named = parseRecordName(id);
  if (named !== null && named.topic !== 'dlq' && isSource(named.topic)) return named;
  // The profile of error headers says the same.
  const topic = inProfile(headers, 'topic');
  const partition = numberIn(headers, 'partition');
  const offset = numberIn(headers, 'offset');
  return topic === undefined || partition === null || offset === null || !isSource(topic)
    ? null
    : { topic, partition, offset };
};

const TYPES = new EventTypeResolver({ known: USER_EVENT_TYPES });

const typeOf = (headers: Headers): string | null => {
  const { ceType, eventType, type, typeId } = typeHeaders(headers);
  const name = headerText(ceType) ?? headerText(eventType) ?? headerText(type) ?? headerText(typeId);
  return name === undefined ? null : (TYPES.named(name).type ?? name);
};

/** Of a W3C trace context. */
const traceIdOf = (headers: Headers): string | null =>
  /^[\da-f]{2}-([\da-f]{32})-[\da-f]{16}-/.exec(lastHeader(headers, 'traceparent') ?? '')?.[1] ?? null;

const stateOf = (text: string | undefined): Letter['state'] =>
  text === 'parked' || text === 'skipped' ? text : null;

/** `sources`: the topics whose dead letters are here; null: it is the queue of another program. */
export const letterOf = (record: ConsumedRecord, sources: readonly string[] | null): Letter => {
  const { headers } = record;
  const header = (name: string): string | undefined => lastHeader(headers, name);
  const recordId = header('x-lanes-id') ?? null;
  const exception = inProfile(headers, 'exception') ?? null;
  return {
    id: { partition: record.partition, offset: record.offset },
    at: record.timestamp,
    key: record.key && Buffer.from(record.key),
    valueBytes: record.value?.length ?? null,
    recordId,
    origin: originOf(headers, recordId, sources),
    originalTimestamp: time(header('x-lanes-timestamp')),
    // Other programs tell no reason but the exception.
    reason: header('x-lanes-reason') ?? (sources === null ? exception : null),
    failureClass: header('x-lanes-class') ?? null,
    attempts: count(header('x-lanes-attempts')),
    firstFailure: time(header('x-lanes-first-failure')),
    state: stateOf(header('x-lanes-state')),
    notice: count(header('x-lanes-notice')),
    cause: header('x-lanes-cause') ?? null,
    exception,
    message: inProfile(headers, 'message') ?? null,
    type: typeOf(headers),
    traceId: traceIdOf(headers),
  };
};

/** The headers of the record before it became a dead letter; or why they cannot be known. */
export const originalHeadersOf = (record: Pick<ConsumedRecord, 'headers'>): Headers | string => {
  try {
    return decodeHeaders(record.headers);
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
};
