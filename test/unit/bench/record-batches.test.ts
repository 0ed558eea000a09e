import { expect } from 'chai';
import { RecordBatches } from '../../../bench/cluster/record-batches.js';

interface Batch {
  readonly records: number;
  readonly producer?: number;
  readonly transactional?: boolean;
  readonly marker?: 'commit' | 'abort';
}

/** The header of a batch in message format v2, with as much of a control record as is looked at. */
const batch = ({ records, producer = -1, transactional = false, marker }: Batch): Buffer => {
  const body =
    marker === undefined
      ? Buffer.alloc(records * 10)
      : // Length, attributes, time delta of two bytes, offset delta, length of the key; version, type.
        Buffer.from([0x20, 0, 0x80, 0x01, 0, 0x08, 0, 0, 0, marker === 'commit' ? 1 : 0, 0, 0]);
  const bytes = Buffer.alloc(61 + body.length);
  bytes.writeInt32BE(bytes.length - 12, 8);
  bytes.writeInt8(2, 16);
  bytes.writeInt16BE((transactional ? 0x10 : 0) | (marker === undefined ? 0 : 0x20), 21);
  bytes.writeBigInt64BE(BigInt(producer), 43);
  bytes.writeInt32BE(records, 57);
  body.copy(bytes, 61);
  return bytes;
};

const countOf = (...batches: readonly Batch[]) =>
  new RecordBatches().add(Buffer.concat(batches.map(batch))).count;

const written = (records: number, producer: number): Batch => ({ records, producer, transactional: true });
const ended = (producer: number, marker: 'commit' | 'abort'): Batch => ({
  records: 1,
  producer,
  transactional: true,
  marker,
});

describe('records counted in a log file', () => {
  it('records without a transaction count at once', () => {
    expect(countOf({ records: 7 }, { records: 5, producer: 3 })).to.deep.equal({
      committed: 12,
      aborted: 0,
      open: 0,
    });
  });

  it('those of a transaction count when it is committed, and markers are no records', () => {
    const batches = [written(3, 1), written(4, 1), ended(1, 'commit'), written(5, 1)];
    expect(countOf(...batches)).to.deep.equal({ committed: 7, aborted: 0, open: 5 });
  });

  it('an aborted transaction counts nothing, whatever others commit meanwhile', () => {
    const batches = [written(3, 1), written(10, 2), ended(1, 'abort'), ended(2, 'commit')];
    expect(countOf(...batches)).to.deep.equal({ committed: 10, aborted: 3, open: 0 });
  });

  it('a transaction goes on from one segment to the next', () => {
    const count = new RecordBatches().add(batch(written(3, 1))).add(batch(ended(1, 'commit'))).count;
    expect(count.committed).to.equal(3);
  });

  it('a batch that is cut off, and room that is not used yet, are nothing', () => {
    const whole = batch({ records: 4 });
    const log = Buffer.concat([whole, whole.subarray(0, 80)]);
    expect(new RecordBatches().add(log).count.committed).to.equal(4);
    expect(new RecordBatches().add(Buffer.concat([whole, Buffer.alloc(500)])).count.committed).to.equal(4);
  });

  it('another format is told, not miscounted', () => {
    const old = batch({ records: 4 });
    old.writeInt8(1, 16);
    expect(() => new RecordBatches().add(old)).to.throw('format 1');
  });
});
