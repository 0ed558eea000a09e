/**
 * The mixed load of the broker tests: user events of every type in every encoding that DESIGN §4 names, and
 * records that can never succeed, each with where it must end. Seeded: the same seed gives the same records.
 *
 * What is expected is known by construction. Must never call the code under test, or it would agree with it
 * whatever it does. Every record is unique, by its correlation id or by the header `test-id`.
 */
import { Random } from '../../src/testing/random.js';
import type { RawHeader, RawRecord } from './record-tool.js';

export interface ExpectedAudit {
  readonly to: 'audit';
  readonly eventType: string;
  readonly userId: string;
  readonly action: string;
  readonly status: string;
  readonly timestamp: string;
  readonly source: string;
  /** The id that the producer gave the event; `place` where it gave none. */
  readonly causationId: string;
}

export interface ExpectedDeadLetter {
  readonly to: 'dlq';
  readonly reason: string;
}

export interface HostileRecord extends RawRecord {
  /** The correlation id of its event, or what stands in the header `test-id`. */
  readonly id: string;
  /** What is particular about it. */
  readonly what: string;
  readonly expected: ExpectedAudit | ExpectedDeadLetter;
}

const SOURCE = 'user-service';
const FIRST_TIME_MS = Date.UTC(2026, 1, 3, 4, 5, 6, 789);
const HUGE_BYTES = 900_000;
/** The source takes it; with what an audit event adds it is above MAX_MESSAGE_BYTES. */
const NEAR_LIMIT_BYTES = 999_600;

interface Event {
  readonly type: 'user.registered' | 'user.updated' | 'user.auth';
  readonly action: string;
  readonly status: string;
  readonly correlationId: string;
  /** Without the timestamp, which encodings write differently. */
  readonly fields: { readonly userId: string; readonly metadata: object } & Readonly<Record<string, unknown>>;
  readonly timeMs: number;
}

interface Written {
  readonly headers: readonly RawHeader[];
  readonly value: Buffer;
  readonly causationId?: string;
}

const header = (name: string, value: string | Buffer | null): RawHeader => ({
  name,
  value: typeof value === 'string' ? Buffer.from(value) : value,
});

const CLASS_NAMES = {
  'user.registered': 'UserRegisteredEvent',
  'user.updated': 'UserUpdatedEvent',
  'user.auth': 'UserAuthEvent',
} as const;

const iso = (timeMs: number): string => new Date(timeMs).toISOString();
const quoted = (timeMs: number): string => JSON.stringify(iso(timeMs));

/** `time` is JSON text. Extra fields come first, so that they cannot hide behind the others. */
const json = (event: Event, time: string = quoted(event.timeMs), extra: object = {}): string =>
  JSON.stringify({ ...extra, ...event.fields, timestamp: '@time@' }).replace('"@time@"', time);

const spring = (event: Event): RawHeader =>
  header('__TypeId__', `com.acme.users.events.${CLASS_NAMES[event.type]}`);

const framed = (text: string | Buffer): Buffer =>
  Buffer.concat([Buffer.from([0, 0, 0, 0, 42]), Buffer.from(text)]);

/** The same moment, two hours east of Greenwich. */
const eastern = (timeMs: number): string =>
  JSON.stringify(iso(timeMs + 7_200_000).replace('Z', '+02:00[Europe/Athens]'));

const jacksonSeconds = (timeMs: number): string =>
  `${Math.floor(timeMs / 1000)}.${String(timeMs % 1000).padStart(3, '0')}000000`;

const structured = (event: Event, data: string, id: string): string =>
  `{"specversion":"1.0","id":"${id}","source":"/${SOURCE}","type":"${event.type}",${data}}`;

const CLOUD_EVENT = header('content-type', 'application/cloudevents+json; charset=utf-8');

