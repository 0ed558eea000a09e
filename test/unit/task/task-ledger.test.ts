import { expect } from 'chai';
import fc from 'fast-check';
import type { CommitUnit } from '../../../src/ports/commit.js';
import { commitOffset, epochMs, partition, taskId } from '../../../src/record/units.js';
import { decodeCheckpoint } from '../../../src/state/checkpoint.js';
import { TaskLedger } from '../../../src/task/task-ledger.js';
import { VirtualClock } from '../../../src/testing/virtual-clock.js';
import { PlainRecords } from '../../../src/record/record-list.js';
import { ledgerStart, position, positions, produced, SOURCE, textOf } from '../support/records.js';
import { RecordingTelemetry } from '../support/recording-telemetry.js';
import { LANES } from '../support/task-bench.js';

const DAY_MS = 86_400_000;

class Bench {
  readonly clock = new VirtualClock();
  readonly telemetry = new RecordingTelemetry();
  readonly ledger = new TaskLedger(
    taskId(0, partition(2)),
    partition(2),
    {
      laneLog: LANES,
      guarantee: 'exactly_once_v2',
      sources: [SOURCE, 'other'],
      buffer: () => new PlainRecords(),
    },
    this.clock,
    this.telemetry,
  );
  #decided = 0;

  /** One source record: taken and decided, with one output that names it. */
  decide(bytes = 1, outputBytes = 0): void {
    const at = this.#decided++;
    this.ledger.take(bytes);
    this.ledger.beginDecision();
    const { open } = this.ledger;
    open.add(produced(`out-${at}`.padEnd(outputBytes, '.'), { key: null }));
    open.decide(SOURCE, commitOffset(at + 1), bytes, epochMs(0), 't', 'processed');
  }

  /** Commits until nothing is left, and says what each unit held. */
  flush(): readonly (readonly string[])[] {
    const units: (readonly string[])[] = [];
    while (this.ledger.isDirty()) {
      const unit = this.ledger.takeUnit();
      units.push(namesOf(unit));
      unit.settle('committed');
    }
    return units;
  }
}

const namesOf = (unit: CommitUnit): readonly string[] =>
  [...unit.records].map((r) => textOf(r).replaceAll('.', ''));
const sequenceOf = (unit: CommitUnit): number => {
  const { value } = unit.checkpoint;
  if (value === null) throw new Error('a checkpoint has a value');
  return decodeCheckpoint(value).sequence;
};

