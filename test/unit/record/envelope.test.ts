import { expect } from 'chai';
import fc from 'fast-check';
import { openEnvelope } from '../../../src/record/envelope.js';
import { NotRetryableError } from '../../../src/record/record-error.js';

const bytes = (value: unknown): Buffer => Buffer.from(JSON.stringify(value));
const framed = (value: Buffer, schemaId = 17): Buffer => {
  const frame = Buffer.alloc(5);
  frame.writeUInt32BE(schemaId, 1);
  return Buffer.concat([frame, value]);
};
const BOM = Buffer.from([0xef, 0xbb, 0xbf]);
const structured = (rest: object): Buffer =>
  bytes({ specversion: '1.0', id: 'e-1', source: '/users', type: 'user.auth', ...rest });

const refusal = (value: Buffer, contentType?: string): NotRetryableError => {
  try {
    openEnvelope(value, contentType);
  } catch (error) {
    if (error instanceof NotRetryableError) return error;
    throw error;
  }
  throw new Error('nothing was thrown');
};

describe('envelope', () => {
  it('gives any JSON back that is not wrapped', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        const { payload, cloudEvent } = openEnvelope(bytes(value), undefined);
        expect(payload).to.deep.equal(JSON.parse(JSON.stringify(value)));
        expect(cloudEvent).to.equal(undefined);
      }),
    );
  });

  it('opens every nesting of frame, byte order mark, CloudEvent and base64 to the same payload', () => {
    const payload = { userId: 'u', metadata: { source: 'ä€🙂' } };
    const plain = bytes(payload);
    const values = [
      plain,
      framed(plain),
      Buffer.concat([BOM, plain]),
      framed(Buffer.concat([BOM, plain]), 0xffffffff),
      structured({ data: payload }),
      framed(structured({ data: payload })),
      structured({ data_base64: plain.toString('base64') }),
      framed(structured({ data_base64: framed(plain).toString('base64') })),
    ];
    for (const value of values) expect(openEnvelope(value, undefined).payload).to.deep.equal(payload);
  });

  it('tells the attributes of a structured CloudEvent, with and without its content-type', () => {
    const value = structured({
      data: {},
      dataschema: 'urn:x/1.0',
      traceparent: '00-a-b-01',
      tracestate: 'v=1',
    });
    for (const contentType of [
      undefined,
      'application/cloudevents+json; charset=UTF-8',
      'Application/CloudEvents+JSON',
      'application/json',
    ]) {
      expect(openEnvelope(value, contentType).cloudEvent).to.deep.equal({
        type: 'user.auth',
        id: 'e-1',
        dataschema: 'urn:x/1.0',
        traceparent: '00-a-b-01',
        tracestate: 'v=1',
      });
    }
  });

  it('takes an event that happens to have a type for no CloudEvent', () => {
    const value = bytes({ type: 'user.auth', data: 1 });
    expect(openEnvelope(value, undefined)).to.deep.equal({
      payload: { type: 'user.auth', data: 1 },
      cloudEvent: undefined,
    });
  });

  const REFUSED: readonly (readonly [string, Buffer, string | undefined, string])[] = [
    ['no bytes', Buffer.alloc(0), undefined, 'empty'],
    ['a frame with nothing in it', framed(Buffer.alloc(0)), undefined, 'empty'],
    ['four bytes of a frame', Buffer.from([0, 0, 0, 1]), undefined, 'not valid JSON'],
    ['text that is no JSON', Buffer.from('{"secret": tru'), undefined, 'not valid JSON'],
    ['JSON with something behind it', Buffer.from('{} secret'), undefined, 'not valid JSON'],
    ['two frames', framed(framed(bytes({}))), undefined, 'not valid JSON'],
    ['bytes that are not UTF-8', Buffer.from([0x22, 0xff, 0x22]), undefined, 'not valid UTF-8'],
    ['UTF-16', Buffer.from('{}', 'utf16le'), undefined, 'not valid JSON'],
    ['a CloudEvent without data', structured({}), undefined, 'no data'],
    ['a CloudEvent with broken base64 data', structured({ data_base64: '!!!' }), undefined, 'empty'],
    [
      'a plain event that claims to be a CloudEvent',
      bytes({ a: 1 }),
      'application/cloudevents+json',
      'specversion',
    ],
    [
      'a CloudEvent in Avro',
      structured({ data: {} }),
      'application/cloudevents+avro',
      'format other than +json',
    ],
    ['a batch of CloudEvents', bytes([]), 'application/cloudevents-batch+json', 'format other than +json'],
  ];
  for (const [what, value, contentType, why] of REFUSED) {
    it(`refuses ${what}`, () => {
      const error = refusal(value, contentType);
      expect(error.reason).to.equal('deserialization');
      expect(error.message).to.contain(why);
    });
  }

  it('never quotes the value, neither in the message nor in a cause', () => {
    fc.assert(
      fc.property(fc.string({ minLength: 4, maxLength: 60 }), (noise) => {
        const error = refusal(Buffer.from(`{"email": ${noise}@@`));
        expect(error.cause).to.equal(undefined);
        expect(['the value is not valid JSON', 'the value is not valid UTF-8']).to.include(error.message);
      }),
    );
  });

  it('counts the last of two values of one key', () => {
    expect(openEnvelope(Buffer.from('{"a":1,"a":2}'), undefined).payload).to.deep.equal({ a: 2 });
  });

  it('makes __proto__ a key like any other', () => {
    const { payload } = openEnvelope(
      Buffer.from('{"__proto__":{"polluted":true},"constructor":{"prototype":{"polluted":true}}}'),
      undefined,
    );
    expect(Object.getPrototypeOf(payload)).to.equal(Object.prototype);
    expect(({} as Record<string, unknown>)['polluted']).to.equal(undefined);
    expect((payload as Record<string, unknown>)['polluted']).to.equal(undefined);
  });

  it('survives 900 kB of opening brackets', () => {
    expect(refusal(Buffer.alloc(900_000, '[')).reason).to.equal('deserialization');
    const deep = Buffer.concat([Buffer.alloc(400_000, '['), Buffer.alloc(400_000, ']')]);
    expect(openEnvelope(deep, undefined).payload).to.be.an('array');
  });
});
