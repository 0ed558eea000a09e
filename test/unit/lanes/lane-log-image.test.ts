import { expect } from 'chai';
import fc from 'fast-check';
import type { RestoredLanes } from '../../../src/lanes/lane-log-image.js';
import { LaneLogImage } from '../../../src/lanes/lane-log-image.js';
import type { LaneKey } from '../../../src/lanes/lane-log.js';
import { commandKey, encodeLane, followerKey, laneKeyOf, laneLogKey } from '../../../src/lanes/lane-log.js';
import { freshHead } from '../../../src/lanes/lane-state.js';
import { encodeRecord } from '../../../src/lanes/record-codec.js';
import { idText, sourceId } from '../../../src/lanes/record-id.js';
import { NotRetryableError } from '../../../src/record/record-error.js';
import { commitOffset, epochMs, partition } from '../../../src/record/units.js';
import { ChangelogWrites } from '../../../src/state/changelog-writes.js';
import { damaged } from '../support/lane-arbitraries.js';
import type { Entry, Model } from '../support/lane-history.js';
import { LaneHistory, PARTITION, compacted, steps } from '../support/lane-history.js';
import { consumed } from '../support/records.js';

const NOW = epochMs(1_770_000_000_000);

const replayed = (log: readonly Entry[], image = new LaneLogImage(partition(PARTITION))): RestoredLanes => {
  for (const { key, value } of log) image.apply(key, value);
  return image.restored(NOW, null);
};

/** As plain data by slot: the order among lanes means nothing. */
const plain = ({ lanes, outcomes, orphans }: RestoredLanes) => ({
  lanes: Object.fromEntries(
    lanes.map((lane) => [
      lane.slot,
      {
        key: lane.key,
        logged: { state: lane.state, head: lane.head.name, arm: lane.arm },
        records: [...lane].map(({ id, record }) => ({ id, record })),
      },
    ]),
  ),
  outcomes: Object.fromEntries(outcomes),
  orphans,
});

const modelled = ({ lanes, outcomes }: Model) => ({
  lanes: Object.fromEntries(lanes),
  outcomes: Object.fromEntries(outcomes),
  orphans: 0,
});

/** The records that the log still has, by key: each must be in one lane, whatever else there is. */
const followersIn = (log: readonly Entry[]): readonly string[] => {
  const alive = new Map<string, Buffer>();
  for (const { key, value } of log) {
    if (key[0] !== 0x02) continue;
    if (value === null) alive.delete(key.toString('hex'));
    else alive.set(key.toString('hex'), value);
  }
  return [...alive].map(([key, value]) => `${key}: ${value.toString('hex')}`).sort();
};
const foundIn = (log: readonly Entry[]): readonly string[] =>
  replayed(log)
    .lanes.flatMap((each) => [...each])
    .map(({ id, record }) => `${followerKey(id).toString('hex')}: ${encodeRecord(record).toString('hex')}`)
    .sort();

/** One write-set of them all, in the order in which it is acknowledged without a transaction. */
const merged = (transactions: readonly (readonly Entry[])[]): readonly Entry[] => {
  const writes = new ChangelogWrites();
  for (const { key, value } of transactions.flat()) {
    if (value === null) writes.remove(key);
    else if (key[0] === 0x02) writes.append(key, value);
    else writes.put(key, () => ({ value, trigger: null }));
  }
  return writes.seal(1).stages.flat();
};

const KEY = Buffer.from('k');
const LANE: LaneKey = { kind: 'keyed', key: KEY };
const source = (at: number) => consumed(at, { partition: PARTITION, key: KEY });
const follower = (at: number): Entry => ({
  key: followerKey(sourceId(source(at))),
  value: encodeRecord(source(at)),
});
const lane = (head: number): Entry => ({
  key: laneLogKey(LANE),
  value: encodeLane({ state: freshHead(epochMs(1)), head: idText(sourceId(source(head))), arm: null }),
});
const gone = ({ key }: Entry): Entry => ({ key, value: null });
const offsetsOf = ({ lanes }: RestoredLanes): readonly (readonly number[])[] =>
  lanes.map((each) => [...each].map(({ record }) => record.offset));

