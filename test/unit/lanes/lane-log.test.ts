import { expect } from 'chai';
import fc from 'fast-check';
import { isDeepStrictEqual } from 'node:util';
import type { CommandOutcome } from '../../../src/lanes/command.js';
import type { LaneKey, LaneLogKey } from '../../../src/lanes/lane-log.js';
import {
  commandKey,
  decodeLane,
  decodeOutcome,
  encodeLane,
  encodeOutcome,
  followerKey,
  laneKeyOf,
  laneLogKey,
  parseLaneLogKey,
  slotOf,
} from '../../../src/lanes/lane-log.js';
import { freshHead } from '../../../src/lanes/lane-state.js';
import { sourceId } from '../../../src/lanes/record-id.js';
import { NotRetryableError } from '../../../src/record/record-error.js';
import { epochMs } from '../../../src/record/units.js';
import { CHECKPOINT_KEY } from '../../../src/state/checkpoint.js';
import { count, damaged, laneKeyIn, loggedLaneIn, recordIdIn } from '../support/lane-arbitraries.js';
import { consumed } from '../support/records.js';

const PARTITION = 3;

/** What `read` gives, or null when it refuses in the one way that is allowed. */
const orRefused = <T>(read: () => T): T | null => {
  try {
    return read();
  } catch (error) {
    expect(error).to.be.instanceOf(NotRetryableError);
    return null;
  }
};

const logKey: fc.Arbitrary<LaneLogKey> = fc.oneof(
  laneKeyIn(PARTITION).map((lane) => ({ kind: 'lane' as const, lane })),
  recordIdIn(PARTITION).map((id) => ({ kind: 'follower' as const, id })),
  count.map((offset) => ({ kind: 'command' as const, offset })),
  fc.constant({ kind: 'checkpoint' as const }),
);

const written = (key: LaneLogKey): Buffer => {
  switch (key.kind) {
    case 'lane':
      return laneLogKey(key.lane);
    case 'follower':
      return followerKey(key.id);
    case 'command':
      return commandKey(key.offset);
    case 'checkpoint':
      return CHECKPOINT_KEY;
  }
};

const outcome: fc.Arbitrary<CommandOutcome> = fc.record({
  command: fc.constantFrom('release', 'skip', 'redrive', 'dismiss'),
  outcome: fc.constantFrom('done', 'ignored', 'refused'),
  why: fc.string({ unit: 'binary' }),
  deadLetter: fc.option(count, { nil: null }),
  askedAt: fc.nat(2_000_000_000).map(epochMs),
  at: fc.nat(2_000_000_000).map(epochMs),
});

const VALID = encodeLane({
  state: { ...freshHead(epochMs(1)), attempts: 2, delayMs: 5000 },
  head: 'user.events-3-7',
  arm: { sequence: 4, ordinal: 0 },
});
const changed = (fields: Record<string, unknown>): Buffer =>
  Buffer.from(JSON.stringify({ ...(JSON.parse(VALID.toString()) as object), ...fields }));

describe('keys of the lane log', () => {
  it('as a law: are read as what they were written for, whatever bytes the key of the record has', () => {
    fc.assert(
      fc.property(logKey, (given) => {
        expect(parseLaneLogKey(written(given), PARTITION)).to.deep.equal(given);
      }),
      { numRuns: 500 },
    );
  });

  it('as a law: two that are not the same never have the same bytes', () => {
    fc.assert(
      fc.property(logKey, logKey, (one, other) => {
        expect(written(one).equals(written(other))).to.equal(isDeepStrictEqual(one, other));
      }),
      { numRuns: 1000 },
    );
  });

  it('begin with the type byte that the specification gives their kind', () => {
    const source = sourceId(consumed(258, { topic: 'ab', partition: PARTITION }));
    const hex = (bytes: Buffer): string => bytes.toString('hex');
    expect(hex(laneLogKey({ kind: 'keyed', key: Buffer.from([7]) }))).to.equal('010007');
    expect(hex(laneLogKey({ kind: 'keyless', record: 'a' }))).to.equal('010161');
    expect(hex(followerKey(source))).to.equal('020000000000000001026162');
    expect(hex(followerKey({ kind: 'redriven', partition: 1, offset: 2 }))).to.match(/^02010000000000000002/);
    expect(hex(CHECKPOINT_KEY)).to.equal('03');
    expect(hex(commandKey(258))).to.equal('040000000000000102');
  });

  it('as a law: damaged ones are refused, or are the key of what they say', () => {
    fc.assert(
      fc.property(damaged(logKey.map(written)), (bytes) => {
        const read = orRefused(() => parseLaneLogKey(bytes, PARTITION));
        if (read !== null) expect(written(read)).to.deep.equal(bytes);
      }),
      { numRuns: 3000 },
    );
  });

  it('refuse what no version has written', () => {
    for (const hex of [
      '',
      '00',
      '01',
      '0102',
      '02',
      '0200',
      '02000000000000000001',
      '0202000000000000000161',
      // A topic that is no text.
      '02000000000000000001ff',
      // A partition that is no number, or another spelling of one.
      '0201000000000000000161',
      '020100000000000000014e614e',
      '02010000000000000001303031',
      '0300',
      '04',
      '0400000000000000',
      '05',
      // Offsets that no number can hold.
      '04ffffffffffffffff',
      '0200002000000000000161',
    ]) {
      expect(
        orRefused(() => parseLaneLogKey(Buffer.from(hex, 'hex'), PARTITION)),
        hex,
      ).to.equal(null);
    }
  });

  it('own their bytes: the key of a lane is no view of what was read', () => {
    const bytes = laneLogKey({ kind: 'keyed', key: Buffer.from('k') });
    const read = parseLaneLogKey(bytes, PARTITION);
    bytes.fill(0xff);
    expect(read).to.deep.equal({ kind: 'lane', lane: { kind: 'keyed', key: Buffer.from('k') } });
  });
});

