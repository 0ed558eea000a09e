import { expect } from 'chai';
import { ExactlyOnceCommitter } from '../../../src/commit/exactly-once.js';
import type { CommitResult, CommitUnit } from '../../../src/ports/commit.js';
import type { TransactionalProducer } from '../../../src/ports/producer.js';
import type { RecordList } from '../../../src/record/record-list.js';
import { Scheduler } from '../../../src/testing/scheduler.js';
import { unitOf } from '../support/commit-units.js';
import { errorOf, KINDS } from '../support/kafka-errors.js';
import { sourceConsumer, transactionalProducer } from '../support/ports.js';
import { position, produced as textual, textOf } from '../support/records.js';
import { deferred } from '../support/settle.js';

type PlainStep = 'begin' | 'flush' | 'sendOffsets' | 'commit' | 'abort';
type Step = PlainStep | 'produce';
interface On extends Partial<Record<PlainStep, () => void>> {
  produce?(list: RecordList): void | Promise<void>;
}

const TRANSACTION_TIMEOUT_MS = 15_000;

/** A producer that notes its calls; `on` may throw instead of the step, or change the world. */
const bench = (on: On = {}, room = (): number => Number.MAX_SAFE_INTEGER) => {
  const scheduler = new Scheduler(1);
  const calls: string[] = [];
  const produced: string[] = [];
  const lists: RecordList[] = [];
  const member = sourceConsumer();
  const step = async (name: PlainStep, what: string = name): Promise<void> => {
    calls.push(what);
    on[name]?.();
  };
  const producer: TransactionalProducer = transactionalProducer({
    begin: () => step('begin'),
    produce: async (records, from = 0) => {
      calls.push('produce');
      lists.push(records);
      await on.produce?.(records);
      const taken = [...records].slice(from, from + room());
      produced.push(...taken.map(textOf));
      return taken.length;
    },
    flush: () => step('flush'),
    sendOffsets: async (offsets, by) => {
      expect(by).to.equal(member);
      await step(
        'sendOffsets',
        `sendOffsets ${offsets.map(({ topic, offset }) => `${topic}=${offset}`).join(' ')}`,
      );
    },
    commit: () => step('commit'),
    abort: () => step('abort'),
  });
  const committer = new ExactlyOnceCommitter(producer, member, scheduler.clock, TRANSACTION_TIMEOUT_MS);
  let ahead: CommitUnit[] = [];
  /** As the loop does: with what was sent ahead since the last one. */
  const commit = (...units: CommitUnit[]): Promise<CommitResult> => {
    const behind = ahead;
    ahead = [];
    return scheduler.complete(committer.commit(units, behind));
  };
  /** The calls, several of the same kind in a row as one. */
  const steps = (): string[] =>
    calls.map((call) => call.split(' ')[0] ?? '').filter((call, i, all) => call !== all[i - 1]);
  const sendAhead = async (...units: CommitUnit[]): Promise<CommitResult | undefined> => {
    const failed = await scheduler.complete(committer.sendAhead(units));
    if (failed === undefined) ahead = units;
    return failed;
  };
  return { scheduler, calls, produced, lists, commit, sendAhead, steps };
};

const failing = (error: unknown) => (): never => {
  throw error;
};