describe('LaneLogImage', () => {
  it('as a law: what is replayed of a history is what memory was after it, and after each of its transactions (I8)', () => {
    fc.assert(
      fc.property(steps, (given) => {
        const history = new LaneHistory();
        const log: Entry[] = [];
        for (const step of given) {
          log.push(...history.transaction(step));
          expect(plain(replayed(log))).to.deep.equal(modelled(history.model));
        }
      }),
    );
  });

  it('as a law: a compacted log says the same as the whole one, wherever the cleaner was', () => {
    fc.assert(
      fc.property(steps, fc.nat(), fc.nat(), (given, where, drop) => {
        const history = new LaneHistory();
        const log = given.flatMap((step) => history.transaction(step));
        const cut = log.length === 0 ? 0 : where % (log.length + 1);
        const rest = compacted(log, cut, (at) => ((drop >> (at % 30)) & 1) === 1);
        expect(plain(replayed(rest))).to.deep.equal(modelled(history.model));
      }),
      { numRuns: 300 },
    );
  });

  it('as a law: a transaction that is in the log twice in a row says the same as once', () => {
    fc.assert(
      fc.property(steps, (given) => {
        const history = new LaneHistory();
        const log = given.flatMap((step) => {
          const entries = history.transaction(step);
          return [...entries, ...entries];
        });
        expect(plain(replayed(log))).to.deep.equal(modelled(history.model));
      }),
    );
  });

  it('as a law: without transactions a crash between any two entries loses no record and refuses nothing', () => {
    fc.assert(
      fc.property(steps, fc.nat(), (given, where) => {
        const history = new LaneHistory();
        const log = given.flatMap((step) => history.transaction(step));
        const cut = log.length === 0 ? 0 : where % (log.length + 1);
        expect(foundIn(log.slice(0, cut))).to.deep.equal(followersIn(log.slice(0, cut)));
      }),
      { numRuns: 300 },
    );
  });

  it('as a law: the same holds of transactions that were merged into one set, written stage by stage (F13)', () => {
    fc.assert(
      fc.property(steps, fc.integer({ min: 1, max: 12 }), fc.nat(), (given, each, where) => {
        const history = new LaneHistory();
        const log: Entry[] = [];
        for (let from = 0; from < given.length; from += each) {
          const transactions = given.slice(from, from + each).map((step) => history.transaction(step));
          log.push(...merged(transactions));
        }
        expect(plain(replayed(log))).to.deep.equal(modelled(history.model));
        const cut = log.slice(0, log.length === 0 ? 0 : where % log.length);
        expect(foundIn(cut)).to.deep.equal(followersIn(cut));
      }),
      { numRuns: 300 },
    );
  });

  it('as a law: is the same when it is replayed a second time after clear', () => {
    fc.assert(
      fc.property(steps, steps, (one, other) => {
        const image = new LaneLogImage(partition(PARTITION));
        const before = new LaneHistory();
        replayed(
          one.flatMap((step) => before.transaction(step)),
          image,
        );
        image.clear();
        const history = new LaneHistory();
        const log = other.flatMap((step) => history.transaction(step));
        expect(plain(replayed(log, image))).to.deep.equal(modelled(history.model));
      }),
    );
  });

  it('copies what it is given: a batch may reuse its memory', () => {
    const log = [follower(1), lane(1), follower(2)];
    const image = new LaneLogImage(partition(PARTITION));
    for (const { key, value } of log) {
      const [ownKey, ownValue] = [Buffer.from(key), value && Buffer.from(value)];
      image.apply(ownKey, ownValue);
      ownKey.fill(0);
      ownValue?.fill(0);
    }
    expect(plain(image.restored(NOW, null))).to.deep.equal(plain(replayed(log)));
  });

  it('has the followers in the order of the log and not of their offsets, behind the head', () => {
    expect(offsetsOf(replayed([follower(10), lane(10), follower(12), follower(5)]))).to.deep.equal([
      [10, 12, 5],
    ]);
  });

  it('has a follower that was written again at its last place, as a compacted log has', () => {
    const log = [follower(1), lane(1), follower(2), follower(3), follower(2)];
    expect(offsetsOf(replayed(log))).to.deep.equal([[1, 3, 2]]);
    expect(offsetsOf(replayed(compacted(log, log.length, () => true)))).to.deep.equal([[1, 3, 2]]);
  });

  it('puts the head first wherever its record lies', () => {
    expect(offsetsOf(replayed([follower(1), follower(2), lane(2)]))).to.deep.equal([[2, 1]]);
  });

  it('gives a lane of its own to each record without a key', () => {
    const log = [1, 2].map((at): Entry => {
      const record = consumed(at, { partition: PARTITION, key: null });
      return { key: followerKey(sourceId(record)), value: encodeRecord(record) };
    });
    expect(offsetsOf(replayed(log))).to.deep.equal([[1], [2]]);
  });

  it('takes a record with no value for a record, and not for a tombstone', () => {
    const record = consumed(1, { partition: PARTITION, key: KEY, value: null });
    const entry = { key: followerKey(sourceId(record)), value: encodeRecord(record) };
    const { lanes } = replayed([entry, lane(1)]);
    expect(lanes[0]?.head.record).to.deep.equal(record);
  });

  describe('of followers without a lane', () => {
    it('makes one lane for each key, due now, with all of them in the order of the log', () => {
      const restored = replayed([follower(3), follower(1), follower(2)]);
      expect(offsetsOf(restored)).to.deep.equal([[3, 1, 2]]);
      expect(restored.orphans).to.equal(1);
      expect(restored.lanes[0]?.state).to.deep.equal(freshHead(NOW));
      expect(restored.lanes[0]?.arm).to.equal(null);
    });

    it('makes it also when the lane is gone and only they were left', () => {
      const restored = replayed([follower(1), lane(1), follower(2), gone(lane(1)), gone(follower(1))]);
      expect([offsetsOf(restored), restored.orphans]).to.deep.equal([[[2]], 1]);
    });
  });

  describe('where writers were not fenced (F13)', () => {
    const unfenced = (
      log: readonly Entry[],
      positions = new Map([['user.events', commitOffset(100)]]),
    ): RestoredLanes => {
      const image = new LaneLogImage(partition(PARTITION));
      for (const { key, value } of log) image.apply(key, value);
      return image.restored(NOW, positions);
    };

    it('a lane whose head is gone is over: whoever was put out wrote it after its successor had decided the head', () => {
      const { lanes, orphans, strays } = unfenced([follower(1), gone(follower(1)), lane(1)]);
      expect([lanes, orphans]).to.deep.equal([[], 0]);
      expect(strays.lanes).to.deep.equal([laneKeyOf(KEY, sourceId(source(1)))]);
    });

    it('what follows a head that is gone is due now', () => {
      const restored = unfenced([follower(1), follower(2), gone(follower(1)), lane(1)]);
      expect([offsetsOf(restored), restored.orphans]).to.deep.equal([[[2]], 1]);
      expect(restored.lanes[0]?.state).to.deep.equal(freshHead(NOW));
      expect(restored.strays.lanes).to.have.length(1);
    });

    it('the records of a lane are in source order, whoever wrote them last', () => {
      const log = [follower(1), lane(1), follower(2), follower(3), follower(4), follower(2), follower(3)];
      const restored = unfenced(log);
      expect(offsetsOf(restored)).to.deep.equal([[1, 2, 3, 4]]);
      expect(restored.strays.disordered).to.deep.equal(restored.lanes);
      expect(unfenced([follower(1), lane(1), follower(2)]).strays.disordered).to.deep.equal([]);
      expect(offsetsOf(replayed(log))).to.deep.equal([[1, 4, 2, 3]]);
    });

    it('what lies at or behind the position is read again, and dropped: a set may be there in part', () => {
      const log = [follower(1), lane(1), follower(3), follower(4)];
      const restored = unfenced(log, new Map([['user.events', commitOffset(2)]]));
      expect(offsetsOf(restored)).to.deep.equal([[1]]);
      expect(restored.strays.records).to.deep.equal([3, 4].map((at) => sourceId(source(at))));
    });
  });

  describe('refuses', () => {
    const refusal = (log: readonly Entry[]): unknown => {
      try {
        replayed(log);
        return null;
      } catch (error) {
        return error;
      }
    };

    it('a lane whose head has no record, and names the head', () => {
      for (const log of [[lane(7)], [lane(7), follower(8)], [follower(7), lane(7), gone(follower(7))]]) {
        const error = refusal(log);
        expect(error).to.be.instanceOf(NotRetryableError);
        expect((error as Error).message).to.include(`user.events-${PARTITION}-7`);
      }
    });

    it('a lane whose head belongs to another key', () => {
      const record = consumed(7, { partition: PARTITION, key: 'other' });
      const other = { key: followerKey(sourceId(record)), value: encodeRecord(record) };
      expect(refusal([other, lane(7)])).to.be.instanceOf(NotRetryableError);
    });

    it('a follower whose record is another one than its key says, or of another partition', () => {
      const { key } = follower(7);
      for (const record of [
        source(8),
        consumed(7, { partition: PARTITION, key: KEY, topic: 'user.logins' }),
        consumed(7, { partition: PARTITION + 1, key: KEY }),
      ]) {
        expect(refusal([{ key, value: encodeRecord(record) }])).to.be.instanceOf(NotRetryableError);
      }
    });

    it('as a law: what it cannot read, with this error and no other, and never passes over it in silence', () => {
      const entry = fc.constantFrom(follower(1), lane(1));
      fc.assert(
        fc.property(
          entry,
          damaged(entry.map(({ key }) => key)),
          damaged(entry.map(({ value }) => value ?? KEY)),
          (of, key, value) => {
            for (const log of [[{ key, value: of.value }], [{ key: of.key, value }]]) {
              const image = new LaneLogImage(partition(PARTITION));
              try {
                for (const each of log) image.apply(each.key, each.value);
              } catch (error) {
                expect(error).to.be.instanceOf(NotRetryableError);
                continue;
              }
              let found: number;
              try {
                found = image.restored(NOW, null).lanes.length;
              } catch (error) {
                expect(error).to.be.instanceOf(NotRetryableError);
                continue;
              }
              expect(found > 0 || key.equals(Buffer.from([0x03]))).to.equal(true);
            }
          },
        ),
        { numRuns: 2000 },
      );
    });

    it('a lane, a follower and an outcome that are empty', () => {
      for (const key of [follower(1).key, lane(1).key, commandKey(1)])
        expect(refusal([{ key, value: Buffer.alloc(0) }])).to.be.instanceOf(NotRetryableError);
    });
  });
});
