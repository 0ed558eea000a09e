import { expect } from 'chai';
import fc from 'fast-check';
import type { LogConsumer } from '../../../src/ports/consumer.js';
import type { RecordBatch } from '../../../src/ports/record-batch.js';
import type { TopicPartitionOffset } from '../../../src/ports/topic-partition.js';
import type { ConsumedRecord } from '../../../src/record/record.js';
import { commitOffset } from '../../../src/record/units.js';
import { LogReader } from '../../../src/state/log-reader.js';
import { Random } from '../../../src/testing/random.js';
import { Scheduler } from '../../../src/testing/scheduler.js';
import { errorOf } from '../support/kafka-errors.js';
import { logConsumer } from '../support/ports.js';
import { at, batchOf, consumed, position } from '../support/records.js';
import type { Deferred } from '../support/settle.js';
import { deferred, outcomeOf, rejection, settle } from '../support/settle.js';

const LOG = 'lanes';
const never = (): AbortSignal => new AbortController().signal;

const record = (offset: number, number = 0): ConsumedRecord =>
  consumed(offset, { topic: LOG, partition: number, key: `p${number}`, value: `v${offset}` });

/** A log consumer whose polls the test answers one by one. */
class Polls {
  readonly assignments: string[][] = [];
  #open: Deferred<RecordBatch> | undefined;
  overlapped = false;
  readonly consumer: LogConsumer = logConsumer({
    assign: (to) => void this.assignments.push(to.map((p) => `${p.topic}-${p.partition}@${p.offset}`).sort()),
    poll: () => {
      this.overlapped ||= this.#open !== undefined;
      this.#open = deferred<RecordBatch>();
      return this.#open.promise;
    },
  });

  get isOpen(): boolean {
    return this.#open !== undefined;
  }

  async answer(
    records: readonly ConsumedRecord[],
    ends: readonly TopicPartitionOffset[] = [],
  ): Promise<void> {
    this.#take().resolve(batchOf(records, ends));
    await settle();
  }

  async fail(error: unknown): Promise<void> {
    this.#take().reject(error);
    await settle();
  }

  #take(): Deferred<RecordBatch> {
    if (this.#open === undefined) throw new Error('no poll is under way');
    const open = this.#open;
    this.#open = undefined;
    return open;
  }
}

const bench = () => {
  const scheduler = new Scheduler(1);
  const polls = new Polls();
  const replayer = new LogReader(polls.consumer, scheduler.clock);
  const replay = (from: number, end: number, number = 0, signal = never()) => {
    const seen: string[] = [];
    const done = replayer.replay(
      at(LOG, number),
      commitOffset(from),
      commitOffset(end),
      (key, value) => void seen.push(`${String(key)}=${String(value)}`),
      signal,
    );
    done.catch(() => undefined);
    return { seen, done };
  };
  return { scheduler, polls, replayer, replay };
};

