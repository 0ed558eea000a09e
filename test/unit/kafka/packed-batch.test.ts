/** A packed batch, over an index and bytes as the binding makes them. */
import { expect } from 'chai';
import { PackedBatch } from '../../../src/kafka/packed-batch.js';

/** The index of the layout: doubles, then eight numbers a record, then three a header. */
const indexOf = (numbers: number[], records: number[], headers: number[]): Buffer =>
  Buffer.concat([
    Buffer.from(new Float64Array(numbers).buffer),
    Buffer.from(new Int32Array(records).buffer),
    Buffer.from(new Int32Array(headers).buffer),
  ]);

/** A block of its own begins where doubles may. */
const aligned = (of: Buffer): Buffer => {
  const own = Buffer.from(new ArrayBuffer(of.length));
  of.copy(own);
  return own;
};

const STRINGS = ['topic', 'a', 'b', 'other.topic'];
const BYTES = Buffer.from('keyvalueONETWO');

const batch = (ends: number[] = [], bytes = BYTES): PackedBatch =>
  new PackedBatch(
    2,
    aligned(
      indexOf(
        [7, 1000, 2 ** 50, 2 ** 41],
        [0, 1, 0, 3, 3, 5, 0, 3, 3, 0, 0, -1, 8, 0, 3, 0],
        [1, 8, 3, 2, 11, 3, 1, 0, -1],
      ),
    ),
    bytes,
    STRINGS,
    ends,
  );

describe('a packed batch', () => {
  it('is read by index', () => {
    const read = batch();
    expect(read).to.have.length(2);
    expect([read.topic(0), read.partition(0), read.offset(0), read.timestamp(0)]).to.deep.equal([
      'topic',
      1,
      7,
      1000,
    ]);
    expect([read.key(0)?.toString(), read.value(0)?.toString()]).to.deep.equal(['key', 'value']);
  });

  it('has offsets and times of any size', () => {
    expect([batch().offset(1), batch().timestamp(1)]).to.deep.equal([2 ** 50, 2 ** 41]);
  });

  it('null and empty stay apart', () => {
    expect(batch().key(1)).to.equal(null);
    expect(batch().value(1)).to.have.length(0);
  });

  it('knows the bytes of key and value, where one is null too', () => {
    expect([batch().bytes(0), batch().bytes(1)]).to.deep.equal([8, 0]);
  });

  it('headers keep their order, repeated names and absent values', () => {
    expect(
      batch()
        .headers(0)
        .map(({ name, value }) => [name, value?.toString()]),
    ).to.deep.equal([
      ['a', 'ONE'],
      ['b', 'TWO'],
      ['a', undefined],
    ]);
    expect(batch().headers(0)[2]?.value).to.equal(null);
    expect(batch().headers(1)).to.deep.equal([]);
  });

  it('has the text of what is ASCII, and none when a byte of the read is not', () => {
    const texts = (read: PackedBatch): unknown => [
      read.valueText(0),
      read.valueText(1),
      ...read.headers(0).map(({ text }) => text),
    ];
    expect(texts(batch())).to.deep.equal(['value', '', 'ONE', 'TWO', undefined]);
    const odd = Buffer.from(BYTES);
    odd[12] = 0xc3;
    expect(texts(batch([], odd))).to.deep.equal([undefined, undefined, undefined, undefined, undefined]);
    expect(batch([], odd).headers(0)[1]?.value?.[1]).to.equal(0xc3);
    const nulls = new PackedBatch(
      1,
      aligned(indexOf([1, 1], [0, 0, 0, -1, 0, -1, 0, 0], [])),
      null,
      ['t'],
      [],
    );
    expect(nulls.valueText(0)).to.equal(undefined);
    expect(() => batch().valueText(2)).to.throw(RangeError);
  });

  it('says ends', () => {
    expect(batch([3, 2, 9, 0, 0, 2 ** 40]).ends).to.deep.equal([
      { topic: 'other.topic', partition: 2, offset: 9 },
      { topic: 'topic', partition: 0, offset: 2 ** 40 },
    ]);
  });

  it('refuses an index that it does not have', () => {
    for (const index of [2, -1, 1e9])
      for (const read of [
        'topic',
        'partition',
        'offset',
        'timestamp',
        'key',
        'value',
        'bytes',
        'headers',
      ] as const)
        expect(() => batch()[read](index), `${read} ${index}`).to.throw(RangeError);
  });

  it('may be nothing but ends', () => {
    const read = new PackedBatch(0, null, null, ['t'], [0, 0, 5]);
    expect(read).to.have.length(0);
    expect(read.ends).to.deep.equal([{ topic: 't', partition: 0, offset: 5 }]);
  });
});