const ENCODINGS = {
  'plain JSON, ce_type': (event) => ({
    headers: [header('ce_type', event.type)],
    value: Buffer.from(json(event)),
  }),
  'CloudEvent, binary mode': (event) => ({
    headers: [
      header('ce_specversion', '1.0'),
      header('ce_id', `event-${event.correlationId}`),
      header('ce_type', `com.acme.${event.type}.v1`),
      header('ce_source', `/${SOURCE}`),
      header('content-type', 'application/json'),
      header('traceparent', '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01'),
    ],
    value: Buffer.from(json(event)),
    causationId: `event-${event.correlationId}`,
  }),
  'CloudEvent, structured mode': (event) => ({
    headers: [CLOUD_EVENT],
    value: Buffer.from(structured(event, `"data":${json(event)}`, `event-${event.correlationId}`)),
    causationId: `event-${event.correlationId}`,
  }),
  'CloudEvent, structured mode, base64': (event) => ({
    headers: [CLOUD_EVENT],
    value: Buffer.from(
      structured(
        event,
        `"data_base64":"${Buffer.from(json(event)).toString('base64')}"`,
        event.correlationId,
      ),
    ),
    causationId: event.correlationId,
  }),
  'Confluent framing, Spring type': (event) => ({ headers: [spring(event)], value: framed(json(event)) }),
  'Spring type': (event) => ({ headers: [spring(event)], value: Buffer.from(json(event)) }),
  'Spring type, Jackson seconds': (event) => ({
    headers: [spring(event)],
    value: Buffer.from(json(event, jacksonSeconds(event.timeMs))),
  }),
  'Spring type, Jackson milliseconds': (event) => ({
    headers: [spring(event)],
    value: Buffer.from(json(event, String(event.timeMs))),
  }),
  'header eventType, zoned time': (event) => ({
    headers: [header('eventType', CLASS_NAMES[event.type])],
    value: Buffer.from(json(event, eastern(event.timeMs))),
  }),
  'payload eventType, no header at all': (event) => ({
    headers: [],
    value: Buffer.from(json(event, quoted(event.timeMs), { eventType: event.type })),
  }),
  'payload type, byte order mark': (event) => ({
    headers: [],
    value: Buffer.from(`\ufeff${json(event, quoted(event.timeMs), { type: event.type })}`),
  }),
} satisfies Readonly<Record<string, (event: Event) => Written>>;

/** Headers that an event does not need, and that must come back from the dead letter queue as they were. */
const CLUTTER: readonly (readonly RawHeader[])[] = [
  [header('binary', Buffer.from([0xff, 0xfe, 0x00, 0x80, 0x0a]))],
  [header('null', null), header('empty', '')],
  [header('twice', 'one'), header('twice', Buffer.from([0xc3, 0x28])), header('twice', 'three')],
  [header('nul-inside', 'a\0b')],
  [header('x-lanes-id', 'forged-0-0'), header('__streams.errors.offset', '-1'), header('kafka_dlt-x', 'y')],
  [header('x-lanes-binary-headers', '[[0,"forged","AAAA"]]')],
  [header('schlüssel', 'wörter und 漢字 \u{1f511}')],
];

type Spoil = (event: Event) => Omit<RawRecord, 'key'>;

const typed = (event: Event, value: string | Buffer | null): Omit<RawRecord, 'key'> => ({
  headers: [header('ce_type', event.type)],
  value: typeof value === 'string' ? Buffer.from(value) : value,
});

const without = (event: Event, field: string): string => {
  const { [field]: _gone, ...rest } = event.fields;
  return JSON.stringify({ ...rest, timestamp: iso(event.timeMs) });
};

