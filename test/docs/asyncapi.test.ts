/** docs/asyncapi.json is a valid AsyncAPI document, and says what the code does. */
import { Parser } from '@asyncapi/parser';
import { expect } from 'chai';
import { deadLetterRecord, type DeadLetterProfile } from '../../src/record/dead-letter.js';
import { NotRetryableError } from '../../src/record/record-error.js';
import type { ConsumedRecord, ProducedHeader } from '../../src/record/record.js';
import { epochMs, offset, partition } from '../../src/record/units.js';
import { auditHeaders } from '../../topology/user-audit/audit-headers.js';
import { systemAuditSchema } from '../../topology/user-audit/generated/system-audit.js';
import type { SystemAudit } from '../../topology/user-audit/generated/system-audit.js';
import { createValidators, type SchemaSource } from '../../topology/user-audit/schema-validator.js';
import { userEventFormat, type PublishedUserEvent } from '../../topology/user-audit/user-event-publisher.js';
import { USER_EVENT_SCHEMAS } from '../../topology/user-audit/user-event-serde.js';
import { textOf } from './documents.js';

interface HeaderSchemas {
  readonly required?: readonly string[];
  readonly properties: Readonly<Record<string, { readonly const?: string; readonly pattern?: string }>>;
}

interface Message {
  readonly name: string;
  readonly headers: HeaderSchemas;
  readonly payload?: { readonly $ref: string };
  readonly examples?: readonly { readonly payload: object }[];
}

interface Contract {
  readonly channels: Readonly<
    Record<string, { readonly address: string; readonly messages: Readonly<Record<string, unknown>> }>
  >;
  readonly components: {
    readonly messages: Readonly<Record<string, Message>>;
    readonly schemas: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  };
}

const TEXT = textOf('docs/asyncapi.json');
const CONTRACT = JSON.parse(TEXT) as Contract;
const { messages, schemas } = CONTRACT.components;

const problemsOf = async (text: string) => {
  const { document, diagnostics } = await new Parser().parse(text);
  return { isRead: document !== undefined, problems: diagnostics.map(({ code }) => String(code)) };
};

/** Each written header is told, each required one is written, and what is told of its value is so. */
const expectTold = (told: HeaderSchemas, written: readonly ProducedHeader[]): void => {
  const names = written.map(({ name }) => name);
  expect(Object.keys(told.properties)).to.include.members(names);
  expect(names).to.include.members([...(told.required ?? [])]);
  for (const { name, value } of written) {
    const schema = told.properties[name];
    if (schema?.const !== undefined) expect(value, name).to.equal(schema.const);
    if (schema?.pattern !== undefined) expect(value, name).to.match(new RegExp(schema.pattern));
  }
};

const messageOf = (name: string): Message => {
  const message = messages[name];
  if (message === undefined) throw new Error(`no message ${name}`);
  return message;
};

const RECORD: ConsumedRecord = {
  topic: 'user.events',
  partition: partition(1),
  offset: offset(42),
  timestamp: epochMs(1_770_000_000_000),
  key: Buffer.from('user-17'),
  value: Buffer.from('{'),
  headers: [{ name: 'odd', value: Buffer.from([0xff]) }],
};

describe('docs/asyncapi.json', function () {
  // The parser loads slowly on a busy machine.
  this.timeout(120_000);

  it('is read by the AsyncAPI parser without a problem; that there is a newer AsyncAPI than 3.0 is told', async () => {
    expect(await problemsOf(TEXT)).to.deep.equal({ isRead: true, problems: ['asyncapi-latest-version'] });
  });

  it('would not be with a message that is not there, or this test sees nothing', async () => {
    const wrong = TEXT.replace(
      '"#/channels/userEvents/messages/UserAuth"',
      '"#/channels/userEvents/messages/No"',
    );
    expect(wrong).not.to.equal(TEXT);
    const { isRead, problems } = await problemsOf(wrong);
    expect(isRead).to.equal(false);
    expect(problems).to.include('invalid-ref');
  });

  it('has the public topics with their messages', () => {
    const { userEvents, systemAudit, deadLetters } = CONTRACT.channels;
    expect(userEvents?.address).to.equal('user.events');
    expect(systemAudit?.address).to.equal('system.audit');
    expect(deadLetters?.address).to.equal('user-management-service.user.events.dlq');
    expect(Object.keys(userEvents?.messages ?? {})).to.deep.equal([
      'UserRegistered',
      'UserUpdated',
      'UserAuth',
    ]);
    expect(Object.keys(systemAudit?.messages ?? {})).to.include('SystemAudit');
  });

  it('has examples of every event that are valid, strictly, and would be refused without a required field', () => {
    const sources = Object.values(messages).filter(({ payload }) => payload !== undefined);
    expect(sources.length).to.be.at.least(4);
    for (const { name, payload, examples = [] } of sources) {
      const schema = schemas[payload?.$ref.split('/').at(-1) ?? ''];
      const source = { ...schema, $id: `urn:test:${name}` } as SchemaSource;
      // A member that AsyncAPI adds is no keyword of JSON Schema.
      const { 'x-schema-id': _, ...known } = source as SchemaSource & { readonly 'x-schema-id'?: unknown };
      const validate = createValidators({ event: known }, true).event;
      expect(examples.length, name).to.be.greaterThan(0);
      for (const { payload: example } of examples) {
        expect(validate(example), name).to.equal(undefined);
        const [first = ''] = Object.keys(example);
        expect(validate(Object.fromEntries(Object.entries(example).slice(1))), name).to.contain(first);
      }
    }
  });

  it('tells the headers that the publisher writes, as CloudEvents and for Spring', () => {
    const format = userEventFormat('test');
    for (const [type, schema] of Object.entries(USER_EVENT_SCHEMAS)) {
      const [data] = schema.examples;
      const event = { type, data, id: 'id', traceparent: '00-1-2-01' } as unknown as PublishedUserEvent;
      for (const spring of [false, true])
        expectTold(messageOf(schema.title).headers, format.headers({ ...event, spring }));
    }
  });

  it('tells the headers of audit events', () => {
    const [audit] = systemAuditSchema.examples;
    const headers = auditHeaders('service')(audit as unknown as SystemAudit, RECORD, '00-1-2-01');
    expectTold(messageOf('SystemAudit').headers, headers);
  });

  for (const [name, profile] of [
    ['DeadLetter', 'kafka-streams'],
    ['DeadLetterSpring', 'spring'],
  ] as const satisfies readonly (readonly [string, DeadLetterProfile])[])
    it(`tells the headers of dead letters of the profile ${profile}, those of marks too`, () => {
      const error = new NotRetryableError('schema-violation', 'no', { cause: new TypeError('no') });
      const marks = [
        undefined,
        { state: 'parked' },
        { state: 'skipped', notice: 4 },
        { cause: 'user.events-0-1' },
      ] as const;
      for (const mark of marks) {
        const failure = {
          error,
          attempts: 1,
          firstFailureAt: epochMs(0),
          ...(mark === undefined ? {} : { mark }),
        };
        const { headers } = deadLetterRecord(RECORD, failure, { topic: 'dlq', profile, groupId: 'group' });
        expectTold(messageOf(name).headers, headers ?? []);
      }
    });
});