describe('ExactlyOnceCommitter', () => {
  it('begins, produces, waits for the deliveries, adds the offsets and commits', async () => {
    const { commit, steps } = bench();
    expect(await commit(unitOf('a'))).to.deep.equal({ kind: 'committed' });
    expect(steps()).to.deep.equal(['begin', 'produce', 'flush', 'sendOffsets', 'commit']);
  });

  it("produces each task's effects in their order, its checkpoint after them", async () => {
    const { commit, produced } = bench();
    await commit(unitOf('a'), unitOf('b'));
    expect(produced).to.deep.equal(['a-1', 'a-2', 'a-checkpoint', 'b-1', 'b-2', 'b-checkpoint']);
  });

  it('gives the client many records of a task as they are, and everything else in one list', async () => {
    const { commit, lists } = bench();
    const many = unitOf('many', {
      records: Array.from({ length: 2_000 }, () => textual('m')),
    });
    await commit(unitOf('a'), many, unitOf('b'));
    expect(lists).to.have.lengthOf(2);
    expect(lists[0]).to.equal(many.records);
    expect([...lists[1]!].map(textOf)).to.deep.equal([
      ...['a-1', 'a-2', 'a-checkpoint'],
      'many-checkpoint',
      ...['b-1', 'b-2', 'b-checkpoint'],
    ]);
  });

  describe('of several lists', () => {
    const many = (name: string): CommitUnit =>
      unitOf(name, { records: Array.from({ length: 1_000 }, () => textual(name)) });

    it('asks the client for several at once', async () => {
      const [a, b] = [many('a'), many('b')];
      const asked: RecordList[] = [];
      const all = deferred();
      const { commit } = bench({
        produce: async (list) => {
          asked.push(list);
          if (asked.length === 3) all.resolve();
          await all.promise;
        },
      });
      expect(await commit(a, b)).to.deep.equal({ kind: 'committed' });
      expect(asked.slice(0, 2)).to.deep.equal([a.records, b.records]);
    });

    it('asks for four at a time, of however many tasks', async () => {
      let underWay = 0;
      const most: number[] = [];
      const { scheduler, commit } = bench({
        produce: async () => {
          most.push((underWay += 1));
          await new Promise<void>((resolve) => scheduler.clock.after(1, resolve));
          underWay -= 1;
        },
      });
      await commit(...['a', 'b', 'c', 'd', 'e', 'f'].map(many));
      expect([most.length, Math.max(...most)]).to.deep.equal([7, 4]);
    });

    it('aborts when one is refused, after no other is under way any more', async () => {
      const [a, b] = [many('a'), many('b')];
      const cause = errorOf('abortable');
      const under = deferred();
      const { scheduler, commit, calls } = bench({
        produce: async (list) => {
          if (list === a.records) throw cause;
          if (list !== b.records) return;
          await under.promise;
          calls.push('b is over');
        },
      });
      scheduler.clock.after(1, () => under.resolve());
      expect(await commit(a, b)).to.deep.equal({ kind: 'aborted', cause });
      expect(calls.slice(-2)).to.deep.equal(['b is over', 'abort']);
    });

    it('sends nothing more of the others when one is refused', async () => {
      const [a, b] = [many('a'), many('b')];
      const cause = errorOf('abortable');
      const { scheduler, commit, produced } = bench(
        {
          produce: (list) => {
            if (list === a.records) throw cause;
          },
        },
        () => 10,
      );
      expect(await commit(a, b)).to.deep.equal({ kind: 'aborted', cause });
      expect(produced.filter((text) => text === 'b')).to.have.lengthOf(10);
      expect(scheduler.clock.monotonic()).to.be.below(TRANSACTION_TIMEOUT_MS / 2);
    });
  });

  it('adds the offsets of all tasks in one call', async () => {
    const { commit, calls } = bench();
    await commit(unitOf('a'), unitOf('b', { offsets: [position('b', 1, 2), position('lanes', 1, 1)] }));
    expect(calls).to.include('sendOffsets a=2 lanes=1 b=2 lanes=1');
  });

  it('commits the checkpoint of a task that only filtered', async () => {
    const { commit, produced } = bench();
    expect(await commit(unitOf('a', { records: [] }))).to.deep.equal({ kind: 'committed' });
    expect(produced).to.deep.equal(['a-checkpoint']);
  });

  /** What each step's failure means, by the kind of the error. `aborts`: the transaction is aborted. */
  const BEFORE_THE_END = {
    retriable: { result: 'aborted', aborts: true },
    abortable: { result: 'aborted', aborts: true },
    unusable: { result: 'aborted', aborts: true },
    fenced: { result: 'fatal', aborts: false },
    fatal: { result: 'fatal', aborts: false },
  } as const;
  for (const step of ['begin', 'produce', 'flush', 'sendOffsets'] as const) {
    for (const kind of KINDS) {
      const { result, aborts } = BEFORE_THE_END[kind];
      it(`answers ${result} when ${step} fails as ${kind}, and commits nothing`, async () => {
        const cause = errorOf(kind);
        const { commit, steps } = bench({ [step]: failing(cause) });
        expect(await commit(unitOf('a'))).to.deep.equal({ kind: result, cause });
        expect(steps()).not.to.include('commit');
        // A transaction that did not begin cannot be aborted.
        expect(steps().includes('abort')).to.equal(aborts && step !== 'begin');
      });
    }

    it(`answers fatal when ${step} fails with what is no KafkaError`, async () => {
      const bug = new TypeError('x is not a function');
      const { commit, steps } = bench({ [step]: failing(bug) });
      const result = await commit(unitOf('a'));
      expect(result.kind).to.equal('fatal');
      expect('cause' in result && result.cause !== 'lost' && result.cause.cause).to.equal(bug);
      expect(steps()).not.to.include('commit');
    });
  }

  for (const kind of KINDS) {
    it(`answers unknown when commit fails as ${kind}, and never aborts what may be committed (F17)`, async () => {
      const cause = errorOf(kind);
      const { commit, steps } = bench({ commit: failing(cause) });
      expect(await commit(unitOf('a'))).to.deep.equal({ kind: 'unknown', cause });
      expect(steps()).not.to.include('abort');
    });

    it(`answers fatal when the abort itself fails as ${kind}: nobody may produce into that transaction`, async () => {
      const cause = errorOf(kind);
      const { commit } = bench({ flush: failing(errorOf('abortable')), abort: failing(cause) });
      expect(await commit(unitOf('a'))).to.deep.equal({ kind: 'fatal', cause });
    });
  }

  it('does not take a transaction that the coordinator ended for its age for another process with its identity', async () => {
    let late = false;
    const made = bench({
      sendOffsets: () => {
        if (late) throw errorOf('fenced');
      },
      flush: () => {
        if (!late) return;
        made.scheduler.clock.after(TRANSACTION_TIMEOUT_MS, () => undefined);
        made.scheduler.clock.fireNext();
      },
    });
    late = true;
    const result = await made.commit(unitOf('a'));
    expect(result.kind).to.equal('fatal');
    expect('cause' in result && result.cause !== 'lost' && result.cause.kind).to.equal('retriable');
    expect('cause' in result && result.cause !== 'lost' && result.cause.message).to.include(
      'TRANSACTION_TIMEOUT_MS',
    );
  });

  describe('what is sent ahead', () => {
    const younger = (name: string): CommitUnit =>
      unitOf(name, {
        records: [textual(`${name}-3`)],
        offsets: [position(name, 0, 3), position('lanes', 0, 2)],
      });

    it('is in the transaction of the next commit, before what that brings, under the last offsets of each', async () => {
      const { commit, sendAhead, steps, calls, produced } = bench();
      const ofB = [position('b', 1, 2), position('lanes', 1, 1)];
      expect(await sendAhead(unitOf('a'), unitOf('b', { offsets: ofB }))).to.equal(undefined);
      expect(steps()).to.deep.equal(['begin', 'produce']);
      expect(await commit(younger('a'))).to.deep.equal({ kind: 'committed' });
      expect(steps()).to.deep.equal(['begin', 'produce', 'flush', 'sendOffsets', 'commit']);
      expect(produced.join(' ')).to.equal('a-1 a-2 a-checkpoint b-1 b-2 b-checkpoint a-3 a-checkpoint');
      expect(calls).to.include('sendOffsets a=3 lanes=2 b=2 lanes=1');
    });

    it('is committed alone when nothing was decided since', async () => {
      const { commit, sendAhead, calls } = bench();
      await sendAhead(unitOf('a'));
      expect(await commit()).to.deep.equal({ kind: 'committed' });
      expect(calls).to.deep.equal(['begin', 'produce', 'flush', 'sendOffsets a=2 lanes=1', 'commit']);
    });

    for (const step of ['begin', 'produce'] as const) {
      for (const kind of KINDS) {
        const { result, aborts } = BEFORE_THE_END[kind];
        it(`answers ${result} when ${step} fails as ${kind}, and the next commit begins anew`, async () => {
          const cause = errorOf(kind);
          let fails = true;
          const once = (): void => {
            if (fails) throw cause;
          };
          const { commit, sendAhead, steps, calls } = bench({ [step]: once });
          expect(await sendAhead(unitOf('a'))).to.deep.equal({ kind: result, cause });
          expect(steps().includes('abort')).to.equal(aborts && step !== 'begin');
          fails = false;
          calls.length = 0;
          await commit(unitOf('b'));
          expect(calls).to.deep.equal(['begin', 'produce', 'flush', 'sendOffsets b=2 lanes=1', 'commit']);
        });
      }
    }

    it('is aborted with the commit that fails, and when its partition is lost meanwhile', async () => {
      const on: On = {};
      const { commit, sendAhead, steps } = bench(on);
      const cause = errorOf('abortable');
      on.flush = failing(cause);
      await sendAhead(unitOf('a'));
      expect(await commit(unitOf('b'))).to.deep.equal({ kind: 'aborted', cause });
      delete on.flush;
      let lost = false;
      await sendAhead(unitOf('a', { isLost: () => lost }));
      lost = true;
      expect(await commit(unitOf('b'))).to.deep.equal({ kind: 'aborted', cause: 'lost' });
      expect(steps().filter((name) => name === 'sendOffsets' || name === 'commit')).to.deep.equal([]);
    });

    it('has one time with the rest to be filled in, half of the transaction time-out', async () => {
      const half = TRANSACTION_TIMEOUT_MS / 2;
      let isFull = true;
      const { scheduler, commit, sendAhead, steps } = bench({}, () => (isFull ? 0 : Number.MAX_SAFE_INTEGER));
      scheduler.clock.after(half * 0.9, () => (isFull = false));
      expect(await sendAhead(unitOf('a'))).to.equal(undefined);
      isFull = true;
      expect(await commit(unitOf('b'))).to.have.property('kind', 'aborted');
      expect(scheduler.clock.monotonic()).to.be.within(half, half * 1.1);
      expect(steps()).to.include('abort');
    });

    it('counts into the age of its transaction', async () => {
      const on: On = {};
      const { scheduler, commit, sendAhead } = bench(on);
      await sendAhead(unitOf('a'));
      await scheduler.advance(TRANSACTION_TIMEOUT_MS + 1);
      on.commit = failing(errorOf('fenced'));
      const result = await commit(unitOf('b'));
      expect(result).to.have.nested.property('cause.kind', 'retriable');
    });
  });

  describe('when a partition is lost meanwhile', () => {
    const losing = (at: Step) => {
      let lost = false;
      const made = bench({ [at]: () => (lost = true) });
      return { ...made, unit: unitOf('a', { isLost: () => lost }) };
    };

    for (const step of ['begin', 'produce', 'flush'] as const) {
      it(`during ${step}: adds no offset, aborts`, async () => {
        const { commit, steps, unit } = losing(step);
        expect(await commit(unit)).to.deep.equal({ kind: 'aborted', cause: 'lost' });
        expect(steps()).not.to.include('sendOffsets').and.not.to.include('commit');
        expect(steps().at(-1)).to.equal('abort');
      });
    }

    it('while the offsets are added: does not commit, aborts', async () => {
      const { commit, steps, unit } = losing('sendOffsets');
      expect(await commit(unit)).to.deep.equal({ kind: 'aborted', cause: 'lost' });
      expect(steps()).not.to.include('commit');
      expect(steps().at(-1)).to.equal('abort');
    });

    it('aborts for all when one of several is lost', async () => {
      const { commit, steps, unit } = losing('flush');
      expect(await commit(unitOf('b'), unit, unitOf('c'))).to.deep.equal({ kind: 'aborted', cause: 'lost' });
      expect(steps()).not.to.include('commit');
    });

    it('answers fatal when that abort fails', async () => {
      const cause = errorOf('fatal');
      const { commit } = bench({ abort: failing(cause) });
      expect(await commit(unitOf('a', { isLost: () => true }))).to.deep.equal({ kind: 'fatal', cause });
    });
  });

  describe("when the client's queue is full", () => {
    it('waits for room and loses, doubles and reorders nothing', async () => {
      const rooms = [1, 0, 0, 1, 1];
      const { commit, produced, scheduler } = bench({}, () => rooms.shift() ?? 5);
      expect((await commit(unitOf('a'), unitOf('b'))).kind).to.equal('committed');
      expect(produced).to.deep.equal(['a-1', 'a-2', 'a-checkpoint', 'b-1', 'b-2', 'b-checkpoint']);
      expect(scheduler.clock.monotonic()).to.be.greaterThan(0);
    });

    it('does so for the many records of a task, too, and sends all of them again after an abort', async () => {
      const many = unitOf('many', {
        records: Array.from({ length: 1_000 }, (_, at) => textual(`m-${at}`)),
      });
      const names = [...many.records].map(textOf);
      const rooms = [300, 0, 400];
      const refused = errorOf('abortable');
      let refuses = true;
      const { commit, produced } = bench(
        {
          produce: () => {
            if (rooms.length === 0 && refuses) throw refused;
          },
        },
        () => rooms.shift() ?? 5_000,
      );
      expect(await commit(unitOf('a'), many)).to.deep.equal({ kind: 'aborted', cause: refused });
      expect(produced).to.deep.equal(names.slice(0, 700));
      produced.length = 0;
      refuses = false;
      expect((await commit(unitOf('a'), many)).kind).to.equal('committed');
      expect(produced).to.deep.equal([...names, 'a-1', 'a-2', 'a-checkpoint', 'many-checkpoint']);
    });

    it('does not spin: each try comes after a wait', async () => {
      const { commit, calls, scheduler } = bench({}, () => 0);
      await commit(unitOf('a'));
      const tries = calls.filter((call) => call === 'produce').length;
      expect(tries).to.be.at.most(scheduler.clock.monotonic() + 1);
    });

    it('gives up before half of the transaction time-out has gone, and aborts', async () => {
      const { commit, steps, scheduler } = bench({}, () => 0);
      const result = await commit(unitOf('a'));
      expect(result.kind).to.equal('aborted');
      expect(steps()).to.deep.equal(['begin', 'produce', 'abort']);
      expect(scheduler.clock.monotonic()).to.be.within(
        TRANSACTION_TIMEOUT_MS / 2,
        TRANSACTION_TIMEOUT_MS / 2 + 100,
      );
    });

    it('measures that time over all tasks of the transaction', async () => {
      let calls = 0;
      // Every record takes a third of the time that all of them have.
      const { commit, scheduler } = bench({}, () => (++calls % 500 === 0 ? 1 : 0));
      const result = await commit(unitOf('a'), unitOf('b'), unitOf('c'));
      expect(result.kind).to.equal('aborted');
      expect(scheduler.clock.monotonic()).to.be.below(TRANSACTION_TIMEOUT_MS / 2 + 100);
    });
  });
});
