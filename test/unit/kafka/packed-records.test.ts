/** What is packed is what is read out of it by the layout, whatever the records are and however they came together. */
import { expect } from 'chai';
import fc from 'fast-check';
import { PackedRecords } from '../../../src/kafka/packed-records.js';
import type { ProducedHeader, ProducedRecord } from '../../../src/record/record.js';
import { PlainRecords } from '../../../src/record/record-list.js';
import { epochMs, partition } from '../../../src/record/units.js';

/** As src/packed.cc of the patch reads it. */
const unpack = ({ numbers, records, headers, bytes, topics, length }: PackedRecords): ProducedRecord[] => {
  const view = (at = -1, size = -2): Buffer | null => {
    expect(size).to.be.within(-1, bytes.length);
    if (size === -1) return null;
    expect(at).to.be.within(0, bytes.length - size);
    return Buffer.from(bytes.subarray(at, at + size));
  };
  return Array.from({ length }, (_, index) => {
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

const packed = (records: readonly ProducedRecord[]): PackedRecords => {
  const list = new PackedRecords();
  for (const one of records) list.add(one);
  return list;
};

const text = fc.string({ unit: 'grapheme', maxLength: 90 });
const bytes = fc.option(fc.uint8Array({ maxLength: 60 }).map((array) => Buffer.from(array)));
/** Few, so that the same header comes again in the next record, at its place or another. */
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
    fc.assert(
      fc.property(fc.array(record, { maxLength: 60 }), (records) => {
        const list = packed(records);
        expect(unpack(list)).to.deep.equal(records);
        expect([...list]).to.deep.equal(records);
        expect(list.at(records.length)).to.equal(undefined);
        expect(list.at(-1)).to.equal(undefined);
      }),
      { numRuns: 300 },
    );
  });

  it('come together from lists of any kind, and from records between them', () => {
    const part = fc.record({ records: fc.array(record, { maxLength: 12 }), as: fc.nat(2) });
    fc.assert(
      fc.property(fc.array(part, { maxLength: 8 }), (parts) => {
        const list = new PackedRecords();
        for (const { records, as } of parts) {
          if (as === 0) list.addAll(packed(records));
          else if (as === 1) for (const one of records) list.add(one);
          else {
            const others = new PlainRecords();
            others.addAll(records);
            list.addAll(others);
          }
        }
        expect(unpack(list)).to.deep.equal(parts.flatMap(({ records }) => records));
      }),
      { numRuns: 200 },
    );
  });

  it('have a text as its bytes of UTF-8, however they are kept', () => {
    const value = fc.oneof(fc.string({ unit: 'binary', maxLength: 200 }), fc.string({ maxLength: 5_000 }));
    fc.assert(
      fc.property(fc.array(fc.tuple(record, value), { maxLength: 10 }), (given) => {
        const expected = given.map(([of, said]) => ({ ...of, value: Buffer.from(said) }));
        const lists = [new PackedRecords(), new PlainRecords()] as const;
        for (const list of lists)
          for (const [of, said] of given)
            expect(list.add({ ...of, value: said })).to.equal(
              (of.key?.length ?? 0) + Buffer.byteLength(said),
            );
        expect(unpack(lists[0])).to.deep.equal(expected);
        expect([...lists[1]]).to.deep.equal(expected);
      }),
      { numRuns: 200 },
    );
  });

  it('are none of those that were there before a release', () => {
    const spare: PackedRecords[] = [];
    const list = new PackedRecords(spare);
    fc.assert(
      fc.property(fc.array(record, { maxLength: 20 }), (records) => {
        list.addAll(records);
        expect(unpack(list)).to.deep.equal(records);
        list.release();
        expect(spare.pop()).to.equal(list);
        expect(list.length).to.equal(0);
      }),
      { numRuns: 100 },
    );
  });

  it('do not keep the memory of a burst', () => {
    const spare: PackedRecords[] = [];
    const list = new PackedRecords(spare);
    list.add(plain('x'.repeat(70_000_000)));
    list.release();
    expect(spare).to.deep.equal([]);
  });

  it('keep together no more than a bounded memory', () => {
    const spare: PackedRecords[] = [];
    const lists = Array.from({ length: 20 }, () => new PackedRecords(spare));
    for (const list of lists) {
      list.add(plain('x'.repeat(5_000_000)));
      list.release();
    }
    expect(spare).to.have.length.within(2, 13);
  });

  it('have the headers that they were added with, though their author’s list has grown', () => {
    const headers: ProducedHeader[] = [{ name: 'a', value: '1' }];
    const list = packed([{ ...plain('x'), headers }]);
    headers.push({ name: 'b', value: '2' });
    list.add({ ...plain('y'), headers });
    expect([...list].map((one) => one.headers)).to.deep.equal([[headers[0]], headers]);
  });

  it('may be many, and large', () => {
    const records = Array.from({ length: 10_000 }, (_, index) => plain(`${index}`));
    expect(unpack(packed(records))).to.deep.equal(records);
    const large = Array.from({ length: 4 }, (_, index) => plain(`${index}`.repeat(5_000_000)));
    const list = packed(large);
    large.forEach(({ value }, index) => expect(list.at(index)!.value!.equals(value!)).to.equal(true));
  });

  it('have any number of headers', () => {
    const headers = Array.from({ length: 15_000 }, (_, index) => ({ name: `h${index}`, value: `${index}` }));
    const records = [plain('before'), { ...plain('many'), headers }, plain('behind')];
    expect(unpack(packed(records))).to.deep.equal(records);
  });

  it('name each topic once', () => {
    const list = packed([plain('a'), { ...plain('b'), topic: 'u' }, plain('c')]);
    list.addAll(
      packed([
        { ...plain('d'), topic: 'u' },
        { ...plain('e'), topic: 'v' },
      ]),
    );
    expect(list.topics).to.deep.equal(['t', 'u', 'v']);
  });

  it('have the headers that they were added with, though their author changes them afterwards', () => {
    const header = { name: 'a', value: '1' };
    const list = packed([{ ...plain('x'), headers: [header] }]);
    header.value = '2';
    list.add({ ...plain('y'), headers: [header] });
    header.name = 'b';
    list.add({ ...plain('z'), headers: [header] });
    expect([...list].map((one) => one.headers)).to.deep.equal([
      [{ name: 'a', value: '1' }],
      [{ name: 'a', value: '2' }],
      [{ name: 'b', value: '2' }],
    ]);
  });

  it('cost a header that is as before nothing but its place', () => {
    const [same] = shared;
    const list = packed([
      { ...plain('x'), headers: [same!] },
      { ...plain('y'), headers: [{ ...same! }] },
    ]);
    expect(list.headers.subarray(0, 4)).to.deep.equal(list.headers.subarray(4, 8));
  });

  it('cost a header its place alone again where it is the same again', () => {
    const [same] = shared;
    const records: ProducedRecord[] = [];
    // Nothing was compared with anything here, and little differed there.
    for (let times = 0; times < 20; times += 1) records.push({ ...plain('x'), headers: [same!] }, plain('y'));
    for (let times = 0; times < 5; times += 1)
      records.push({ ...plain('x'), headers: [{ ...same!, value: `${times}` }] });
    for (let times = 0; times < 2; times += 1) records.push({ ...plain('x'), headers: [same!] });
    const list = packed(records);
    const last = list.headers.subarray(26 * 4, 27 * 4);
    expect(last).to.deep.equal(list.headers.subarray(25 * 4, 26 * 4));
    expect([...list].map(({ headers }) => headers)).to.deep.equal(records.map(({ headers }) => headers));
  });
});
