import { expect } from 'chai';
import fc from 'fast-check';
import type { ProducedRecord } from '../../../src/record/record.js';
import { exceeds, HEADER_BUDGET_BYTES, sizeOnWire } from '../../../src/record/record-size.js';

const recordOf = (
  key: number | null,
  value: number | null,
  headers: readonly (readonly [string, string])[] = [],
): ProducedRecord => ({
  topic: 't',
  partition: null,
  key: key === null ? null : Buffer.alloc(key),
  value: value === null ? null : Buffer.alloc(value),
  headers: headers.map(([name, text]) => ({ name, value: text })),
});

const records = fc
  .tuple(
    fc.option(fc.nat(2000)),
    fc.option(fc.nat(4000)),
    fc.array(
      fc.tuple(fc.string({ unit: 'binary', maxLength: 40 }), fc.string({ unit: 'binary', maxLength: 300 })),
      {
        maxLength: 12,
      },
    ),
  )
  .map(([key, value, headers]) => recordOf(key, value, headers));

describe('record size', () => {
  it('as a law: a record exceeds a limit exactly when its size does', () => {
    fc.assert(
      fc.property(records, fc.nat(8000), (record, limit) => {
        expect(exceeds(record, limit)).to.equal(sizeOnWire(record) > limit);
      }),
      { numRuns: 1000 },
    );
  });

  it('as a law: the limit itself is not exceeded, one byte less is', () => {
    fc.assert(
      fc.property(records, (record) => {
        const size = sizeOnWire(record);
        expect([exceeds(record, size), exceeds(record, size - 1)]).to.deep.equal([false, true]);
      }),
    );
  });

  it('does not call a record too large for headers that fit', () => {
    expect(exceeds(recordOf(0, 400_000, [['h', 'x'.repeat(170_000)]]), 1_000_000)).to.equal(false);
  });

  it('counts the names of headers, and that there are many of them', () => {
    const many = Array.from({ length: 600 }, () => ['a-name-of-thirty-characters-ok', ''] as const);
    expect(exceeds(recordOf(0, 0, many), 20_000)).to.equal(true);
  });

  it('as a law: a text has the size of its bytes', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 4000 }), fc.nat(8000), (text, limit) => {
        const asText = { ...recordOf(7, 0), value: text };
        const asBytes = { ...asText, value: Buffer.from(text) };
        expect(sizeOnWire(asText)).to.equal(sizeOnWire(asBytes));
        expect(exceeds(asText, limit)).to.equal(exceeds(asBytes, limit));
      }),
    );
  });

  it('counts bytes of UTF-8, not characters', () => {
    expect(sizeOnWire(recordOf(0, 0, [['h', '€']])) - sizeOnWire(recordOf(0, 0, [['h', '']]))).to.equal(3);
  });

  it('is never less than what Kafka counts: the batch header of 61 bytes and the record in it', () => {
    fc.assert(
      fc.property(records, (record) => {
        const body = (record.key?.length ?? 0) + (record.value?.length ?? 0);
        const headers = record.headers.reduce(
          (sum, { name, value }) => sum + Buffer.byteLength(name) + Buffer.byteLength(value) + 2,
          0,
        );
        expect(sizeOnWire(record)).to.be.at.least(61 + body + headers);
      }),
    );
  });

  it('leaves dead letters a budget for error headers that are at most about a thousand characters long', () => {
    expect(HEADER_BUDGET_BYTES).to.be.greaterThan(10 * 3 * 1000);
  });
});
