import { expect } from 'chai';
import fc from 'fast-check';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { LaneRecord } from '../../../src/lanes/lane-record.js';
import { freshHead } from '../../../src/lanes/lane-state.js';
import { LaneTable } from '../../../src/lanes/lane-table.js';
import { Lane } from '../../../src/lanes/lane.js';
import { laneKeyOf, slotOf } from '../../../src/lanes/lane-log.js';
import type { RecordId } from '../../../src/lanes/record-id.js';
import { idText, sourceId } from '../../../src/lanes/record-id.js';
import { epochMs } from '../../../src/record/units.js';
import { consumed } from '../support/records.js';

const TOPICS = ['user.events', 'user.logins'];

interface Step {
  readonly kind: 'put' | 'shift' | 'take' | 'redrive';
  readonly key: number | null;
  readonly topic: number;
  readonly size: number;
}

const steps: fc.Arbitrary<readonly Step[]> = fc.array(
  fc.record({
    kind: fc.constantFrom('put', 'put', 'put', 'redrive', 'shift', 'take'),
    key: fc.option(fc.nat(2), { nil: null, freq: 5 }),
    topic: fc.nat(1),
    size: fc.nat(300),
  }),
  { maxLength: 120 },
);

const laneRecord = (id: RecordId, { key, size }: Step, offset: number): LaneRecord =>
  new LaneRecord(id, consumed(offset, { key: key === null ? null : String(key), value: Buffer.alloc(size) }));

/** What a lane with these records must be worth: that of its first alone, and the others. */
const bytesOf = (records: readonly LaneRecord[]): number => {
  const [first, ...others] = records;
  if (first === undefined) return 0;
  let { bytes } = new Lane(laneKeyOf(first.record.key, first.id), first, freshHead(epochMs(0)));
  for (const record of others) bytes += record.bytes;
  return bytes;
};

/** A table and a model of it: names by slot, head first. */
class Driven {
  readonly table = new LaneTable();
  readonly model = new Map<string, LaneRecord[]>();
  readonly #next = [0, 0];
  #letters = 0;

  step(step: Step): void {
    const lane = this.#laneOf(step);
    if (step.kind === 'shift') {
      if (lane === undefined) return;
      const names = this.model.get(lane.slot) ?? [];
      expect(this.table.shift(lane)).to.equal(names.length > 1);
      names.shift();
      if (names.length === 0) this.model.delete(lane.slot);
    } else if (step.kind === 'take') {
      if (lane === undefined) return;
      const names = this.model.get(lane.slot) ?? [];
      expect(this.table.takeFollowers(lane)).to.deep.equal(names.splice(1));
    } else this.#put(step);
  }

  /** The lane of the step's key; of a step without a key, the newest lane. */
  #laneOf({ key }: Step): Lane | undefined {
    if (key === null) return [...this.table].at(-1);
    return this.table.get(
      slotOf(laneKeyOf(Buffer.from(String(key)), { kind: 'redriven', partition: 0, offset: 0 })),
    );
  }

  #put(step: Step): void {
    const topic = TOPICS[step.topic] ?? '';
    const at = this.#next[step.topic] ?? 0;
    const id: RecordId =
      step.kind === 'redrive'
        ? { kind: 'redriven', partition: 0, offset: (this.#letters += 2) }
        : { kind: 'source', topic, partition: 0, offset: at };
    // Not every record of a partition goes into a lane.
    if (step.kind === 'put') this.#next[step.topic] = at + 1 + (step.size % 3);
    const record = laneRecord(id, step, at);
    const key = laneKeyOf(record.record.key, id);
    const lane = this.table.get(slotOf(key));
    if (lane === undefined) this.table.add(new Lane(key, record, freshHead(epochMs(0))));
    else this.table.append(lane, record);
    this.model.set(slotOf(key), [...(this.model.get(slotOf(key)) ?? []), record]);
  }

  check(): void {
    const all = [...this.model.values()].flat();
    expect(this.table.size).to.equal(this.model.size);
    expect(this.table.followers).to.equal(all.length - this.model.size);
    let bytes = 0;
    for (const [slot, records] of this.model) {
      const lane = this.table.get(slot);
      expect([...(lane ?? [])]).to.deep.equal(records);
      expect(lane?.head).to.equal(records[0]);
      expect(lane?.followers).to.equal(records.length - 1);
      expect(lane?.bytes).to.equal(bytesOf(records));
      bytes += bytesOf(records);
    }
    expect(this.table.bytes).to.equal(bytes);
    for (const record of all) {
      expect(this.table.record(record.name)).to.equal(record);
      if (record.record.key !== null) expect(this.table.mayHoldKey(record.record.key)).to.equal(true);
      if (record.id.kind === 'source')
        expect(this.table.mayHold(record.id.topic, record.id.offset)).to.equal(true);
    }
  }

  /** No record that left is found any more, and none above all that ever came may be there. */
  checkAbsent(): void {
    if (this.model.size === 0) expect(this.table.mayHoldKey(Buffer.from('0'))).to.equal(false);
    const names = new Set([...this.model.values()].flat().map(({ name }) => name));
    for (const [i, topic] of TOPICS.entries()) {
      const next = this.#next[i] ?? 0;
      expect(this.table.mayHold(topic, next)).to.equal(false);
      for (let offset = 0; offset < next; offset++) {
        const name = idText({ kind: 'source', topic, partition: 0, offset });
        expect(this.table.record(name) !== undefined).to.equal(names.has(name));
      }
    }
  }
}

