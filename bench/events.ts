/**
 * The events that every subject of the bench works on: those of topology/user-audit/sample-events.ts, given to as
 * many users as is asked. Pure but for correlation ids; the same options give the same mix, sizes and keys.
 * Spring's headers are as Spring Kafka's JsonSerializer and DefaultKafkaHeaderMapper write them.
 */
import { randomUUID } from 'node:crypto';
import { sampleEvents } from '../topology/user-audit/sample-events.js';
import { userEventFormat, type PublishedUserEvent } from '../topology/user-audit/user-event-publisher.js';
import type { ProducedHeader } from '../src/record/record.js';

export interface EventOptions {
  /** How many users there are; an event's key is its user's id. */
  readonly keys: number;
  /** About how large a value is; absent: as the samples are, 200 to 450 bytes. */
  readonly valueBytes?: number;
}

export interface BenchEvent {
  readonly key: Buffer;
  readonly value: Buffer;
  readonly headers: readonly ProducedHeader[];
}

const SAMPLES = 1_000;
const SAMPLE_USERS = 50;
/** More than enough of them for each sample user to be registered. */
const SKIPPED = 400;
const SEED = 8;
/** One event in so many has a header that is no text, of which Spring writes the class. */
const TYPED_EVERY = 10;
const SPRING_TYPES: ProducedHeader = {
  name: 'spring_json_header_types',
  value: '{"retryCount":"java.lang.Integer"}',
};
const RETRY_COUNT: ProducedHeader = { name: 'retryCount', value: '0' };

const TIME = Date.UTC(2026, 0, 1);

/** The id of the user with that number: it looks like a random UUID. */
export const userIdOf = (user: number): string => {
  const mixed = Math.imul(user + 1, 0x9e3779b1) >>> 0;
  const low = mixed.toString(16).padStart(8, '0');
  const high = user.toString(16).padStart(12, '0');
  return `${low}-${low.slice(0, 4)}-4${low.slice(4, 7)}-a${low.slice(1, 4)}-${high}`;
};

/** Which user an event is of: every user about equally often, in no order that follows the partitions. */
export const userOf = (index: number, keys: number): number =>
  (Math.imul(index ^ (index >>> 7), 0x85ebca6b) >>> 0) % keys;

/** A field that the schemas do not know, and that readers skip. */
const padded = (data: object, valueBytes: number | undefined): object => {
  if (valueBytes === undefined) return data;
  const missing = valueBytes - JSON.stringify(data).length - ',"note":""'.length;
  return missing > 0 ? { ...data, note: 'n'.repeat(missing) } : data;
};

interface Template {
  readonly event: PublishedUserEvent;
  readonly headers: readonly ProducedHeader[];
  /** The value around the user's id and the correlation id. */
  readonly around: readonly [string, string, string];
}

const USER = '00000000-0000-4000-8000-000000000001';
const CORRELATION = '00000000-0000-4000-8000-000000000002';

const templates = ({ valueBytes }: EventOptions): readonly Template[] => {
  const next = sampleEvents({ seed: SEED, users: SAMPLE_USERS });
  for (let skipped = 0; skipped < SKIPPED; skipped += 1) next(TIME);
  const format = userEventFormat('/user-service');
  const small = valueBytes !== undefined && valueBytes < 300;
  const made: Template[] = [];
  while (made.length < SAMPLES) {
    const event = next(TIME + made.length);
    // Only these fit into so few bytes.
    if (small && event.type !== 'user.updated') continue;
    const data = {
      ...event.data,
      userId: USER,
      metadata: { ...event.data.metadata, correlationId: CORRELATION },
    };
    const text = JSON.stringify(padded(data, valueBytes));
    const [before = '', rest = ''] = text.split(USER, 2);
    const [between = '', after = ''] = rest.split(CORRELATION, 2);
    const typed = event.spring === true && made.length % TYPED_EVERY === 0;
    const headers = [...format.headers(event), ...(typed ? [RETRY_COUNT, SPRING_TYPES] : [])];
    made.push({ event, headers, around: [before, between, after] });
  }
  return made;
};

/** Calls answer the event with that number. */
export const benchEvents = (options: EventOptions): ((index: number) => BenchEvent) => {
  const all = templates(options);
  return (index) => {
    const template = all[index % all.length];
    if (template === undefined) throw new RangeError(`no event ${index}`);
    const userId = userIdOf(userOf(index, options.keys));
    const [before, between, after] = template.around;
    return {
      key: Buffer.from(userId),
      value: Buffer.from(`${before}${userId}${between}${randomUUID()}${after}`),
      headers: template.headers,
    };
  };
};
