import { expect } from 'chai';
import fc from 'fast-check';
import { armText, isSameArm, parseArm } from '../../../src/lanes/arm.js';
import { LaneRecord, ownedCopy } from '../../../src/lanes/lane-record.js';
import { idText, sourceId } from '../../../src/lanes/record-id.js';
import type { ConsumedRecord } from '../../../src/record/record.js';
import { epochMs } from '../../../src/record/units.js';
import { anyBytes, arm, record, sourceIdIn } from '../support/lane-arbitraries.js';
import { consumed } from '../support/records.js';

const laneRecord = (of: ConsumedRecord): LaneRecord => new LaneRecord(sourceId(of), of);

describe('the name of a record in a lane', () => {
  it('is topic, partition and offset of a source record, and dlq with those of its letter of a redriven one', () => {
    expect(idText(sourceId(consumed(7, { topic: 'a.b', partition: 2 })))).to.equal('a.b-2-7');
    expect(idText({ kind: 'redriven', partition: 2, offset: 7 })).to.equal('dlq-2-7');
  });

  it('as a law: no two source records share one, whatever their topics are called', () => {
    fc.assert(
      fc.property(sourceIdIn(0), sourceIdIn(1), sourceIdIn(0), (one, elsewhere, other) => {
        expect(idText(one)).not.to.equal(idText(elsewhere));
        if (JSON.stringify(one) !== JSON.stringify(other)) expect(idText(one)).not.to.equal(idText(other));
      }),
    );
  });
});

describe('LaneRecord', () => {
  it('knows its record again by time and value', () => {
    const one = laneRecord(consumed(1));
    expect(one.isSameAs(consumed(1))).to.equal(true);
    expect(one.isSameAs(consumed(1, { value: 'other' }))).to.equal(false);
    expect(one.isSameAs({ ...consumed(1), timestamp: epochMs(5) })).to.equal(false);
  });

  it('tells a record without a value from one whose value is empty', () => {
    const [none, empty] = [consumed(1, { value: null }), consumed(1, { value: '' })];
    expect([laneRecord(none).isSameAs(empty), laneRecord(empty).isSameAs(none)]).to.deep.equal([
      false,
      false,
    ]);
    expect(laneRecord(none).isSameAs(none)).to.equal(true);
  });

  it('as a law: counts at least every byte of key, value and headers, and something for having them', () => {
    fc.assert(
      fc.property(record, (given) => {
        const { key, value, headers } = given;
        let bytes = (key?.length ?? 0) + (value?.length ?? 0);
        for (const header of headers)
          bytes += Buffer.byteLength(header.name, 'latin1') + (header.value?.length ?? 0);
        expect(laneRecord(given).bytes).to.be.greaterThan(bytes);
        const more = { ...given, headers: [...headers, { name: '', value: null }] };
        expect(laneRecord(more).bytes).to.be.greaterThan(laneRecord(given).bytes);
      }),
    );
  });
});

describe('LaneRecord.copyOf', () => {
  it('as a law: is what was copied, however often it is asked, and in the lane log as that is', () => {
    fc.assert(
      fc.property(record, (given) => {
        const copy = LaneRecord.copyOf(sourceId(given), given);
        const kept = laneRecord(given);
        expect(copy.record).to.deep.equal(given);
        expect(copy.record).to.equal(copy.record);
        expect(copy.encoded).to.deep.equal(kept.encoded);
        expect([copy.name, copy.bytes]).to.deep.equal([kept.name, kept.bytes]);
        expect(copy.isSameAs(given)).to.equal(true);
      }),
    );
  });

  it('owns its bytes: those of the batch may change', () => {
    const [key, value] = [Buffer.from('key'), Buffer.from('value')];
    const given = { ...consumed(1, { key, value }), headers: [{ name: 'h', value }] };
    const copy = LaneRecord.copyOf(sourceId(given), given);
    key.fill(0);
    value.fill(0);
    const { headers, ...rest } = copy.record;
    expect([rest.key?.toString(), rest.value?.toString()]).to.deep.equal(['key', 'value']);
    expect(headers[0]?.value?.toString()).to.equal('value');
    expect(copy.encoded.buffer.byteLength, 'as much as it counts for, about').to.be.at.most(4096);
  });
});

describe('ownedCopy', () => {
  it('as a law: is the same record', () => {
    fc.assert(
      fc.property(record, (given) => {
        expect(ownedCopy(given)).to.deep.equal(given);
      }),
    );
  });

  it('as a law: shares no memory with the record', () => {
    fc.assert(
      fc.property(anyBytes, (bytes) => {
        const before = Buffer.from(bytes);
        const given = {
          ...consumed(1, { key: bytes, value: bytes }),
          headers: [{ name: 'a', value: bytes }],
        };
        const copy = ownedCopy(given);
        bytes.fill(0x55);
        expect([copy.key, copy.value, copy.headers[0]?.value]).to.deep.equal([before, before, before]);
      }),
    );
  });

  it('holds on to no more memory than the record: a small one would keep a slab of the pool alive', () => {
    const given = { ...consumed(1), headers: [{ name: 'a', value: Buffer.from('b') }] };
    const copy = ownedCopy(given);
    for (const bytes of [copy.key, copy.value, copy.headers[0]?.value])
      expect(bytes?.buffer.byteLength).to.be.lessThan(100);
  });
});

describe('an arm', () => {
  it('as a law: is read as it was written', () => {
    fc.assert(
      fc.property(arm, (given) => {
        expect(parseArm(armText(given))).to.deep.equal(given);
      }),
    );
  });

  it('as a law: any other text is none, and is not thrown at', () => {
    for (const text of [undefined, '', '1', '1.', '.1', '1.2.3', '-1.0', '1.0x', ' 1.0', '1e3.0', '١.٠'])
      expect(parseArm(text), text).to.equal(null);
    fc.assert(
      fc.property(fc.string(), (text) => {
        const read = parseArm(text);
        if (read !== null) expect(Number.isSafeInteger(read.sequence + read.ordinal)).to.equal(true);
      }),
    );
  });

  it('is the same only when both parts are, and never when there is none', () => {
    expect(isSameArm({ sequence: 1, ordinal: 2 }, { sequence: 1, ordinal: 2 })).to.equal(true);
    expect(isSameArm({ sequence: 1, ordinal: 2 }, { sequence: 2, ordinal: 1 })).to.equal(false);
    expect(isSameArm({ sequence: 1, ordinal: 2 }, { sequence: 1, ordinal: 3 })).to.equal(false);
    expect(isSameArm(null, null)).to.equal(false);
  });
});
