import { isAscii } from 'node:buffer';
import { serializedBytes } from '../../../../src/record/serde.js';
import { expect } from 'chai';
import fc from 'fast-check';
import {
  NO_HEADERS,
  NotRetryableError,
  textReaderOf,
  type Headers,
  type Serde,
} from '../../../../src/index.js';
import type { TextReader } from '../../../../src/record/serde.js';
import { createUserEventSerde } from '../../../../topology/user-audit/user-event-serde.js';
import type { UserEvent } from '../../../../topology/user-audit/user-event.js';
import { userEvent } from './arbitraries.js';
import { auth, GOLDEN, headersOf, json } from './golden.js';

const serde = createUserEventSerde({ strict: false });
const strict = createUserEventSerde({ strict: true });

/** An error with all that is told of it: two errors are never equal by their fields. */
const outcome = (act: () => UserEvent): { event: UserEvent } | { told: string } => {
  try {
    return { event: act() };
  } catch (thrown) {
    const { name, message, reason } = thrown as NotRetryableError;
    return { told: [name, reason, message].join(' ') };
  }
};

const readText = (of: Serde<UserEvent>): TextReader<UserEvent> => {
  const reader = textReaderOf(of);
  if (reader === undefined) throw new Error('it reads no text');
  return reader;
};

const read = (
  value: Buffer | null,
  headers: Headers = NO_HEADERS,
  topic = 'user.events',
  by = serde,
): UserEvent => {
  const context = { topic, headers, isKey: false };
  const ofBytes = outcome(() => by.deserialize(value, context));
  // Of ASCII, its text says the same.
  if (value !== null && isAscii(value)) {
    const text = value.toString('latin1');
    expect(outcome(() => readText(by)(text, context))).to.deep.equal(ofBytes);
  }
  return by.deserialize(value, context);
};

const refusal = (value: Buffer | null, headers: Headers = NO_HEADERS, by = serde): NotRetryableError => {
  try {
    read(value, headers, 'user.events', by);
  } catch (error) {
    if (error instanceof NotRetryableError) return error;
    throw error;
  }
  throw new Error('nothing was thrown');
};

const AUTH = headersOf({ ce_type: 'user.auth' });
const withField = (path: readonly string[], value: unknown): Buffer => {
  const copy = structuredClone(auth) as Record<string, unknown>;
  const [last = '', ...parents] = [...path].reverse();
  let at = copy;
  for (const parent of parents.reverse()) at = at[parent] as Record<string, unknown>;
  if (value === undefined) Reflect.deleteProperty(at, last);
  else at[last] = value;
  return json(copy);
};