describe('TaskLedger', () => {
  it('is clean until something is decided or a checkpoint is owed', () => {
    const { ledger } = new Bench();
    expect(ledger.isDirty()).to.equal(false);
    ledger.restore(ledgerStart(0, positions({ [SOURCE]: 7 }), true));
    expect(ledger.isDirty()).to.equal(true);
  });

  it('writes an owed checkpoint with the positions it started from', () => {
    const { ledger } = new Bench();
    ledger.restore(ledgerStart(3, positions({ [SOURCE]: 7 }), true));
    const unit = ledger.takeUnit();
    expect([...unit.records]).to.deep.equal([]);
    expect(unit.offsets).to.deep.equal([position(SOURCE, 2, 7), position(LANES, 2, 4)]);
    unit.settle('committed');
    expect(ledger.isDirty()).to.equal(false);
    expect(ledger.sequence).to.equal(4);
  });

  it('names every position of the task in each checkpoint, also of topics that had no record', () => {
    const bench = new Bench();
    bench.ledger.restore(ledgerStart(0, positions({ [SOURCE]: 0, other: 5 }), false));
    bench.decide();
    const unit = bench.ledger.takeUnit();
    expect(unit.offsets).to.have.deep.members([
      position(SOURCE, 2, 1),
      position('other', 2, 5),
      position(LANES, 2, 1),
    ]);
  });

  it('says in the checkpoint what it says in the offsets', () => {
    const bench = new Bench();
    bench.ledger.restore(ledgerStart(8, positions({ [SOURCE]: 0 }), false));
    bench.decide();
    const { checkpoint, offsets } = bench.ledger.takeUnit();
    const said = decodeCheckpoint(checkpoint.value ?? Buffer.alloc(0));
    expect([...said.source]).to.deep.equal([[SOURCE, 1]]);
    expect(offsets).to.deep.equal([position(SOURCE, 2, 1), position(LANES, 2, said.sequence)]);
    expect([checkpoint.topic, checkpoint.partition]).to.deep.equal([LANES, 2]);
  });

  it('as a law: abort and re-emission are no abort (I11), the sequence has no gap (I6), nothing is lost or doubled', () => {
    const step = fc.oneof(
      { weight: 4, arbitrary: fc.record({ bytes: fc.nat(9) }) },
      { weight: 2, arbitrary: fc.constant('take' as const) },
      { weight: 2, arbitrary: fc.constantFrom('committed' as const, 'aborted' as const) },
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const bench = new Bench();
        const { ledger } = bench;
        /** Of one transaction. */
        let under: CommitUnit[] = [];
        let decided = 0;
        const committed: string[] = [];
        const sequences: number[] = [];
        const settle = (outcome: 'committed' | 'aborted'): void => {
          if (outcome === 'aborted') for (const unit of under.toReversed()) unit.settle('aborted');
          else
            for (const unit of under) {
              committed.push(...namesOf(unit));
              sequences.push(sequenceOf(unit));
              expect(unit.offsets).to.deep.include(position(SOURCE, 2, committed.length));
              unit.settle('committed');
            }
          under = [];
        };
        for (const given of steps) {
          if (typeof given === 'object') {
            bench.decide(given.bytes);
            decided += 1;
          } else if (given === 'take') {
            if (ledger.isDirty()) under.push(ledger.takeUnit());
          } else settle(given);
          expect(ledger.uncommitted).to.equal(decided - committed.length);
        }
        settle('aborted');
        committed.push(...bench.flush().flat());
        expect(committed).to.deep.equal(Array.from({ length: decided }, (_, i) => `out-${i}`));
        expect(sequences).to.deep.equal(sequences.map((_, i) => i + 1));
        expect([ledger.uncommitted, ledger.uncommittedBytes]).to.deep.equal([0, 0]);
      }),
    );
  });

  it('gives an aborted unit again with the same list of records, so that what was acknowledged is known', () => {
    const bench = new Bench();
    bench.decide();
    const first = bench.ledger.takeUnit();
    first.settle('aborted');
    bench.decide();
    const again = bench.ledger.takeUnit();
    expect(again.records).to.equal(first.records);
    expect(sequenceOf(again)).to.equal(sequenceOf(first));
  });

  it('cuts what one commit holds, in the order of decision, and each part has its own position', () => {
    const bench = new Bench();
    for (let i = 0; i < 40; i++) bench.decide(1, 1_000_000);
    const sizes: number[] = [];
    let at = 0;
    while (bench.ledger.isDirty()) {
      const unit = bench.ledger.takeUnit();
      sizes.push(unit.records.length);
      at += unit.records.length;
      expect(unit.offsets).to.deep.include(position(SOURCE, 2, at));
      unit.settle('committed');
    }
    expect(at).to.equal(40);
    expect(sizes.length).to.be.greaterThan(2);
    for (const size of sizes) expect(size * 1_000_000).to.be.below(15_000_000);
  });

  it('gives the parts again in their order when each of them is aborted first', () => {
    const bench = new Bench();
    for (let i = 0; i < 30; i++) bench.decide(1, 1_000_000);
    const committed: string[] = [];
    while (bench.ledger.isDirty()) {
      bench.ledger.takeUnit().settle('aborted');
      const unit = bench.ledger.takeUnit();
      committed.push(...namesOf(unit));
      unit.settle('committed');
      expect(bench.ledger.uncommitted).to.equal(30 - committed.length);
    }
    expect(committed).to.deep.equal(Array.from({ length: 30 }, (_, i) => `out-${i}`));
  });

  it('refuses to settle units of one transaction in another order: their effects would change theirs', () => {
    const bench = new Bench();
    bench.decide();
    const first = bench.ledger.takeUnit();
    bench.decide();
    const second = bench.ledger.takeUnit();
    expect(() => second.settle('committed')).to.throw('out of turn');
    expect(() => first.settle('aborted')).to.throw('out of turn');
  });

  it('gives nothing to commit once it is lost, and its unit is refused', () => {
    const bench = new Bench();
    bench.decide();
    const unit = bench.ledger.takeUnit();
    bench.decide();
    bench.ledger.markLost();
    expect(unit.isLost()).to.equal(true);
    expect(bench.ledger.isDirty()).to.equal(false);
  });

  it('gives nothing to commit once it is closed, also of a unit that is aborted afterwards', () => {
    const bench = new Bench();
    bench.decide();
    const unit = bench.ledger.takeUnit();
    bench.ledger.close();
    expect(unit.isLost()).to.equal(true);
    unit.settle('aborted');
    expect(bench.ledger.isDirty()).to.equal(false);
    expect(bench.ledger.uncommitted).to.equal(0);
  });

  it('counts what was committed just before it was closed in the metrics, and nowhere else', () => {
    const bench = new Bench();
    bench.decide();
    const unit = bench.ledger.takeUnit();
    bench.ledger.close();
    unit.settle('committed');
    expect(bench.telemetry.starting('messages')).to.deep.equal([`messages ${SOURCE} t processed 1`]);
    expect(bench.ledger.sequence).to.equal(0);
    expect(bench.ledger.uncommitted).to.equal(0);
  });

  it('knows how long ago it committed: since its restore, or its last commit', () => {
    const bench = new Bench();
    const pass = (ms: number): void => {
      bench.clock.after(ms, () => undefined);
      bench.clock.fireNext();
    };
    pass(100);
    bench.ledger.restore(ledgerStart(0, new Map(), false));
    pass(DAY_MS);
    expect(bench.ledger.msSinceCommit()).to.equal(DAY_MS);
    bench.decide();
    bench.ledger.takeUnit().settle('aborted');
    expect(bench.ledger.msSinceCommit()).to.equal(DAY_MS);
    bench.flush();
    expect(bench.ledger.msSinceCommit()).to.equal(0);
  });

  it('knows the oldest timestamp that is not committed, of each topic, and the last one that is', () => {
    const { ledger } = new Bench();
    const decide = (topic: string, at: number, timestamp: number): void => {
      ledger.take(1);
      ledger.beginDecision();
      ledger.open.decide(topic, commitOffset(at), 1, epochMs(0), 't', 'processed', epochMs(timestamp));
    };
    const known = () => [
      ledger.oldestDecided(SOURCE),
      ledger.lastCommitted(SOURCE),
      ledger.oldestDecided('other'),
      ledger.lastCommitted('other'),
    ];
    expect(known()).to.deep.equal([undefined, undefined, undefined, undefined]);
    decide(SOURCE, 1, 50);
    decide(SOURCE, 2, 20);
    decide(SOURCE, 3, 30);
    expect(known()).to.deep.equal([20, undefined, undefined, undefined]);
    const first = ledger.takeUnit();
    decide(SOURCE, 4, 60);
    decide('other', 1, 70);
    expect(known()).to.deep.equal([20, undefined, 70, undefined]);
    first.settle('aborted');
    expect(known()).to.deep.equal([20, undefined, 70, undefined]);
    ledger.takeUnit().settle('committed');
    expect(known()).to.deep.equal([60, 30, 70, undefined]);
    ledger.takeUnit().settle('committed');
    expect(known()).to.deep.equal([undefined, 60, undefined, 70]);
    ledger.close();
    expect(ledger.oldestDecided(SOURCE)).to.equal(undefined);
  });
});