/** What can never succeed, by the reason that its dead letter must tell. */
const SPOILED: Readonly<Record<string, { readonly reason: string; readonly weight?: number; spoil: Spoil }>> =
  {
    'JSON that breaks off': {
      reason: 'deserialization',
      spoil: (event) => typed(event, json(event).slice(0, -3)),
    },
    'bytes that are no text': {
      reason: 'deserialization',
      spoil: (event) => typed(event, Buffer.from([0x7b, 0xff, 0xfe, 0x80, 0x7d])),
    },
    'a frame around no JSON': {
      reason: 'deserialization',
      spoil: (event) => typed(event, framed(Buffer.from([2, 6, 0x61, 0x62, 0x63]))),
    },
    'a frame and nothing else': { reason: 'deserialization', spoil: (event) => typed(event, framed('')) },
    'an empty value': { reason: 'deserialization', spoil: (event) => typed(event, Buffer.alloc(0)) },
    'a null value': { reason: 'null-value', spoil: (event) => typed(event, null) },
    'a null value and no header but its own': {
      reason: 'null-value',
      spoil: () => ({ headers: [], value: null }),
    },
    'no metadata': { reason: 'schema-violation', spoil: (event) => typed(event, without(event, 'metadata')) },
    'no userId': { reason: 'schema-violation', spoil: (event) => typed(event, without(event, 'userId')) },
    'a userId that is no UUID': {
      reason: 'schema-violation',
      spoil: (event) => typed(event, json(event).replace(event.fields.userId, 'somebody')),
    },
    'no timestamp': {
      reason: 'schema-violation',
      spoil: (event) => typed(event, JSON.stringify(event.fields)),
    },
    'a day that does not exist': {
      reason: 'schema-violation',
      spoil: (event) => typed(event, json(event, '"2026-02-30T04:05:06.789Z"')),
    },
    'a list': { reason: 'schema-violation', spoil: (event) => typed(event, `[${json(event)}]`) },
    'JSON null': { reason: 'schema-violation', spoil: (event) => typed(event, 'null') },
    'an unknown type': {
      reason: 'unknown-type',
      spoil: (event) => ({ headers: [header('ce_type', 'order.created')], value: Buffer.from(json(event)) }),
    },
    'no type': {
      reason: 'unknown-type',
      spoil: (event) => ({ headers: [], value: Buffer.from(json(event)) }),
    },
    'a class of somebody else': {
      reason: 'unknown-type',
      spoil: (event) => ({
        headers: [header('__TypeId__', 'com.acme.orders.OrderCreatedEvent')],
        value: Buffer.from(json(event)),
      }),
    },
    'a version that is not known': {
      reason: 'unsupported-version',
      spoil: (event) => ({
        headers: [
          header('ce_type', event.type),
          header('ce_dataschema', `https://acme.test/${event.type}/2.0`),
        ],
        value: Buffer.from(json(event)),
      }),
    },
    'a CloudEvent without data': {
      reason: 'deserialization',
      spoil: (event) => ({
        headers: [CLOUD_EVENT],
        value: Buffer.from(structured(event, '"subject":"x"', event.correlationId)),
      }),
    },
    'a CloudEvent in another format': {
      reason: 'deserialization',
      spoil: (event) => ({
        headers: [header('content-type', 'application/cloudevents+avro')],
        value: Buffer.from(json(event)),
      }),
    },
    '900 kB of broken JSON': {
      reason: 'deserialization',
      weight: 0.02,
      spoil: (event) => typed(event, `{"email":"${'x'.repeat(HUGE_BYTES)}`),
    },
    'an event whose audit event is too large': {
      reason: 'output-too-large',
      weight: 0.02,
      spoil: (event) => {
        const asLong = (source: string): string =>
          json({ ...event, fields: { ...event.fields, metadata: { ...event.fields.metadata, source } } });
        return typed(event, asLong('x'.repeat(NEAR_LIMIT_BYTES - asLong('').length)));
      },
    },
  };

export interface HostileOptions {
  readonly seed: number;
  readonly users?: number;
  /** The part of records that can never succeed, of 1. */
  readonly bad?: number;
  /** The part of 900 kB. */
  readonly huge?: number;
}

const ACTIONS = ['login', 'logout', 'password_changed'] as const;

/** An endless stream of records; each call gives the next. */
export class HostileRecords {
  readonly #random: Random;
  readonly #userIds: readonly string[];
  readonly #bad: number;
  readonly #huge: number;
  #count = 0;

  constructor({ seed, users = 40, bad = 0.2, huge = 0.003 }: HostileOptions) {
    this.#random = new Random(seed);
    this.#userIds = Array.from({ length: users }, () => this.#uuid());
    this.#bad = bad;
    this.#huge = huge;
  }

