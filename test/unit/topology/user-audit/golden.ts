/**
 * One record for each encoding of the source topic, with the event that it stands for. Written out byte by
 * byte, not made with the code under test.
 */
import type { Headers } from '../../../../src/index.js';

export interface GoldenRecord {
  readonly what: string;
  readonly topic: string;
  readonly headers: Headers;
  readonly value: Buffer;
  readonly expected: {
    readonly type: string;
    readonly id?: string;
    readonly traceparent?: string;
    readonly data: object;
  };
}

const USER_ID = '0b8f3c9e-6f0a-4d63-9d5b-6a3a0f9d2c11';
const CORRELATION_ID = '7d8a1f30-52c8-4e9b-8f4e-0d3c4b5a6978';
const TRACEPARENT = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01';

const registered = {
  userId: USER_ID,
  userType: 'customer',
  email: 'ada@example.org',
  timestamp: '2026-02-03T04:05:06.789Z',
  metadata: { source: 'user-service', correlationId: CORRELATION_ID },
};
const updated = {
  userId: USER_ID,
  updatedFields: ['phone', 'language'],
  timestamp: '2026-02-03T04:05:06.789Z',
  metadata: { source: 'user-service', correlationId: CORRELATION_ID },
};
export const auth = {
  userId: USER_ID,
  action: 'login',
  status: 'failure',
  timestamp: '2026-02-03T04:05:06.789Z',
  metadata: {
    source: 'user-service',
    ipAddress: '203.0.113.7',
    userAgent: 'okhttp/5.1.0',
    correlationId: CORRELATION_ID,
  },
};

export const headersOf = (entries: Readonly<Record<string, string>>): Headers =>
  Object.entries(entries).map(([name, value]) => ({ name, value: Buffer.from(value) }));

export const json = (value: unknown): Buffer => Buffer.from(JSON.stringify(value));

/** As a producer writes it: the time as it is given here, not as it is read. */
const at = (event: object, timestamp: string | number): Buffer => json({ ...event, timestamp });

const spring = (name: string): Headers => headersOf({ __TypeId__: `com.acme.users.events.${name}` });

const record = (
  what: string,
  headers: Headers,
  value: Buffer,
  expected: GoldenRecord['expected'],
  topic = 'user.events',
): GoldenRecord => ({ what, headers, value, expected, topic });

const AUTH = { type: 'user.auth', data: auth };
const structuredAttributes = {
  specversion: '1.0',
  id: 'event-7',
  source: '/user-service',
  type: 'user.auth',
  traceparent: TRACEPARENT,
};

export const GOLDEN: readonly GoldenRecord[] = [
  record('Spring, __TypeId__', spring('UserRegisteredEvent'), json(registered), {
    type: 'user.registered',
    data: registered,
  }),
  record('Spring, __TypeId__ of an inner class', spring('UserEvents$UserUpdatedEvent'), json(updated), {
    type: 'user.updated',
    data: updated,
  }),
  record('Spring, with Jackson epoch seconds', spring('UserAuthEvent'), at(auth, 1770091506.789), AUTH),
  record(
    'Spring, with Jackson nanoseconds',
    spring('UserAuthEvent'),
    Buffer.from(JSON.stringify(auth).replace('"2026-02-03T04:05:06.789Z"', '1770091506.789654321')),
    AUTH,
  ),
  record('Spring, with epoch milliseconds', spring('UserAuthEvent'), at(auth, 1770091506789), AUTH),
  record(
    'an offset other than UTC',
    spring('UserAuthEvent'),
    at(auth, '2026-02-03T05:05:06.789+01:00'),
    AUTH,
  ),
  record(
    'CloudEvent, binary mode',
    headersOf({
      ce_specversion: '1.0',
      ce_id: 'event-7',
      ce_type: 'user.auth',
      ce_source: '/user-service',
      'content-type': 'application/json',
      ce_dataschema: 'urn:acme:user.auth/1.3',
      traceparent: TRACEPARENT,
    }),
    json(auth),
    { ...AUTH, id: 'event-7', traceparent: TRACEPARENT },
  ),
  record(
    'CloudEvent, structured mode',
    headersOf({ 'content-type': 'application/cloudevents+json; charset=UTF-8' }),
    json({ ...structuredAttributes, data: auth }),
    { ...AUTH, id: 'event-7', traceparent: TRACEPARENT },
  ),
  record(
    'CloudEvent, structured mode without content-type',
    [],
    json({ ...structuredAttributes, data: auth }),
    { ...AUTH, id: 'event-7', traceparent: TRACEPARENT },
  ),
  record(
    'CloudEvent, structured mode with base64 data',
    [],
    json({ ...structuredAttributes, data_base64: json(auth).toString('base64') }),
    { ...AUTH, id: 'event-7', traceparent: TRACEPARENT },
  ),
  record(
    'Confluent framing around JSON',
    spring('UserAuthEvent'),
    Buffer.concat([Buffer.from([0, 0, 0, 0, 42]), json(auth)]),
    AUTH,
  ),
  record(
    'Confluent framing around a structured CloudEvent',
    [],
    Buffer.concat([Buffer.from([0, 0, 1, 2, 3]), json({ ...structuredAttributes, data: auth })]),
    { ...AUTH, id: 'event-7', traceparent: TRACEPARENT },
  ),
  record(
    'a byte order mark',
    spring('UserAuthEvent'),
    Buffer.concat([Buffer.from([0xef, 0xbb, 0xbf]), json(auth)]),
    AUTH,
  ),
  record('header eventType', headersOf({ eventType: 'user.auth' }), json(auth), AUTH),
  record('header type, as a Java enum', headersOf({ type: 'USER_AUTH' }), json(auth), AUTH),
  record('payload eventType', [], json({ eventType: 'user.auth', ...auth }), {
    type: 'user.auth',
    data: { eventType: 'user.auth', ...auth },
  }),
  record('payload type', [], json({ type: 'UserAuth', ...auth }), {
    type: 'user.auth',
    data: { type: 'UserAuth', ...auth },
  }),
  record('the topic name', [], json(auth), AUTH, 'user.auth.v1'),
  record(
    'a login without a browser',
    spring('UserAuthEvent'),
    json({ ...auth, metadata: { ...auth.metadata, ipAddress: null, userAgent: null } }),
    {
      type: 'user.auth',
      data: { ...auth, metadata: { ...auth.metadata, ipAddress: null, userAgent: null } },
    },
  ),
  record('fields that nobody knows', spring('UserAuthEvent'), json({ ...auth, tenant: 7 }), {
    type: 'user.auth',
    data: { ...auth, tenant: 7 },
  }),
];
