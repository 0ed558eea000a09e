import { expect } from 'chai';
import fc from 'fast-check';
import { Admission } from '../../../src/flow/admission.js';
import { Random } from '../../../src/testing/random.js';

const MB = 1_000_000;
/** No bound. */
const ANY_BYTES = 1_000_000 * MB;

const load = (uncommitted: number, uncommittedBytes = 0, decided = 0) => ({
  uncommitted,
  uncommittedBytes,
  decided,
});

const settings = fc.record({
  partitions: fc.integer({ min: 1, max: 12 }),
  /** Records per partition; two at the least, or one poll more than is counted cannot fit. */
  share: fc.oneof(fc.integer({ min: 2, max: 200 }), fc.integer({ min: 2, max: 20_000 })),
  spare: fc.nat(11),
  taskMaxBufferBytes: fc.integer({ min: 1, max: 64 }).map((mb) => mb * MB),
  recordBytes: fc.oneof(fc.nat(2000), fc.integer({ min: 2000, max: MB })),
  /** Of what is held, the part that is decided: a commit gives it back. */
  decidedPart: fc.constantFrom(0, 0.5, 1),
  /** Batches that were seen before: what records weigh is known after many. */
  seen: fc.constantFrom(0, 5, 200),
  seed: fc.nat(),
});
type Settings = typeof settings extends fc.Arbitrary<infer T> ? T : never;

/**
 * The poll loop, the pause board and the tasks as far as admission sees them: the next poll is under way
 * while the batch of the last one is taken, a partition that was not paused when a poll was issued may
 * fill it alone, and commits come when they like.
 */
class Intake {
  readonly held: number[];
  readonly paused: boolean[];
  readonly admission: Admission;
  readonly #random: Random;
  #underWay: { readonly size: number; readonly from: readonly number[] };

  constructor(private readonly given: Settings) {
    const { partitions, taskMaxBufferBytes, seed } = given;
    this.admission = new Admission({ maxUncommitted: this.limit, taskMaxBufferBytes });
    this.held = Array.from({ length: partitions }, () => 0);
    this.paused = Array.from({ length: partitions }, () => false);
    this.#balance();
    this.#random = new Random(seed);
    for (let i = 0; i < given.seen; i++) this.admission.observe(1, given.recordBytes);
    this.#underWay = this.#issue();
  }

  get limit(): number {
    return this.given.partitions * this.given.share + Math.min(this.given.spare, this.given.partitions - 1);
  }

  get total(): number {
    return this.held.reduce((sum, held) => sum + held, 0);
  }

  /** One turn of the poll loop; the partitions that have records waiting send all they can. */
  turn(waiting: (partition: number) => boolean): void {
    const polled = this.#underWay;
    this.#underWay = this.#issue();
    const senders = polled.from.filter(waiting);
    let taken = 0;
    if (senders.length > 0) {
      const alone = this.#random.chance(0.5) ? this.#random.pick(senders) : undefined;
      for (; taken < polled.size; taken++) this.#take(alone ?? this.#random.pick(senders));
    }
    this.admission.observe(taken, taken * this.given.recordBytes);
    this.#balance();
  }

  commit(partition: number, records: number): void {
    this.held[partition] = Math.max(0, (this.held[partition] ?? 0) - records);
    this.#balance();
  }

  #issue() {
    const from = this.paused.flatMap((paused, partition) => (paused ? [] : [partition]));
    return { size: this.admission.batchSize, from };
  }

  #take(partition: number): void {
    this.held[partition] = (this.held[partition] ?? 0) + 1;
  }

  #balance(): void {
    this.admission.balance(
      this.given.partitions,
      this.held.map((held) => this.#load(held)),
    );
    for (const partition of this.held.keys()) this.#regulate(partition);
  }

  #regulate(partition: number): void {
    const verdict = this.admission.records(this.#load(this.held[partition] ?? 0));
    if (verdict !== 'keep') this.paused[partition] = verdict === 'pause';
  }

  #load(held: number): ReturnType<typeof load> {
    return load(held, 0, Math.floor(held * this.given.decidedPart));
  }
}