describe('slotOf', () => {
  const name = (of: LaneKey): string => slotOf(of);

  it('as a law: is the same for two lanes exactly when their keys in the lane log are', () => {
    fc.assert(
      fc.property(laneKeyIn(PARTITION), laneKeyIn(PARTITION), (one, other) => {
        expect(name(one) === name(other)).to.equal(laneLogKey(one).equals(laneLogKey(other)));
      }),
      { numRuns: 1000 },
    );
  });

  it('gives records without a key a lane each, and an empty key one for all', () => {
    const ids = [1, 2].map((at) => sourceId(consumed(at)));
    expect(new Set(ids.map((id) => slotOf(laneKeyOf(null, id)))).size).to.equal(2);
    expect(new Set(ids.map((id) => slotOf(laneKeyOf(Buffer.alloc(0), id)))).size).to.equal(1);
  });

  it('tells a record without a key from one whose key spells its name', () => {
    const id = sourceId(consumed(5));
    expect(slotOf(laneKeyOf(null, id))).to.not.equal(slotOf(laneKeyOf(Buffer.from('user.events-0-5'), id)));
  });

  it('tells a redriven record without a key from every record of the source', () => {
    const source = slotOf(laneKeyOf(null, sourceId(consumed(5, { topic: 'user.events' }))));
    expect(slotOf(laneKeyOf(null, { kind: 'redriven', partition: 0, offset: 5 }))).to.not.equal(source);
  });
});

describe('a lane in the lane log', () => {
  it('as a law: is read as it was written', () => {
    fc.assert(
      fc.property(loggedLaneIn(PARTITION), (given) => {
        expect(decodeLane(encodeLane(given))).to.deep.equal(given);
      }),
    );
  });

  it('has the fields that the specification names', () => {
    expect(JSON.parse(VALID.toString())).to.deep.equal({
      v: 1,
      status: 'retrying',
      head: 'user.events-3-7',
      attempts: 2,
      delayMs: 5000,
      due: 1,
      arm: [4, 0],
      firstFailure: null,
      copied: false,
      failure: null,
    });
  });

  it('as a law: whatever is damaged is refused, or is a whole lane', () => {
    fc.assert(
      fc.property(damaged(loggedLaneIn(PARTITION).map(encodeLane)), (bytes) => {
        const read = orRefused(() => decodeLane(bytes));
        if (read !== null) expect(decodeLane(encodeLane(read))).to.deep.equal(read);
      }),
      { numRuns: 1000 },
    );
  });

  it('as a law: any JSON in place of any field is refused, or is a whole lane', () => {
    const fields = Object.keys(JSON.parse(VALID.toString()) as object);
    fc.assert(
      fc.property(fc.constantFrom(...fields), fc.jsonValue(), (field, value) => {
        const read = orRefused(() => decodeLane(changed({ [field]: value })));
        if (read !== null) expect(decodeLane(encodeLane(read))).to.deep.equal(read);
      }),
      { numRuns: 1000 },
    );
  });

  it('is refused with any field missing, and with a version of tomorrow', () => {
    for (const field of Object.keys(JSON.parse(VALID.toString()) as object))
      expect(
        orRefused(() => decodeLane(changed({ [field]: undefined }))),
        field,
      ).to.equal(null);
    expect(orRefused(() => decodeLane(changed({ v: 2 })))).to.equal(null);
  });

  it('is refused with values that no lane has', () => {
    const wrong: readonly Record<string, unknown>[] = [
      { status: 'draining' },
      { attempts: -1 },
      { attempts: 1.5 },
      { delayMs: '5s' },
      { due: null },
      { arm: [1] },
      { arm: [1, -1] },
      { arm: [1, 2, 3] },
      { copied: 'no' },
      { failure: [] },
      { failure: { reason: 'processing' } },
    ];
    for (const fields of wrong)
      expect(
        orRefused(() => decodeLane(changed(fields))),
        JSON.stringify(fields),
      ).to.equal(null);
    for (const text of ['', 'null', '1', '[]', '"x"', '{}'])
      expect(
        orRefused(() => decodeLane(Buffer.from(text))),
        text,
      ).to.equal(null);
  });

  it('is carried over by a reader that does not know a field of it', () => {
    expect(decodeLane(changed({ later: 1 }))).to.deep.equal(decodeLane(VALID));
  });
});

describe('the outcome of a command in the lane log', () => {
  it('as a law: is read as it was written', () => {
    fc.assert(
      fc.property(outcome, (given) => {
        expect(decodeOutcome(encodeOutcome(given))).to.deep.equal(given);
      }),
    );
  });

  it('as a law: whatever is damaged is refused, or is a whole outcome', () => {
    fc.assert(
      fc.property(damaged(outcome.map(encodeOutcome)), (bytes) => {
        const read = orRefused(() => decodeOutcome(bytes));
        if (read !== null) expect(decodeOutcome(encodeOutcome(read))).to.deep.equal(read);
      }),
      { numRuns: 1000 },
    );
  });
});
