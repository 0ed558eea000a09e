import { expect } from 'chai';
import fc from 'fast-check';
import {
  BINARY_HEADERS,
  decodeHeaders,
  encodeHeaders,
  firstHeader,
  isReservedHeader,
  lastHeader,
} from '../../../src/record/headers.js';
import { NotRetryableError } from '../../../src/record/record-error.js';
import type { Header, Headers, ProducedHeader } from '../../../src/record/record.js';

const header = (name: string, value: string | Buffer | null): Header => ({
  name,
  value: typeof value === 'string' ? Buffer.from(value) : value,
});

/** What a consumer reads of what was written by a client that writes text only and cuts it at a NUL. */
const written = (produced: readonly ProducedHeader[]): Headers =>
  produced.map(({ name, value }) => header(name.split('\0')[0] ?? '', value.split('\0')[0] ?? ''));

const NOT_UTF8 = Buffer.from([0xff, 0xfe, 0x80]);

const anyHeader: fc.Arbitrary<Header> = fc.record({
  name: fc.oneof(
    fc.constantFrom(
      'a',
      'b',
      '',
      '__proto__',
      '7',
      'x-lanes-id',
      BINARY_HEADERS,
      '__streams.errors.topic',
      'kafka_dlt-x',
    ),
    fc.string({ unit: 'grapheme', maxLength: 8 }),
    fc.constant('with\0nul'),
  ),
  value: fc.oneof(
    fc.constant(null),
    fc.constant(NOT_UTF8),
    fc.constant(Buffer.from([0, 0, 0, 2])),
    fc.string({ unit: 'grapheme' }).map((text) => Buffer.from(text)),
    fc.uint8Array({ maxLength: 40 }).map((bytes) => Buffer.from(bytes)),
  ),
});

describe('headers', () => {
  it('finds the first and the last value of a name', () => {
    const headers = [header('a', '1'), header('b', '2'), header('a', '3')];
    expect(firstHeader(headers, 'a')).to.equal('1');
    expect(lastHeader(headers, 'a')).to.equal('3');
    expect(firstHeader(headers, 'c')).to.equal(undefined);
    expect(lastHeader(headers, 'c')).to.equal(undefined);
  });

  it('gives no text for a value that is null or not UTF-8', () => {
    expect(firstHeader([header('a', null)], 'a')).to.equal(undefined);
    expect(lastHeader([header('a', NOT_UTF8)], 'a')).to.equal(undefined);
  });

  it('leaves a record without binary headers as readable as it was', () => {
    expect(encodeHeaders([header('traceparent', '00-ab'), header('ü', 'ö')])).to.deep.equal([
      { name: 'traceparent', value: '00-ab' },
      { name: 'ü', value: 'ö' },
    ]);
  });

  it('moves what is not clean text into one JSON header, with its position', () => {
    const produced = encodeHeaders([
      header('a', NOT_UTF8),
      header('b', 'text'),
      header('c', null),
      header('d', Buffer.from([0, 0, 0, 2])),
      header('e', ''),
    ]);
    expect(produced).to.deep.equal([
      { name: 'b', value: 'text' },
      { name: 'e', value: '' },
      { name: BINARY_HEADERS, value: '[[0,"a","//6A"],[2,"c",null],[3,"d","AAAAAg=="]]' },
    ]);
  });

  it('restores every list of headers, with order, duplicates and nulls, whatever of ours was added', () => {
    const ours = fc.array(
      fc.record({
        name: fc.constantFrom('x-lanes-id', 'kafka_dlt-original-topic', '__streams.errors.message'),
        value: fc.string(),
      }),
      { maxLength: 4 },
    );
    fc.assert(
      fc.property(fc.array(anyHeader, { maxLength: 12 }), ours, (headers, added) => {
        const restored = decodeHeaders(written([...encodeHeaders(headers), ...added]));
        expect(restored).to.deep.equal(headers);
      }),
      { numRuns: 500 },
    );
  });

  it('shows a reader each of our names at most once', () => {
    fc.assert(
      fc.property(fc.array(anyHeader, { maxLength: 12 }), (headers) => {
        const reserved = encodeHeaders(headers).filter(({ name }) => isReservedHeader(name));
        expect(reserved.length).to.be.at.most(1);
        for (const { name } of reserved) expect(name).to.equal(BINARY_HEADERS);
      }),
    );
  });

  const TAMPERED = [
    '',
    'null',
    '{}',
    '[[0,"a"]]',
    '[[-1,"a",null]]',
    '[["0","a",null]]',
    '[[0,1,null]]',
    '[[0,"a",5]]',
    'secret',
  ];
  for (const value of TAMPERED) {
    it(`refuses a JSON header that says ${JSON.stringify(value)}, and does not quote it`, () => {
      expect(() => decodeHeaders([header(BINARY_HEADERS, value)]))
        .to.throw(NotRetryableError, BINARY_HEADERS)
        .that.satisfies((error: Error) => !error.message.includes('secret') && error.cause === undefined);
    });
  }

  it('refuses a JSON header that is not text, rather than dropping what it held', () => {
    expect(() => decodeHeaders([header(BINARY_HEADERS, NOT_UTF8)])).to.throw(NotRetryableError);
  });
});