describe('LogReader', () => {
  it('has nothing to do for an empty log, and asks nobody', async () => {
    const { replay, polls } = bench();
    await replay(7, 7).done;
    expect(polls.isOpen).to.equal(false);
    expect(polls.assignments).to.deep.equal([]);
  });

  it('hands over every record below the end, in order, and no other', async () => {
    const { replay, polls } = bench();
    const { seen, done } = replay(0, 3);
    await settle();
    await polls.answer([record(0), record(1)]);
    await polls.answer([record(2), record(3), record(4)]);
    await done;
    expect(seen).to.deep.equal(['p0=v0', 'p0=v1', 'p0=v2']);
  });

  it('resolves only after the last record was handed over', async () => {
    const { replay, polls } = bench();
    const { done } = replay(0, 2);
    await settle();
    await polls.answer([record(0)]);
    expect(await outcomeOf(done)).to.equal('pending');
    await polls.answer([record(1)]);
    expect(await outcomeOf(done)).to.equal('resolved');
  });

  it('ends by the reported end where the log ends in control records', async () => {
    const { replay, polls } = bench();
    const { seen, done } = replay(0, 5);
    await settle();
    await polls.answer([record(0), record(3)], [position(LOG, 0, 4)]);
    expect(await outcomeOf(done)).to.equal('pending');
    await polls.answer([], [position(LOG, 0, 5)]);
    expect(await outcomeOf(done)).to.equal('resolved');
    expect(seen).to.deep.equal(['p0=v0', 'p0=v3']);
  });

  it('ends by a record past the end where everything before it was compacted away', async () => {
    const { replay, polls } = bench();
    const { seen, done } = replay(0, 5);
    await settle();
    await polls.answer([record(9)]);
    await done;
    expect(seen).to.deep.equal([]);
  });

  it('hands over records and the end of one batch in that order', async () => {
    const { replay, polls } = bench();
    const { seen, done } = replay(0, 2);
    await settle();
    await polls.answer([record(0)], [position(LOG, 0, 2)]);
    await done;
    expect(seen).to.deep.equal(['p0=v0']);
  });

  it('replays several partitions at once, and a stuck one delays only itself', async () => {
    const { replay, polls } = bench();
    const one = replay(0, 1, 0);
    const stuck = replay(0, 9, 1);
    const other = replay(5, 7, 2);
    await settle();
    await polls.answer([]);
    await polls.answer([record(0, 1), record(0, 0), record(5, 2)]);
    await one.done;
    await polls.answer([record(6, 2)]);
    await other.done;
    expect(await outcomeOf(stuck.done)).to.equal('pending');
    expect(stuck.seen).to.deep.equal(['p1=v0']);
    expect(polls.overlapped).to.equal(false);
  });

  it('takes nothing from a poll that was issued before its assignment', async () => {
    const { replay, polls } = bench();
    const one = replay(0, 9, 0);
    await settle();
    const late = replay(0, 3, 1);
    // The poll under way is of an older assignment of partition 1: its records are of another epoch.
    await polls.answer([record(2, 1)], [position(LOG, 1, 3)]);
    expect(await outcomeOf(late.done)).to.equal('pending');
    await polls.answer([record(0, 1), record(1, 1), record(2, 1)]);
    await late.done;
    expect(late.seen).to.deep.equal(['p1=v0', 'p1=v1', 'p1=v2']);
    expect(await outcomeOf(one.done)).to.equal('pending');
  });

  it('gives every partition that stays its current position when another comes or goes', async () => {
    const { replay, polls } = bench();
    replay(0, 9, 0);
    await settle();
    await polls.answer([record(0), record(1)]);
    const second = replay(4, 5, 1);
    await polls.answer([record(2)]);
    await polls.answer([record(4, 1)]);
    await second.done;
    expect(polls.assignments).to.deep.equal([['lanes-0@0'], ['lanes-0@3', 'lanes-1@4'], ['lanes-0@3']]);
  });

  it('drops what is read twice over a reassignment', async () => {
    const { replay, polls } = bench();
    const { seen, done } = replay(0, 3);
    await settle();
    await polls.answer([record(0), record(1)]);
    await polls.answer([record(0), record(1), record(2)]);
    await done;
    expect(seen).to.deep.equal(['p0=v0', 'p0=v1', 'p0=v2']);
  });

  it('gives up its assignment and stops polling when nothing is left to replay', async () => {
    const { replay, polls } = bench();
    const { done } = replay(0, 1);
    await settle();
    await polls.answer([record(0)]);
    await done;
    expect(polls.isOpen).to.equal(false);
    expect(polls.assignments.at(-1)).to.deep.equal([]);
  });

  it('polls again for a replay that begins after all others have ended', async () => {
    const { replay, polls } = bench();
    const first = replay(0, 1);
    await settle();
    await polls.answer([record(0)]);
    await first.done;
    const second = replay(0, 1);
    await settle();
    await polls.answer([record(0)]);
    await second.done;
    expect(second.seen).to.deep.equal(['p0=v0']);
  });

  it('rejects with the reason of an abort at once, although a poll is under way', async () => {
    const { replay, polls } = bench();
    const life = new AbortController();
    const { seen, done } = replay(0, 9, 0, life.signal);
    await settle();
    const reason = new Error('revoked');
    life.abort(reason);
    expect(await rejection(done)).to.equal(reason);
    await polls.answer([record(0)]);
    expect(seen).to.deep.equal([]);
    expect(polls.assignments.at(-1)).to.deep.equal([]);
  });

  it('does not begin when it is aborted already', async () => {
    const { replay, polls } = bench();
    const life = new AbortController();
    life.abort(new Error('revoked'));
    await rejection(replay(0, 9, 0, life.signal).done);
    expect(polls.isOpen).to.equal(false);
  });

  it('starts a partition afresh that was aborted and is wanted again, without records of the first time', async () => {
    const { replay, polls } = bench();
    const life = new AbortController();
    const first = replay(0, 3, 0, life.signal);
    await settle();
    life.abort(new Error('revoked'));
    await rejection(first.done);
    const second = replay(0, 3);
    await polls.answer([record(0), record(1), record(2)]);
    expect(await outcomeOf(second.done)).to.equal('pending');
    await polls.answer([record(0), record(1), record(2)]);
    await second.done;
    expect(second.seen).to.deep.equal(['p0=v0', 'p0=v1', 'p0=v2']);
    expect(polls.overlapped).to.equal(false);
  });

  it('refuses a second replay of a partition while one is under way', async () => {
    const { replay } = bench();
    const first = replay(0, 9);
    expect(await rejection(replay(0, 9).done)).to.match(/under way/);
    expect(await outcomeOf(first.done)).to.equal('pending');
  });

  it('rejects a replay whose records cannot be understood, and goes on with the others', async () => {
    const { replay, replayer, polls } = bench();
    const broken = new Error('what is this?');
    const bad = replayer.replay(
      at(LOG, 0),
      commitOffset(0),
      commitOffset(5),
      () => {
        throw broken;
      },
      never(),
    );
    bad.catch(() => undefined);
    const good = replay(0, 2, 1);
    await settle();
    await polls.answer([]);
    await polls.answer([record(0, 0), record(1, 0), record(0, 1), record(1, 1)]);
    expect(await rejection(bad)).to.equal(broken);
    await good.done;
    expect(good.seen).to.deep.equal(['p1=v0', 'p1=v1']);
  });

  for (const kind of ['fatal', 'fenced'] as const) {
    it(`rejects every replay when the consumer reports that it is ${kind}`, async () => {
      const { replay, polls } = bench();
      const both = [replay(0, 9, 0), replay(0, 9, 1)];
      await settle();
      const error = errorOf(kind);
      await polls.fail(error);
      for (const { done } of both) expect(await rejection(done)).to.equal(error);
      expect(polls.isOpen).to.equal(false);
    });
  }

  it('rejects every replay when the consumer fails with something that is no KafkaError', async () => {
    const { replay, polls } = bench();
    const { done } = replay(0, 9);
    await settle();
    const bug = new TypeError('x is not a function');
    await polls.fail(bug);
    expect(await rejection(done)).to.equal(bug);
  });

  it('goes on after a retriable error, but not at once', async () => {
    const { replay, polls, scheduler } = bench();
    const { seen, done } = replay(0, 1);
    await settle();
    await polls.fail(errorOf('retriable'));
    expect(polls.isOpen).to.equal(false);
    await scheduler.run(() => polls.isOpen);
    expect(scheduler.clock.monotonic()).to.be.greaterThan(0);
    await polls.answer([record(0)]);
    await done;
    expect(seen).to.deep.equal(['p0=v0']);
  });

  it('rejects what is under way when it is closed, and what is asked for afterwards', async () => {
    const { replay, replayer, polls } = bench();
    const { done } = replay(0, 9);
    await settle();
    replayer.close();
    expect(await outcomeOf(done)).to.equal('rejected');
    expect(await outcomeOf(replay(0, 9, 1).done)).to.equal('rejected');
    await polls.answer([record(0)]);
    expect(polls.isOpen).to.equal(false);
  });

  it('as a law: however a log is cut into polls, each replay sees exactly its committed records below its end', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.uniqueArray(fc.nat(25), { maxLength: 15 }), { minLength: 1, maxLength: 4 }),
        fc.nat(),
        async (logs, seed) => {
          const random = new Random(seed);
          const sorted = logs.map((offsets) => [...offsets].sort((a, b) => a - b));
          const ends = sorted.map((offsets) => random.between(0, (offsets.at(-1) ?? 0) + 5));
          const assigned = new Map<number, number>();
          const consumer = logConsumer({
            assign: (to) => {
              assigned.clear();
              for (const p of to) assigned.set(p.partition, p.offset);
            },
            poll: async () => {
              await settle();
              const records: ConsumedRecord[] = [];
              const reached: TopicPartitionOffset[] = [];
              for (const [number, from] of assigned) {
                const left = (sorted[number] ?? []).filter((offset) => offset >= from);
                const taken = left.slice(0, random.between(0, 4));
                records.push(...taken.map((offset) => record(offset, number)));
                if (taken.length === left.length) reached.push(position(LOG, number, ends[number] ?? 0));
                const last = taken.at(-1);
                if (last !== undefined) assigned.set(number, last + 1);
              }
              return batchOf(records, reached);
            },
          });
          const replayer = new LogReader(consumer, new Scheduler(1).clock);
          const seen = logs.map(() => [] as string[]);
          await Promise.all(
            ends.map(async (end, number) => {
              for (let wait = random.between(0, 3); wait > 0; wait--) await settle();
              await replayer.replay(
                at(LOG, number),
                commitOffset(0),
                commitOffset(end),
                (_key, value) => void seen[number]?.push(String(value)),
                never(),
              );
            }),
          );
          const below = (offsets: readonly number[], end: number) => offsets.filter((offset) => offset < end);
          expect(seen).to.deep.equal(
            sorted.map((offsets, i) => below(offsets, ends[i] ?? 0).map((offset) => `v${offset}`)),
          );
        },
      ),
      { numRuns: 60 },
    );
  });
});
