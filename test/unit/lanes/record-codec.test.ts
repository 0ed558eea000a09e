import { expect } from 'chai';
import fc from 'fast-check';
import { decodeRecord, encodeRecord } from '../../../src/lanes/record-codec.js';
import { NotRetryableError } from '../../../src/record/record-error.js';
import type { ConsumedRecord } from '../../../src/record/record.js';
import { damaged, record } from '../support/lane-arbitraries.js';
import { consumed } from '../support/records.js';

/** What it decodes to, or null when it is refused in the one way that is allowed. */
const decoded = (from: Buffer): ConsumedRecord | null => {
  try {
    return decodeRecord(from);
  } catch (error) {
    expect(error).to.be.instanceOf(NotRetryableError);
    return null;
  }
};

/** Offsets in the layout of `consumed(0)`: topic user.events (11 bytes), key k, value v0. */
const TOPIC_LENGTH_AT = 21;
const FIRST_LETTER_AT = 25;
const KEY_LENGTH_AT = 36;

describe('the codec of a record in the lane log', () => {
  it('as a law: gives back every record as it was, byte by byte', () => {
    fc.assert(
      fc.property(record, (given) => {
        expect(decodeRecord(encodeRecord(given))).to.deep.equal(given);
      }),
      { numRuns: 500 },
    );
  });

  it('keeps null and empty apart, in key, value and headers', () => {
    for (const bytes of [null, Buffer.alloc(0)]) {
      const given = { ...consumed(1, { key: bytes, value: bytes }), headers: [{ name: '', value: bytes }] };
      const { key, value, headers } = decodeRecord(encodeRecord(given));
      expect([key, value, headers[0]?.value]).to.deep.equal([bytes, bytes, bytes]);
    }
  });

  it('keeps two headers of one name, in order', () => {
    const headers = [1, 2].map((value) => ({ name: 'a', value: Buffer.from([value]) }));
    expect(decodeRecord(encodeRecord({ ...consumed(1), headers })).headers).to.deep.equal(headers);
  });

  it('gives bytes that nobody else can change: they are no view of what was read', () => {
    const encoded = encodeRecord(consumed(1, { key: 'k', value: 'v' }));
    const read = decodeRecord(encoded);
    encoded.fill(0xff);
    expect([read.key?.toString(), read.value?.toString()]).to.deep.equal(['k', 'v']);
  });

  it('holds on to no more memory than the record: no slab of the pool, no batch', () => {
    const { key, value } = decodeRecord(encodeRecord(consumed(1)));
    for (const bytes of [key, value]) expect(bytes?.buffer.byteLength).to.be.lessThan(200);
  });

  it('as a law: damaged bytes are refused, or say a record that is written as just these bytes', () => {
    fc.assert(
      fc.property(damaged(record.map(encodeRecord)), (bytes) => {
        const read = decoded(bytes);
        if (read !== null) expect(encodeRecord(read)).to.deep.equal(bytes);
      }),
      { numRuns: 3000 },
    );
  });

  it('as a law: a record that was cut anywhere, or that something follows, is refused', () => {
    fc.assert(
      fc.property(record, fc.nat(), (given, at) => {
        const bytes = encodeRecord(given);
        expect(decoded(bytes.subarray(0, at % bytes.length))).to.equal(null);
        expect(decoded(Buffer.concat([bytes, Buffer.from([0])]))).to.equal(null);
      }),
    );
  });

  it('refuses another version', () => {
    const bytes = encodeRecord(consumed(0));
    bytes[0] = 2;
    expect(decoded(bytes)).to.equal(null);
  });

  it('refuses a length below that of null, also one that would have it read the same bytes for ever', () => {
    for (const length of [-2, -4, -(2 ** 31)]) {
      const bytes = encodeRecord(consumed(0));
      bytes.writeInt32BE(length, KEY_LENGTH_AT);
      expect(decoded(bytes)).to.equal(null);
    }
  });

  it('refuses a topic that is null, and one that is no text', () => {
    const nameless = encodeRecord(consumed(0));
    nameless.writeInt32BE(-1, TOPIC_LENGTH_AT);
    const binary = encodeRecord(consumed(0));
    binary[FIRST_LETTER_AT] = 0xff;
    expect([decoded(nameless), decoded(binary)]).to.deep.equal([null, null]);
  });

  it('refuses a number of headers that nothing can hold, in no time and no memory', () => {
    const bytes = encodeRecord(consumed(0));
    bytes.writeUInt32BE(0xffff_ffff, bytes.length - 4);
    expect(decoded(bytes)).to.equal(null);
  });

  it('refuses an offset that no number can hold', () => {
    const bytes = encodeRecord(consumed(0));
    bytes.writeBigUInt64BE(2n ** 53n, 5);
    expect(decoded(bytes)).to.equal(null);
  });
});