describe('user event serde', () => {
  for (const { what, topic, headers, value, expected } of GOLDEN) {
    it(`reads ${what}`, () => {
      expect(read(value, headers, topic)).to.deep.equal({
        id: undefined,
        traceparent: undefined,
        ...expected,
      });
    });
  }

  it('reads back every event that it writes', () => {
    fc.assert(
      fc.property(userEvent, (event) => {
        const value = serializedBytes(
          serde.serialize(event, { topic: 'user.events', headers: NO_HEADERS, isKey: false }),
        );
        const headers = headersOf({ ce_type: event.type });
        expect(read(value, headers)).to.deep.equal({ ...event, id: undefined, traceparent: undefined });
      }),
    );
  });

  const VIOLATIONS: readonly (readonly [string, Buffer, string])[] = [
    ['no object', json([1]), '/ type'],
    ['null', json(null), '/ type'],
    ['a missing userId', withField(['userId'], undefined), '/ required (userId)'],
    ['a userId that is no UUID', withField(['userId'], 'secret'), '/userId format (uuid)'],
    ['an unknown action', withField(['action'], 'secret'), '/action enum'],
    ['a missing source', withField(['metadata', 'source'], undefined), '/metadata required (source)'],
    ['an empty source', withField(['metadata', 'source'], ''), '/metadata/source minLength'],
    [
      'a missing ipAddress',
      withField(['metadata', 'ipAddress'], undefined),
      '/metadata required (ipAddress)',
    ],
    ['metadata that is no object', withField(['metadata'], 'secret'), '/metadata type'],
    [
      'a correlationId that is no UUID',
      withField(['metadata', 'correlationId'], 'secret'),
      '/metadata/correlationId format (uuid)',
    ],
    [
      'a time without an offset',
      withField(['timestamp'], '2026-02-03T04:05:06'),
      '/timestamp format (date-time)',
    ],
    [
      'a day that does not exist',
      withField(['timestamp'], '2026-02-30T04:05:06.000Z'),
      '/timestamp format (date-time)',
    ],
    ['a number that is no time', withField(['timestamp'], 1e300), '/timestamp type'],
    ["Jackson's array of numbers", withField(['timestamp'], [2026, 2, 3, 4, 5, 6]), '/timestamp type'],
  ];
  for (const [what, value, where] of VIOLATIONS) {
    it(`refuses ${what} by path and keyword, without the value`, () => {
      const error = refusal(value, AUTH);
      expect(error.reason).to.equal('schema-violation');
      expect(error.message).to.equal(`user.auth: ${where}`);
      expect(error.cause).to.equal(undefined);
    });
  }

  it('tells the reasons apart', () => {
    expect(refusal(null, AUTH).reason).to.equal('null-value');
    expect(refusal(Buffer.from('{'), AUTH).reason).to.equal('deserialization');
    expect(refusal(json(auth), headersOf({ ce_type: 'user.deleted' })).reason).to.equal('unknown-type');
    expect(refusal(json(auth)).reason).to.equal('unknown-type');
    expect(refusal(json({}), AUTH).reason).to.equal('schema-violation');
  });

  describe('versions', () => {
    const READ = [
      'urn:acme:user.auth/1.0',
      'https://x.example/user.auth/v1.7',
      'https://x.example/auth.json',
      'https://registry.example/schemas/ids/42',
      'https://registry.example/subjects/user.events-value/versions/7',
      'user.auth.1.0.json',
    ];
    for (const dataschema of READ) {
      it(`reads what declares ${dataschema}`, () => {
        expect(
          read(json(auth), headersOf({ ce_type: 'user.auth', ce_dataschema: dataschema })).type,
        ).to.equal('user.auth');
      });
    }

    const REFUSED = [
      'urn:acme:user.auth/2.0',
      'https://x.example/user.auth/v3',
      'urn:acme:user.auth:2',
      'https://x.example/user.auth-2.0.json',
    ];
    for (const dataschema of REFUSED) {
      it(`refuses what declares ${dataschema}`, () => {
        expect(
          refusal(json(auth), headersOf({ ce_type: 'user.auth', ce_dataschema: dataschema })).reason,
        ).to.equal('unsupported-version');
      });
    }

    it('refuses a structured CloudEvent and a type name of another major version', () => {
      const event = {
        specversion: '1.0',
        id: '1',
        source: '/u',
        type: 'user.auth',
        dataschema: 'urn:x/2.0',
        data: auth,
      };
      expect(refusal(json(event)).reason).to.equal('unsupported-version');
      expect(refusal(json(auth), headersOf({ ce_type: 'user.auth.v2' })).reason).to.equal(
        'unsupported-version',
      );
      expect(read(json(auth), headersOf({ ce_type: 'user.auth.v1' })).type).to.equal('user.auth');
    });
  });

  it('notes known types only, also of events that it then refuses', () => {
    const noted: string[] = [];
    const note = (value: Buffer | null, headers: Headers): void => {
      try {
        serde.deserialize(value, {
          topic: 'user.events',
          headers,
          isKey: false,
          noteType: (type) => noted.push(type),
        });
      } catch {
        // Which types were noted is what counts here.
      }
    };
    note(json(auth), AUTH);
    note(json({}), headersOf({ ce_type: 'user.updated' }));
    note(json(auth), headersOf({ ce_type: 'somebody@example.org' }));
    note(null, headersOf({ ce_type: 'somebody@example.org' }));
    expect(noted).to.deep.equal(['user.auth', 'user.updated']);
  });

  it('refuses unknown fields at every level when strict, but not where the type may be written', () => {
    expect(refusal(withField(['tenant'], 'secret'), AUTH, strict).message).to.equal(
      'user.auth: / additionalProperties',
    );
    expect(refusal(withField(['metadata', 'tenant'], 'secret'), AUTH, strict).message).to.equal(
      'user.auth: /metadata additionalProperties',
    );
    expect(read(json({ eventType: 'user.auth', ...auth }), NO_HEADERS, 'user.events', strict).type).to.equal(
      'user.auth',
    );
  });

  it('forwards no traceparent that could not stand in a header', () => {
    for (const traceparent of ['a b', 'ä', 'a\nb', 'x'.repeat(300)]) {
      expect(read(json(auth), headersOf({ ce_type: 'user.auth', traceparent })).traceparent).to.equal(
        undefined,
      );
    }
  });

  it('is not harmed by __proto__, at any level', () => {
    const text = JSON.stringify(auth);
    const polluting = Buffer.from(
      `{"__proto__":{"userId":"x","polluted":1},"constructor":{"prototype":{"polluted":1}},${text.slice(1)}`,
    );
    expect(read(polluting, AUTH).data.userId).to.equal(auth.userId);
    expect(({} as Record<string, unknown>)['polluted']).to.equal(undefined);
    // What is required must be a field of the event, not of the object that it smuggled in.
    const smuggled = Buffer.from(`{"__proto__":${text}}`);
    expect(refusal(smuggled, AUTH).message).to.equal('user.auth: / required (userId)');
  });

  it('never throws anything but a NotRetryableError, whatever the bytes and headers', () => {
    const anyHeaders = fc.array(
      fc.record({
        name: fc.constantFrom('ce_type', 'type', '__TypeId__', 'content-type', 'ce_dataschema'),
        value: fc.option(
          fc
            .oneof(fc.constantFrom('user.auth', 'user.updated', 'application/cloudevents+json'), fc.string())
            .map((text) => Buffer.from(text)),
        ),
      }),
      { maxLength: 4 },
    );
    const anyValue = fc.oneof(
      fc.uint8Array({ maxLength: 60 }).map((bytes) => Buffer.from(bytes)),
      fc.json().map((text) => Buffer.from(text)),
      fc.anything().map((value) => Buffer.from(JSON.stringify({ ...auth, metadata: fc.stringify(value) }))),
    );
    fc.assert(
      fc.property(anyValue, anyHeaders, (value, headers) => {
        try {
          read(value, headers);
        } catch (error) {
          expect(error).to.be.instanceOf(NotRetryableError);
        }
      }),
      { numRuns: 500 },
    );
  });
});
