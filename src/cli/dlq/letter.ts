/**
 * A dead letter as it is read: where its record came from, why it is here, and what it was. Pure. Nothing in
 * it is trusted: other programs may write to the queue, and a header that is not what the service writes is
 * absent, not an error. The value stays with the record: a list needs none.
 */
import type { ConsumedRecord, Headers } from '../../record/record.js';
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
] as const;

const inProfile = (headers: Headers, field: keyof (typeof PROFILES)[number]): string | undefined => {
  for (const profile of PROFILES) {
    const found = lastHeader(headers, profile[field]);
    if (found !== undefined) return found;
  }
  return undefined;
};

const originOf = (headers: Headers, id: string | null, sources: readonly string[]): Origin | null => {
  const named = parseRecordName(id);
  if (named !== null && sources.includes(named.topic)) return named;
  // The profile of error headers says the same.
  const topic = inProfile(headers, 'topic');
  const partition = count(inProfile(headers, 'partition'));
  const offset = count(inProfile(headers, 'offset'));
  return topic === undefined || partition === null || offset === null || !sources.includes(topic)
    ? null
    : { topic, partition, offset };
};

const stateOf = (text: string | undefined): Letter['state'] =>
  text === 'parked' || text === 'skipped' ? text : null;

/** `sources`: the topics whose dead letters are here. */
export const letterOf = (record: ConsumedRecord, sources: readonly string[]): Letter => {
  const { headers } = record;
  const header = (name: string): string | undefined => lastHeader(headers, name);
  const recordId = header('x-lanes-id') ?? null;
  return {
    id: { partition: record.partition, offset: record.offset },
    at: record.timestamp,
    key: record.key && Buffer.from(record.key),
    valueBytes: record.value?.length ?? null,
    recordId,
    origin: originOf(headers, recordId, sources),
    originalTimestamp: time(header('x-lanes-timestamp')),
    reason: header('x-lanes-reason') ?? null,
    failureClass: header('x-lanes-class') ?? null,
    attempts: count(header('x-lanes-attempts')),
    firstFailure: time(header('x-lanes-first-failure')),
    state: stateOf(header('x-lanes-state')),
    notice: count(header('x-lanes-notice')),
    cause: header('x-lanes-cause') ?? null,
    exception: inProfile(headers, 'exception') ?? null,
    message: inProfile(headers, 'message') ?? null,
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
