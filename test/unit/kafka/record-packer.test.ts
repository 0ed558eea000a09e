/** What is packed is what is read out of it by the layout, whatever the records are. */
import { expect } from 'chai';
import fc from 'fast-check';
import { RecordPacker } from '../../../src/kafka/record-packer.js';
import type { ProducedHeader, ProducedRecord } from '../../../src/record/record.js';
import { epochMs, partition } from '../../../src/record/units.js';

/** As src/packed.cc of the patch reads it. */
const unpack = (packer: RecordPacker, count: number): ProducedRecord[] => {
  const { numbers, records, headers, bytes, topics } = packer;
  const view = (at = -1, size = -2): Buffer | null => {
    expect(size).to.be.within(-1, bytes.length);
    if (size === -1) return null;
    expect(at).to.be.within(0, bytes.length - size);
    return Buffer.from(bytes.subarray(at, at + size));
  };
  return Array.from({ length: count }, (_, index) => {
    const [topic = -1, part = 0, keyAt, keySize, valueAt, valueSize, first = 0, headerCount = 0] =
      records.subarray(index * 8, index * 8 + 8);
    return {
      topic: topics[topic]!,
      partition: part < 0 ? null : partition(part),
      key: view(keyAt, keySize),
      value: view(valueAt, valueSize),
      headers: Array.from({ length: headerCount }, (__, i) => {
        const [nameAt, nameSize, at, size] = headers.subarray((first + i) * 4, (first + i) * 4 + 4);
        return { name: view(nameAt, nameSize)!.toString(), value: view(at, size)!.toString() };
      }),
      ...(numbers[index] === 0 ? {} : { timestamp: epochMs(numbers[index]!) }),
    };
  });
};

const unpackAll = (packer: RecordPacker, records: readonly ProducedRecord[], from = 0): ProducedRecord[] => {
  const all: ProducedRecord[] = [];
  while (from + all.length < records.length) {
    const count = packer.pack(records, from + all.length);
    expect(count).to.be.greaterThan(0);
    all.push(...unpack(packer, count));
  }
  return all;
};

const text = fc.string({ unit: 'grapheme', maxLength: 40 });
const bytes = fc.option(fc.uint8Array({ maxLength: 60 }).map((array) => Buffer.from(array)));
/** Few, so that the same object comes again in the next record, at its place or another. */
const shared: readonly ProducedHeader[] = [
  { name: 'a', value: 'one' },
  { name: 'a', value: 'two' },
  { name: 'ä', value: '\u0000' },
  { name: '__proto__', value: '' },
];
const header = fc.oneof(fc.constantFrom(...shared), fc.record({ name: text, value: text }));
const record: fc.Arbitrary<ProducedRecord> = fc
  .record({
    topic: fc.constantFrom('a', 'b.c', 'd'),
    partition: fc.option(fc.nat(1000).map(partition)),
    key: bytes,
    value: bytes,
    headers: fc.array(header, { maxLength: 12 }),
    timestamp: fc.option(fc.integer({ min: 1, max: 2 ** 45 }).map(epochMs)),
  })
  .map(({ timestamp, ...rest }) => (timestamp === null ? rest : { ...rest, timestamp }));

const plain = (value: string): ProducedRecord => ({
  topic: 't',
  partition: null,
  key: null,
  value: Buffer.from(value),
  headers: [],
});

describe('packed records', () => {
  it('are what they were', () => {
    const packer = new RecordPacker();
    fc.assert(
      fc.property(fc.array(record, { maxLength: 60 }), fc.nat(5), (records, from) => {
        expect(unpackAll(packer, records, from)).to.deep.equal(records.slice(from));
      }),
      { numRuns: 300 },
    );
  });

  it('are as many as one call takes, the rest comes after', () => {
    const records = Array.from({ length: 10_000 }, (_, index) => plain(`${index}`));
    const packer = new RecordPacker();
    expect(packer.pack(records, 0)).to.be.within(1, 5_000);
    expect(unpackAll(packer, records)).to.deep.equal(records);
  });

  it('are few when they are large, and one at least', () => {
    const records = Array.from({ length: 8 }, (_, index) => plain(`${index}`.repeat(5_000_000)));
    const packer = new RecordPacker();
    expect(packer.pack(records, 0)).to.equal(1);
    expect(unpackAll(packer, records).map(({ value }) => value?.length)).to.deep.equal(
      records.map(({ value }) => value?.length),
    );
    expect(unpackAll(packer, records)[7]!.value!.equals(records[7]!.value!)).to.equal(true);
  });

  it('have any number of headers', () => {
    const headers = Array.from({ length: 15_000 }, (_, index) => ({ name: `h${index}`, value: `${index}` }));
    const records = [plain('before'), { ...plain('many'), headers }, plain('behind')];
    expect(unpackAll(new RecordPacker(), records)).to.deep.equal(records);
  });

  it('name each topic once', () => {
    const packer = new RecordPacker();
    packer.pack([plain('a'), { ...plain('b'), topic: 'u' }, plain('c')], 0);
    expect(packer.topics).to.deep.equal(['t', 'u']);
  });

  it('cost a header that is the same object as before nothing but its place', () => {
    const [same] = shared;
    const packer = new RecordPacker();
    packer.pack(
      [
        { ...plain('x'), headers: [same!] },
        { ...plain('y'), headers: [same!] },
      ],
      0,
    );
    expect(packer.headers.subarray(0, 4)).to.deep.equal(packer.headers.subarray(4, 8));
  });
});