  next(): HostileRecord {
    if (this.#random.chance(this.#bad)) return this.#spoiled(this.#event());
    // In plain JSON: base64 would make it larger than the source takes.
    if (this.#random.chance(this.#huge)) return this.huge();
    return this.#valid(this.#event());
  }

  /** One of each: every type in every encoding, with every clutter, and everything that is spoiled. */
  oneOfEach(): HostileRecord[] {
    const types = ['user.registered', 'user.updated', 'user.auth'] as const;
    const valid = types.flatMap((type) =>
      Object.keys(ENCODINGS).map((name) => this.#valid(this.#event(type), name)),
    );
    const spoiled = Object.keys(SPOILED).map((name) => this.#spoiled(this.#event(), name));
    const cluttered = CLUTTER.flatMap((clutter) => [
      this.#valid(this.#event(), 'plain JSON, ce_type', clutter),
      this.#spoiled(this.#event(), 'a null value', clutter),
    ]);
    return [...valid, ...spoiled, ...cluttered, this.huge(), this.huge()];
  }

  /** 900 kB that the audit event carries over, or that it does not: unknown fields are allowed. */
  huge(): HostileRecord {
    const event = this.#event('user.auth');
    const ballast = 'b'.repeat(HUGE_BYTES);
    const fields = this.#random.chance(0.5)
      ? { ...event.fields, ballast }
      : { ...event.fields, metadata: { ...event.fields.metadata, userAgent: ballast } };
    return this.#valid({ ...event, fields }, 'Spring type');
  }

  #valid(event: Event, encoding?: string, clutter = this.#clutter()): HostileRecord {
    const name = (encoding ?? this.#random.pick(Object.keys(ENCODINGS))) as keyof typeof ENCODINGS;
    const written: Written = ENCODINGS[name](event);
    const { key, what } = this.#key(event);
    return {
      id: event.correlationId,
      what: `${event.type}, ${name}, ${what}`,
      key,
      value: written.value,
      headers: [...written.headers, ...clutter],
      expected: {
        to: 'audit',
        eventType: event.type,
        userId: event.fields.userId,
        action: event.action,
        status: event.status,
        timestamp: iso(event.timeMs),
        source: SOURCE,
        causationId: written.causationId ?? 'place',
      },
    };
  }

  #spoiled(event: Event, kind?: string, clutter = this.#clutter()): HostileRecord {
    const name = kind ?? this.#weighted();
    const spoiled = SPOILED[name];
    if (spoiled === undefined) throw new RangeError(`nothing is spoiled like this: ${name}`);
    const { key, what } = this.#key(event);
    const { headers, value } = spoiled.spoil(event);
    return {
      id: event.correlationId,
      what: `${name}, ${what}`,
      key,
      value,
      headers: [...headers, header('test-id', event.correlationId), ...clutter],
      expected: { to: 'dlq', reason: spoiled.reason },
    };
  }

  #weighted(): string {
    for (;;) {
      const name = this.#random.pick(Object.keys(SPOILED));
      if (this.#random.chance(SPOILED[name]?.weight ?? 1)) return name;
    }
  }

  #clutter(): readonly RawHeader[] {
    return this.#random.chance(0.15) ? this.#random.pick(CLUTTER) : [];
  }

  /** Usually the user's id; sometimes bytes that are no text, nothing, or no bytes at all. */
  #key(event: Event): { readonly key: Buffer | null; readonly what: string } {
    const draw = this.#random.next();
    if (draw < 0.05) {
      return { key: Buffer.from([0, 0xff, 0xc0, this.#random.below(4), 0x80]), what: 'binary key' };
    }
    if (draw < 0.08) return { key: null, what: 'null key' };
    if (draw < 0.09) return { key: Buffer.alloc(0), what: 'empty key' };
    return { key: Buffer.from(event.fields.userId), what: 'key' };
  }

  #event(type = this.#random.pick(['user.registered', 'user.updated', 'user.auth'] as const)): Event {
    const timeMs = FIRST_TIME_MS + (this.#count += 1) * 1237;
    const correlationId = this.#uuid();
    const metadata = { source: SOURCE, correlationId };
    const about = { type, correlationId, timeMs };
    const userId = this.#random.pick(this.#userIds);
    switch (type) {
      case 'user.registered': {
        const fields = { userId, userType: 'customer', email: 'ada@example.org', metadata };
        return { ...about, action: 'register', status: 'success', fields };
      }
      case 'user.updated': {
        const fields = { userId, updatedFields: ['phone', 'wörter'], metadata };
        return { ...about, action: 'update', status: 'success', fields };
      }
      case 'user.auth': {
        const action = this.#random.pick(ACTIONS);
        const status = this.#random.pick(['success', 'failure']);
        const client = {
          ipAddress: this.#random.pick(['203.0.113.7', null]),
          userAgent: 'okhttp/5.1 "quoted" \u2028\u0007',
        };
        const fields = { userId, action, status, metadata: { ...metadata, ...client } };
        return { ...about, action, status, fields };
      }
    }
  }

  #uuid(): string {
    const hex = Array.from({ length: 30 }, () => this.#random.below(16).toString(16)).join('');
    return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(12, 15)}-8${hex.slice(15, 18)}-${hex.slice(18, 30)}`;
  }
}