describe('LaneTable', () => {
  it('as a law: its sums, its lanes and its records are those of all records put in and not taken out', () => {
    fc.assert(
      fc.property(steps, (given) => {
        const driven = new Driven();
        for (const step of given) {
          driven.step(step);
          driven.check();
        }
        driven.checkAbsent();
      }),
    );
  });

  it('is worth nothing once every lane is over', () => {
    fc.assert(
      fc.property(steps, (given) => {
        const driven = new Driven();
        for (const step of given) driven.step(step);
        for (const lane of [...driven.table]) while (driven.table.shift(lane));
        const { size, followers, bytes } = driven.table;
        expect([size, followers, bytes]).to.deep.equal([0, 0, 0]);
        for (const topic of TOPICS) expect(driven.table.mayHold(topic, 0)).to.equal(false);
      }),
    );
  });

  it('may hold a key until its lane is over', () => {
    const table = new LaneTable();
    const [one, other] = ['one', 'other'].map((key, index) => {
      const record = new LaneRecord(sourceId(consumed(index)), consumed(index, { key }));
      const lane = new Lane(laneKeyOf(record.record.key, record.id), record, freshHead(epochMs(0)));
      table.add(lane);
      return lane;
    });
    const mayHold = () => ['one', 'other', 'third'].map((key) => table.mayHoldKey(Buffer.from(key)));
    expect(mayHold()).to.deep.equal([true, true, false]);
    expect(table.mayHoldKey(null)).to.equal(false);
    if (one !== undefined) table.shift(one);
    expect(mayHold()).to.deep.equal([false, true, false]);
    if (other !== undefined) table.shift(other);
    expect(mayHold()).to.deep.equal([false, false, false]);
  });

  it('may hold nothing of a topic that no record came from', () => {
    const table = new LaneTable();
    const record = new LaneRecord(sourceId(consumed(5)), consumed(5));
    table.add(new Lane(laneKeyOf(record.record.key, record.id), record, freshHead(epochMs(0))));
    expect([table.mayHold('user.events', 5), table.mayHold('user.events', 6)]).to.deep.equal([true, false]);
    expect(table.mayHold('user.logins', 0)).to.equal(false);
  });

  it('takes a lane in with all the records that it has: what a restore gives', () => {
    const table = new LaneTable();
    const records = [1, 2, 3].map((at) => new LaneRecord(sourceId(consumed(at)), consumed(at)));
    const [head, ...followers] = records as [LaneRecord, ...LaneRecord[]];
    const lane = new Lane(laneKeyOf(head.record.key, head.id), head, freshHead(epochMs(0)));
    for (const follower of followers) lane.append(follower);
    table.add(lane);
    expect([table.followers, table.bytes]).to.deep.equal([2, bytesOf(records)]);
    expect(table.record('user.events-0-3')).to.equal(records[2]);
  });
});

describe('Lane', () => {
  const laneOf = (count: number): Lane => {
    const at = (offset: number): LaneRecord => new LaneRecord(sourceId(consumed(offset)), consumed(offset));
    const lane = new Lane(laneKeyOf(consumed(0).key, at(0).id), at(0), freshHead(epochMs(0)));
    for (let i = 1; i < count; i++) lane.append(at(i));
    return lane;
  };

  it('keeps its order over thousands of records that come and go', () => {
    const lane = laneOf(3000);
    for (let i = 0; i < 2999; i++) {
      expect(lane.head.name).to.equal(`user.events-0-${i}`);
      expect(lane.followers).to.equal(2999 - i);
      expect(lane.shift()).to.equal(true);
    }
    expect(lane.shift()).to.equal(false);
  });

  it('takes its followers out behind a head that is not its first', () => {
    const lane = laneOf(2000);
    for (let i = 0; i < 1500; i++) lane.shift();
    const taken = lane.takeFollowers();
    expect([taken.length, taken[0]?.name, lane.head.name]).to.deep.equal([
      499,
      'user.events-0-1501',
      'user.events-0-1500',
    ]);
    expect([lane.followers, [...lane].length]).to.deep.equal([0, 1]);
  });

  it('owns its key: the head that opened it leaves, and its bytes with it', () => {
    const record = new LaneRecord(sourceId(consumed(0)), consumed(0));
    const key = Buffer.from('k');
    const lane = new Lane({ kind: 'keyed', key }, record, freshHead(epochMs(0)));
    key.fill(0);
    expect(lane.key).to.deep.equal({ kind: 'keyed', key: Buffer.from('k') });
  });

  it('lets go of a head that is done: its bytes are counted no more, so they must not stay', async () => {
    setFlagsFromString('--expose-gc');
    const gc = runInNewContext('gc') as () => void;
    const lane = laneOf(3);
    const gone = new WeakRef(lane.head);
    lane.shift();
    for (let i = 0; i < 5 && gone.deref() !== undefined; i++) {
      await new Promise((resolve) => setImmediate(resolve));
      gc();
    }
    expect(gone.deref()).to.equal(undefined);
    expect(lane.followers).to.equal(1);
  });
});