const admission = (maxUncommitted: number, partitions = 1, taskMaxBufferBytes = 64 * MB): Admission => {
  const made = new Admission({ maxUncommitted, taskMaxBufferBytes });
  made.balance(partitions, []);
  return made;
};

describe('Admission', () => {
  it('as a law: records taken and not yet committed never exceed the total, however they come', () => {
    fc.assert(
      fc.property(settings, fc.array(fc.nat(9), { maxLength: 80 }), (given, commits) => {
        const intake = new Intake(given);
        const random = new Random(given.seed + 1);
        for (const kind of commits) {
          if (kind === 0) intake.commit(random.below(given.partitions), random.below(given.share + 1));
          else intake.turn(() => true);
          expect(intake.total).to.be.at.most(intake.limit);
        }
      }),
      { numRuns: 1000 },
    );
  });

  it('as a law: a partition that stands still cannot eat the credit of the others (F18)', () => {
    fc.assert(
      fc.property(settings, (given) => {
        fc.pre(given.partitions > 1);
        const intake = new Intake({ ...given, share: Math.min(given.share, 2000) });
        // All but the last never commit again; that one commits all it holds after every turn.
        const last = given.partitions - 1;
        const own = Math.max(1, Math.floor(intake.limit / 4 / given.partitions));
        for (let turns = 0; turns < 200; turns++) {
          intake.turn(() => true);
          intake.commit(last, intake.held[last] ?? 0);
        }
        expect(intake.paused[last]).to.equal(false);
        const before = intake.total;
        intake.turn((p) => p === last);
        intake.turn((p) => p === last);
        expect(intake.total).to.be.greaterThan(before);
        // It may always go on to half of what is its own, and no poll brings it beyond all of that.
        expect(intake.admission.records(load(Math.floor(own / 2) - 1))).not.to.equal('pause');
      }),
      { numRuns: 100 },
    );
  });

  it('a partition that is ahead takes what nobody uses, and no more than the pool', () => {
    const made = admission(20_000, 10);
    const others = Array.from({ length: 9 }, () => load(0));
    // Its own are 500, the pool is 15,000. Two batches of 125 may be under way.
    for (const held of [15_100, 15_400]) {
      made.balance(10, [load(held, 0, held), ...others]);
      expect(made.records(load(200))).not.to.equal('pause');
      expect(made.records(load(held, 0, held))).to.equal(held < 15_250 ? 'keep' : 'pause');
    }
    // Nor what others have of the pool.
    made.balance(10, [load(5000), load(10_000), ...others.slice(1)]);
    expect(made.records(load(10_000, 0, 10_000))).to.equal('keep');
    made.balance(10, [load(5000), load(11_000), ...others.slice(1)]);
    expect(made.records(load(5000, 0, 5000))).to.equal('pause');
  });

  it('a partition whose handlers hang is paused at half of the pool, and the others go on', () => {
    const made = admission(60_000, 6, ANY_BYTES);
    const others = Array.from({ length: 5 }, () => load(0));
    let held = 0;
    for (; made.records(load(held)) !== 'pause'; held += made.demand)
      made.balance(6, [load(held), ...others]);
    expect(held).to.be.within(20_000, 26_000);
    expect(made.balance(6, [load(held), ...others])).not.to.equal('pause');
    expect(made.batchSize).to.equal(1000);
    expect(made.records(load(12_000, 0, 12_000))).not.to.equal('pause');
  });

  it('asks for batches as large as the pool allows, however small the share of a partition', () => {
    for (const share of [2, 3, 4, 5, 7, 8, 20])
      expect(admission(share * 200, 200, ANY_BYTES).batchSize, `${share} each`).to.equal(
        share === 2 ? 1 : Math.min(1000, 50 * (share - Math.max(2, Math.floor(share / 4)))),
      );
  });

  it('asks for nothing before one busy partition would be paused', () => {
    const made = admission(60_000, 6);
    const others = Array.from({ length: 5 }, () => load(0));
    let held = 0;
    for (; made.demand > 0; held += made.demand) made.balance(6, [load(held, 0, held), ...others]);
    expect(held).to.be.within(36_000, 38_000);
    const after = load(held + 2000, 0, held);
    made.balance(6, [after, ...others]);
    expect(made.records(after), 'two batches were under way').to.equal('keep');
  });

  it('asks for nothing while most of all waits for a commit, and goes on when nothing decided would make room', () => {
    const made = admission(10_000, 2);
    made.balance(2, [load(6000, 0, 5900)]);
    expect(made.demand).to.equal(made.batchSize);
    made.balance(2, [load(6000, 0, 6000)]);
    expect(made.demand).to.equal(0);
    made.balance(2, [load(9000, 0, 0)]);
    expect(made.demand).to.equal(made.batchSize);
  });

  it('says when half of all is held: it is time to commit', () => {
    const made = admission(10_000, 2);
    expect(made.balance(2, [load(2000), load(2000)])).not.to.equal('pause');
    expect(made.balance(2, [load(2000), load(3000)])).to.equal('pause');
  });

  it('as a law: whoever has committed everything is resumed, and whoever holds all there is is paused', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 100_000 }),
        fc.integer({ min: 1, max: 50 }),
        (max, partitions) => {
          const made = admission(max, partitions);
          expect(made.records(load(0))).to.equal('resume');
          expect(made.records(load(max))).to.equal('pause');
          expect(made.bytes(load(0, 0))).to.equal('resume');
          expect(made.bytes(load(0, 64 * MB))).to.equal('pause');
        },
      ),
    );
  });

  it('asks for at least one record, and for no more than a batch of the client', () => {
    fc.assert(
      fc.property(settings, (given) => {
        const intake = new Intake(given);
        intake.admission.observe(1, given.recordBytes);
        expect(intake.admission.batchSize).to.be.within(1, 1000);
      }),
    );
  });

  it('does not flutter: between pause and resume it keeps what is', () => {
    const made = admission(20_000);
    const verdicts = Array.from({ length: 20_001 }, (_, held) => made.records(load(held)));
    expect(verdicts.filter((verdict) => verdict === 'keep').length).to.be.greaterThan(5000);
    // Resume below, keep between, pause above: no verdict comes back after the next.
    const order = ['resume', 'keep', 'pause'];
    const ranks = verdicts.map((verdict) => order.indexOf(verdict));
    expect(ranks).to.deep.equal([...ranks].sort((a, b) => a - b));
  });

  it('shares what there is when partitions come and go', () => {
    const made = admission(10_000, 1);
    made.balance(1, [load(4000)]);
    expect(made.records(load(4000))).not.to.equal('pause');
    const full = Array.from({ length: 4 }, () => load(2450));
    made.balance(4, full);
    expect(made.records(load(2450))).to.equal('pause');
    made.balance(1, [load(2450)]);
    expect(made.records(load(2450))).not.to.equal('pause');
  });

  it('asks for few records once large ones were seen, and for more again when they become small', () => {
    const made = admission(20_000, 1, 8 * MB);
    made.observe(10, 10 * MB);
    const few = made.batchSize;
    expect(few).to.be.at.most(4);
    for (let i = 0; i < 100; i++) made.observe(100, 100 * 200);
    expect(made.batchSize).to.be.greaterThan(10 * few);
  });

  it('pauses a partition by its bytes before it holds more than its bound, batches of known records included', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: MB }), (recordBytes) => {
        const bound = 8 * MB;
        const made = admission(1_000_000, 1, bound);
        made.observe(1, recordBytes);
        let held = 0;
        while (made.bytes(load(0, held)) !== 'pause') held += made.batchSize * recordBytes;
        expect(held).to.be.at.most(bound);
      }),
    );
  });

  it('takes nothing from an empty batch', () => {
    const made = admission(20_000);
    const before = made.batchSize;
    made.observe(0, 0);
    expect(made.batchSize).to.equal(before);
  });
});
