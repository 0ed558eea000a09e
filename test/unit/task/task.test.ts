import { expect } from 'chai';
import { NotRetryableError, RetryableError } from '../../../src/record/record-error.js';
import { batchOf, consumed, position, positions, produced, SOURCE, textOf } from '../support/records.js';
import { outcomeOf, settle } from '../support/settle.js';
import { echo, LANES, NOTHING_RESTORED, SETTINGS, TaskBench } from '../support/task-bench.js';

const away = (): RetryableError => new RetryableError('directory-unavailable', 'answered 503');
const hopeless = (): NotRetryableError => new NotRetryableError('schema-violation', '/email format');

/** Enough for the grace that a handler has after its time-out, whatever it is exactly. */
const GRACE_MS = 1000;

describe('Task', () => {
  describe('deciding', () => {
    it('decides a synchronous handler at once, in source order', async () => {
      const bench = await new TaskBench({}, echo).start();
      bench.offer([consumed(0), consumed(1, { key: 'other' }), consumed(2)]);
      expect(bench.decided).to.deep.equal(['out-0', 'out-1', 'out-2']);
      expect(bench.task.queued).to.equal(0);
      expect(bench.task.inFlight).to.equal(0);
    });

    it('lets effects leave in source order, whatever the order in which handlers answer', async () => {
      const bench = await new TaskBench().start();
      bench.offer(['a', 'b', 'c', 'd'].map((key, at) => consumed(at, { key })));
      await bench.succeed(2);
      await bench.succeed(3);
      expect(bench.decided).to.deep.equal([]);
      await bench.succeed(0);
      expect(bench.decided).to.deep.equal(['out-0']);
      await bench.succeed(1);
      expect(bench.decided).to.deep.equal(['out-0', 'out-1', 'out-2', 'out-3']);
    });

    it('decides all outputs of a record together, in the order in which they were forwarded', async () => {
      const bench = await new TaskBench().start();
      bench.offer([consumed(0, { key: 'a' }), consumed(1, { key: 'b' })]);
      await bench.succeed(1, 'b-first', 'b-second');
      await bench.succeed(0, 'a-first', 'a-second');
      expect(bench.decided).to.deep.equal(['a-first', 'a-second', 'b-first', 'b-second']);
    });

    it('holds a synchronous result back behind an asynchronous one', async () => {
      const bench = new TaskBench();
      const byHand = bench.handler;
      bench.handler = (run) => (run.record.offset === 0 ? byHand(run) : echo(run));
      await bench.start();
      bench.offer([consumed(0, { key: 'a' }), consumed(1, { key: 'b' })]);
      expect(bench.decided).to.deep.equal([]);
      await bench.succeed(0);
      expect(bench.decided).to.deep.equal(['out-0', 'out-1']);
    });

    it('is dirty when records were only filtered: their position must be committed', async () => {
      const bench = await new TaskBench({}, () => []).start();
      bench.offer([consumed(0), consumed(1)]);
      expect(bench.ledger.isDirty()).to.equal(true);
      const unit = bench.take();
      expect([...unit.records]).to.deep.equal([]);
      expect(unit.offsets).to.deep.include(position(SOURCE, 0, 2));
    });

    it('commits only what is decided: the position never passes a record that still runs', async () => {
      const bench = await new TaskBench().start();
      bench.offer([consumed(0, { key: 'a' }), consumed(1, { key: 'b' }), consumed(2, { key: 'c' })]);
      await bench.succeed(0);
      await bench.succeed(2);
      expect(bench.take().offsets).to.deep.include(position(SOURCE, 0, 1));
    });

    it('goes over gaps of the log, which control records and compaction leave', async () => {
      const bench = await new TaskBench({}, echo).start();
      bench.offer([consumed(3), consumed(9)]);
      expect(bench.commit()).to.deep.equal(['out-3', 'out-9']);
      expect(bench.task.nextOffset(SOURCE)).to.equal(10);
    });
  });

  describe('slots', () => {
    it('runs one handler of a key at a time, and other keys beside it', async () => {
      const bench = await new TaskBench().start();
      bench.offer([consumed(0), consumed(1), consumed(2, { key: 'other' })]);
      expect(bench.begun).to.deep.equal(['0/1', '2/1']);
      await bench.succeed(0);
      expect(bench.begun).to.deep.equal(['0/1', '2/1', '1/1']);
    });

    it('starts the next of a key as soon as the one before succeeded, although it is not decided yet', async () => {
      const bench = await new TaskBench().start();
      bench.offer([consumed(0, { key: 'slow' }), consumed(1), consumed(2)]);
      await bench.succeed(1);
      expect(bench.begun).to.deep.equal(['0/1', '1/1', '2/1']);
      expect(bench.decided).to.deep.equal([]);
    });

    it('lets a failed record block its key until it is decided', async () => {
      const bench = await new TaskBench().start();
      bench.offer([consumed(0, { key: 'slow' }), consumed(1), consumed(2)]);
      await bench.fail(1, hopeless());
      expect(bench.begun).to.deep.equal(['0/1', '1/1']);
      await bench.succeed(0);
      expect(bench.begun).to.deep.equal(['0/1', '1/1', '2/1']);
    });

    it('tells keys apart by their bytes', async () => {
      const bench = await new TaskBench().start();
      bench.offer([
        consumed(0, { key: Buffer.from([0xc3, 0xa4]) }),
        consumed(1, { key: Buffer.from([0xe4]) }),
        consumed(2, { key: Buffer.from([0xff]) }),
        consumed(3, { key: Buffer.from([0xfe]) }),
        consumed(4, { key: Buffer.alloc(0) }),
        consumed(5, { key: Buffer.from([0xfe]) }),
      ]);
      expect(bench.begun).to.deep.equal(['0/1', '1/1', '2/1', '3/1', '4/1']);
    });

    it('takes a null key for no key: such records share no slot, and an empty key is a key', async () => {
      const bench = await new TaskBench().start();
      bench.offer([
        consumed(0, { key: null }),
        consumed(1, { key: null }),
        consumed(2, { key: '' }),
        consumed(3, { key: '' }),
      ]);
      expect(bench.begun).to.deep.equal(['0/1', '1/1', '2/1']);
    });

    it('runs no more than maxInFlight handlers, and starts the oldest that may start when one ends', async () => {
      // One place more is kept for heads of lanes.
      const bench = await new TaskBench({ maxInFlight: 3 }).start();
      bench.offer(['a', 'b', 'c', 'a', 'd'].map((key, at) => consumed(at, { key })));
      expect(bench.begun).to.deep.equal(['0/1', '1/1']);
      expect(bench.task.inFlight).to.equal(2);
      await bench.succeed(1);
      expect(bench.begun).to.deep.equal(['0/1', '1/1', '2/1']);
      await bench.succeed(0);
      expect(bench.begun).to.deep.equal(['0/1', '1/1', '2/1', '3/1']);
    });

    it('counts a record that backs off among them: its attempts are one piece of work', async () => {
      const bench = await new TaskBench({ maxInFlight: 1 }).start();
      bench.offer([consumed(0, { key: 'a' }), consumed(1, { key: 'b' })]);
      await bench.fail(0, away());
      expect(bench.begun).to.deep.equal(['0/1']);
      await bench.pass(SETTINGS.retryImmediateBackoffMs);
      expect(bench.begun).to.deep.equal(['0/1', '0/2']);
    });

    it('maxInFlight 1 is ordering by partition: one at a time, in order, dead letters included', async () => {
      const bench = await new TaskBench({ maxInFlight: 1, retryImmediate: 0 }).start();
      bench.offer(['a', 'b', 'c'].map((key, at) => consumed(at, { key })));
      await bench.fail(0, away());
      expect(bench.begun).to.deep.equal(['0/1', '1/1']);
      await bench.succeed(1);
      await bench.succeed(2);
      expect(bench.decided).to.deep.equal(['dlq 0 retries-exhausted after 1', 'out-1', 'out-2']);
    });
  });

  describe('attempts in memory', () => {
    it('come after the back-off, keep the key, and count', async () => {
      const bench = await new TaskBench().start();
      bench.offer([consumed(0), consumed(1)]);
      await bench.fail(0, away());
      await bench.pass(SETTINGS.retryImmediateBackoffMs - 1);
      expect(bench.begun).to.deep.equal(['0/1']);
      await bench.pass(1);
      expect(bench.begun).to.deep.equal(['0/1', '0/2']);
      await bench.succeed(0);
      await bench.succeed(1);
      expect(bench.decided).to.deep.equal(['out-0', 'out-1']);
    });

    it('tell the handler the time of the attempt, and each has a signal of its own', async () => {
      const bench = await new TaskBench().start();
      bench.offer([consumed(0)]);
      const first = bench.call(0).run.nowMs;
      await bench.fail(0, away());
      await bench.pass(SETTINGS.retryImmediateBackoffMs);
      expect(bench.call(0).run.nowMs).to.equal(first + SETTINGS.retryImmediateBackoffMs);
      expect(bench.calls[0]?.signal).not.to.equal(bench.calls[1]?.signal);
    });

    it('run out: then the record is a dead letter with the reason retries-exhausted, when its turn comes', async () => {
      const bench = await new TaskBench({ retryImmediate: 2 }).start();
      bench.offer([consumed(0)]);
      for (let attempt = 1; attempt <= 3; attempt++) {
        await bench.fail(0, away());
        await bench.pass(SETTINGS.retryImmediateBackoffMs);
      }
      expect(bench.begun).to.deep.equal(['0/1', '0/2', '0/3']);
      expect(bench.decided).to.deep.equal(['dlq 0 retries-exhausted after 3']);
    });

    it('are none for what can never succeed: a dead letter at once, with its own reason', async () => {
      const bench = await new TaskBench().start();
      bench.offer([consumed(0), consumed(1)]);
      await bench.fail(0, hopeless());
      expect(bench.decided).to.deep.equal(['dlq 0 schema-violation after 1']);
      expect(bench.begun).to.deep.equal(['0/1', '1/1']);
    });

    it('are made for whatever else is thrown: a bug must not throw records away', async () => {
      const bench = await new TaskBench().start();
      bench.offer([consumed(0)]);
      await bench.fail(0, new TypeError('x is not a function'));
      await bench.pass(SETTINGS.retryImmediateBackoffMs);
      await bench.fail(0, 'not even an Error');
      expect(bench.decided).to.deep.equal(['dlq 0 retries-exhausted after 2']);
    });

    it('are made for a handler that throws before it returns a promise', async () => {
      let runs = 0;
      const bench = await new TaskBench({}, (run) => {
        if ((runs += 1) === 1) throw away();
        return echo(run);
      }).start();
      bench.offer([consumed(0), consumed(1)]);
      expect(bench.decided).to.deep.equal([]);
      await bench.pass(SETTINGS.retryImmediateBackoffMs);
      expect(bench.decided).to.deep.equal(['out-0', 'out-1']);
    });

    it('a hopeless synchronous failure does not hold up what follows in the same batch', async () => {
      const bench = await new TaskBench({}, (run) => {
        if (run.record.offset % 2 === 0) throw hopeless();
        return echo(run);
      }).start();
      bench.offer([consumed(0), consumed(1), consumed(2), consumed(3, { key: 'other' })]);
      expect(bench.decided).to.deep.equal([
        'dlq 0 schema-violation after 1',
        'out-1',
        'dlq 2 schema-violation after 1',
        'out-3',
      ]);
    });

    it('say when the first of them failed', async () => {
      const bench = await new TaskBench().start();
      bench.offer([consumed(0)]);
      const failedAt = new Date(bench.scheduler.clock.now()).toISOString();
      await bench.fail(0, away());
      await bench.pass(SETTINGS.retryImmediateBackoffMs);
      await bench.fail(0, away());
      const [letter] = bench.take().records;
      expect(letter?.headers).to.deep.include({ name: 'x-lanes-first-failure', value: failedAt });
    });

    it('are told with the commit by the longest of them, its time-out included', async () => {
      const bench = await new TaskBench().start();
      bench.offer([consumed(0), consumed(1, { key: 'other' })]);
      await bench.pass(40);
      await bench.succeed(0);
      await bench.pass(30);
      await bench.succeed(1);
      bench.commit();
      expect(bench.telemetry.lines).to.include('latency user.events attempt 70');
    });

    it('are neither queued nor waiting while they run, and neither are those that are done', async () => {
      const bench = await new TaskBench({ maxInFlight: 4 }).start();
      bench.offer([0, 1, 2, 3].map((at) => consumed(at, { key: `k${at}` })));
      expect([bench.task.queued, bench.task.progress.waiting]).to.deep.equal([4, 1]);
      // Its result waits for the first one.
      await bench.succeed(1);
      expect([bench.task.queued, bench.task.progress.waiting]).to.deep.equal([4, 1]);
      await bench.succeed(0);
      await bench.succeed(2);
      await bench.succeed(3);
      expect([bench.task.queued, bench.task.progress.waiting]).to.deep.equal([0, 0]);
    });

    it('are counted as retries, by reason', async () => {
      const bench = await new TaskBench().start();
      bench.offer([consumed(0)]);
      await bench.fail(0, away());
      await bench.pass(SETTINGS.retryImmediateBackoffMs);
      await bench.succeed(0);
      bench.commit();
      expect(bench.telemetry.starting('retries')).to.deep.equal([
        'retries user.events immediate directory-unavailable 1',
      ]);
    });
  });

  describe('the time-out of an attempt', () => {
    it('tells the handler by its signal, and not before', async () => {
      const bench = await new TaskBench().start();
      bench.offer([consumed(0)]);
      await bench.pass(SETTINGS.attemptTimeoutMs - 1);
      expect(bench.call(0).signal.aborted).to.equal(false);
      await bench.pass(1);
      expect(bench.call(0).signal.aborted).to.equal(true);
    });

    it('is a failure even when the handler still answers within the grace', async () => {
      const bench = await new TaskBench({ retryImmediate: 0 }).start();
      bench.offer([consumed(0)]);
      await bench.pass(SETTINGS.attemptTimeoutMs);
      await bench.succeed(0, 'too late');
      expect(bench.decided).to.deep.equal(['dlq 0 retries-exhausted after 1']);
      const [letter] = bench.take().records;
      expect(letter?.headers.find(({ name }) => name === '__streams.errors.message')?.value).to.include(
        'ATTEMPT_TIMEOUT_MS',
      );
    });

    it('lets the key go on as soon as a handler that honours its signal has ended', async () => {
      const bench = await new TaskBench().start();
      bench.offer([consumed(0)]);
      await bench.pass(SETTINGS.attemptTimeoutMs);
      await bench.fail(0, bench.call(0).signal.reason);
      await bench.pass(SETTINGS.retryImmediateBackoffMs);
      expect(bench.begun).to.deep.equal(['0/1', '0/2']);
    });

    it('keeps the key from running twice while a handler ignores its signal, until the grace is over', async () => {
      const bench = await new TaskBench().start();
      bench.offer([consumed(0), consumed(1)]);
      await bench.pass(SETTINGS.attemptTimeoutMs + GRACE_MS - 1);
      expect(bench.begun).to.deep.equal(['0/1']);
      await bench.pass(1 + SETTINGS.retryImmediateBackoffMs);
      expect(bench.begun).to.deep.equal(['0/1', '0/2']);
    });

    it('drops what such a handler answers afterwards, during the back-off and during the next attempt', async () => {
      const bench = await new TaskBench({ retryImmediate: 2 }).start();
      bench.offer([consumed(0)]);
      await bench.pass(SETTINGS.attemptTimeoutMs + GRACE_MS);
      const [first] = bench.calls;
      await bench.pass(SETTINGS.retryImmediateBackoffMs + SETTINGS.attemptTimeoutMs + GRACE_MS);
      const second = bench.call(0);
      first?.answer.resolve([produced('late: during the back-off')]);
      await settle();
      await bench.pass(SETTINGS.retryImmediateBackoffMs);
      second.answer.reject(hopeless());
      await settle();
      expect(bench.begun).to.deep.equal(['0/1', '0/2', '0/3']);
      expect(bench.decided).to.deep.equal([]);
      await bench.succeed(0, 'in time');
      expect(bench.decided).to.deep.equal(['in time']);
    });

    it('drops what such a handler answers when the record is decided already', async () => {
      const bench = await new TaskBench({ retryImmediate: 0 }).start();
      bench.offer([consumed(0)]);
      await bench.pass(SETTINGS.attemptTimeoutMs + GRACE_MS);
      expect(bench.decided).to.deep.equal(['dlq 0 retries-exhausted after 1']);
      await bench.succeed(0, 'late');
      expect(bench.decided).to.deep.equal(['dlq 0 retries-exhausted after 1']);
      expect(bench.task.inFlight).to.equal(0);
    });

    it('leaves the place in flight occupied until the handler has ended or the grace is over', async () => {
      const bench = await new TaskBench({ maxInFlight: 1, retryImmediate: 0 }).start();
      bench.offer([consumed(0, { key: 'a' }), consumed(1, { key: 'b' })]);
      await bench.pass(SETTINGS.attemptTimeoutMs + GRACE_MS - 1);
      expect(bench.begun).to.deep.equal(['0/1']);
      await bench.pass(1);
      expect(bench.begun).to.deep.equal(['0/1', '1/1']);
    });

    it('leaves no timer behind once every record is decided', async () => {
      const bench = await new TaskBench().start();
      bench.offer(['a', 'b', 'c'].map((key, at) => consumed(at, { key })));
      await bench.succeed(0);
      await bench.fail(1, hopeless());
      await bench.fail(2, away());
      await bench.pass(SETTINGS.retryImmediateBackoffMs);
      await bench.succeed(2);
      expect(bench.scheduler.clock.nextAt()).to.equal(null);
    });
  });

  describe('records of another epoch', () => {
    it('are dropped: batches of polls that were issued before the task ran (F20)', async () => {
      const bench = await new TaskBench({}, echo).start(0, 5);
      bench.offer([consumed(0)], 4);
      expect(bench.decided).to.deep.equal([]);
      expect(bench.ledger.uncommitted).to.equal(0);
      bench.offer([consumed(0)], 5);
      expect(bench.decided).to.deep.equal(['out-0']);
    });

    it('are dropped before the task runs at all', async () => {
      const bench = new TaskBench({}, echo);
      bench.offer([consumed(0)], 1);
      await bench.task.restore();
      bench.offer([consumed(0)], 1_000_000);
      expect(bench.ledger.uncommitted).to.equal(0);
    });

    it('are dropped: offsets below the start position, and offsets read twice', async () => {
      const bench = await new TaskBench({}, echo).start(10);
      bench.offer([consumed(8), consumed(9), consumed(10), consumed(11)]);
      bench.offer([consumed(10), consumed(11), consumed(12)], 2);
      expect(bench.decided).to.deep.equal(['out-10', 'out-11', 'out-12']);
      expect(bench.ledger.uncommitted).to.equal(3);
    });

    it('are dropped: a record that is read again while it still runs', async () => {
      const bench = await new TaskBench().start();
      bench.offer([consumed(0)]);
      bench.offer([consumed(0)], 2);
      expect(bench.begun).to.deep.equal(['0/1']);
    });

    it('are dropped: a topic that is none of its sources', async () => {
      const bench = await new TaskBench({}, echo).start();
      bench.offer([consumed(0, { topic: 'other' })]);
      expect(bench.decided).to.deep.equal([]);
      expect(bench.ledger.uncommitted).to.equal(0);
    });

    it('takes only its own run of a batch', async () => {
      const bench = await new TaskBench({}, echo).start();
      bench.task.offer(batchOf([consumed(0), consumed(1), consumed(2), consumed(3)]), 1, 3, 1);
      expect(bench.decided).to.deep.equal(['out-1', 'out-2']);
    });
  });

  describe('the end of the log', () => {
    const endAt = (bench: TaskBench, offset: number, poll = 1): void =>
      bench.task.reachEnd(position(SOURCE, 0, offset), poll);

    it('moves the position past what is no record, once a checkpoint is owed', async () => {
      const bench = await new TaskBench({}, echo).start();
      bench.offer([consumed(0)]);
      bench.commit();
      endAt(bench, 3);
      expect(bench.task.nextOffset(SOURCE)).to.equal(3);
      expect(bench.ledger.isDirty()).to.equal(false);
      expect(bench.ledger.hasPassedRecords).to.equal(true);
      bench.ledger.open.checkpointDue = true;
      expect(bench.take().offsets).to.deep.include(position(SOURCE, 0, 3));
    });

    it('goes with the next commit when something was decided anyway', async () => {
      const bench = await new TaskBench({}, echo).start();
      bench.offer([consumed(0)]);
      endAt(bench, 3);
      expect(bench.take().offsets).to.deep.include(position(SOURCE, 0, 3));
    });

    it('never moves the position past a record that is not decided', async () => {
      const bench = await new TaskBench().start();
      bench.offer([consumed(0), consumed(1, { key: 'b' })]);
      endAt(bench, 4);
      await bench.succeed(0);
      expect(bench.take().offsets).to.deep.include(position(SOURCE, 0, 1));
    });

    it('is remembered until the records before it are decided: it is told only once', async () => {
      const bench = await new TaskBench().start();
      bench.offer([consumed(0)]);
      endAt(bench, 4);
      await bench.succeed(0);
      expect(bench.task.nextOffset(SOURCE)).to.equal(4);
      expect(bench.take().offsets).to.deep.include(position(SOURCE, 0, 4));
    });

    it('never moves the position back, and hides no record that comes after it', async () => {
      const bench = await new TaskBench({}, echo).start();
      bench.offer([consumed(0), consumed(5)]);
      endAt(bench, 3);
      expect(bench.task.nextOffset(SOURCE)).to.equal(6);
      endAt(bench, 8);
      bench.offer([consumed(8)], 2);
      expect(bench.commit()).to.deep.equal(['out-0', 'out-5', 'out-8']);
      expect([...bench.ledger.positions]).to.deep.equal([[SOURCE, 9]]);
    });

    it('of an older epoch, of another topic or of a task that drains is nothing', async () => {
      const bench = await new TaskBench({}, echo).start(0, 5);
      endAt(bench, 3, 4);
      bench.task.reachEnd(position('other', 0, 9), 5);
      await bench.task.drain();
      endAt(bench, 3, 5);
      expect(bench.task.nextOffset(SOURCE)).to.equal(0);
      expect(bench.task.nextOffset('other')).to.equal(undefined);
    });

    it('survives an abort of what was decided before it', async () => {
      const bench = await new TaskBench({}, echo).start();
      bench.offer([consumed(0)]);
      const unit = bench.take();
      endAt(bench, 3);
      unit.settle('aborted');
      bench.commit();
      bench.ledger.open.checkpointDue = true;
      bench.commit();
      expect([...bench.ledger.positions]).to.deep.equal([[SOURCE, 3]]);
    });
  });

  describe('drain', () => {
    it('is over at once when nothing runs', async () => {
      const bench = await new TaskBench({}, echo).start();
      expect(await outcomeOf(bench.task.drain())).to.equal('resolved');
    });

    it('starts nothing new, waits for what runs and decides it', async () => {
      const bench = await new TaskBench().start();
      bench.offer([consumed(0), consumed(1), consumed(2, { key: 'other' })]);
      const drained = bench.task.drain();
      await bench.succeed(0);
      expect(await outcomeOf(drained)).to.equal('pending');
      await bench.succeed(2);
      expect(await outcomeOf(drained)).to.equal('resolved');
      expect(bench.begun).to.deep.equal(['0/1', '2/1']);
      // 1 was never begun: 2 waits behind it, and the position stays before it.
      expect(bench.decided).to.deep.equal(['out-0']);
      expect(bench.take().offsets).to.deep.include(position(SOURCE, 0, 1));
    });

    it('takes no records any more', async () => {
      const bench = await new TaskBench({}, echo).start();
      await bench.task.drain();
      bench.offer([consumed(0)]);
      expect(bench.decided).to.deep.equal([]);
      expect(bench.ledger.uncommitted).to.equal(0);
    });

    it('resolves with the last handler, its result decided by then', async () => {
      const bench = await new TaskBench().start();
      bench.offer([consumed(0)]);
      let seen: readonly string[] = [];
      const drained = bench.task.drain().then(() => (seen = bench.decided));
      await bench.succeed(0);
      await drained;
      expect(seen).to.deep.equal(['out-0']);
    });

    it('decides a dead letter, too', async () => {
      const bench = await new TaskBench().start();
      bench.offer([consumed(0)]);
      const drained = bench.task.drain();
      await bench.fail(0, hopeless());
      await drained;
      expect(bench.decided).to.deep.equal(['dlq 0 schema-violation after 1']);
    });

    it('does not wait for a back-off whose attempt would never be made', async () => {
      const bench = await new TaskBench({ retryImmediateBackoffMs: 60_000 }).start();
      bench.offer([consumed(0)]);
      await bench.fail(0, away());
      expect(await outcomeOf(bench.task.drain())).to.equal('resolved');
      await bench.pass(120_000);
      expect(bench.begun).to.deep.equal(['0/1']);
      expect(bench.decided).to.deep.equal([]);
    });

    it('does not wait for a back-off that begins while it drains', async () => {
      const bench = await new TaskBench({ retryImmediateBackoffMs: 60_000 }).start();
      bench.offer([consumed(0), consumed(1, { key: 'b' })]);
      const drained = bench.task.drain();
      await bench.fail(0, away());
      expect(await outcomeOf(drained)).to.equal('pending');
      await bench.succeed(1);
      expect(await outcomeOf(drained)).to.equal('resolved');
      expect(bench.decided).to.deep.equal([]);
      expect(bench.task.inFlight).to.equal(0);
    });

    it('waits for a handler no longer than its time-out and the grace', async () => {
      const bench = await new TaskBench().start();
      bench.offer([consumed(0)]);
      const drained = bench.task.drain();
      await bench.pass(SETTINGS.attemptTimeoutMs + GRACE_MS + SETTINGS.retryImmediateBackoffMs);
      expect(await outcomeOf(drained)).to.equal('resolved');
    });

    it('may be asked for more than once', async () => {
      const bench = await new TaskBench().start();
      bench.offer([consumed(0)]);
      const both = [bench.task.drain(), bench.task.drain()];
      await bench.succeed(0);
      for (const drained of both) expect(await outcomeOf(drained)).to.equal('resolved');
    });

    it('of a task that still restores is nothing', async () => {
      const bench = new TaskBench();
      await bench.task.restore();
      expect(await outcomeOf(bench.task.drain())).to.equal('resolved');
      expect(bench.task.state).to.equal('restoring');
    });
  });

  describe('close', () => {
    it('tells running handlers to stop and hears nothing that they still answer (I14)', async () => {
      const bench = await new TaskBench().start();
      bench.offer([consumed(0), consumed(1, { key: 'b' })]);
      await bench.task.close();
      for (const call of bench.calls) expect(call.signal.aborted).to.equal(true);
      await bench.succeed(0);
      await bench.fail(1, hopeless());
      expect(bench.decided).to.deep.equal([]);
      expect(bench.ledger.isDirty()).to.equal(false);
    });

    it('loses what was decided and not committed: the next owner does it again', async () => {
      const bench = await new TaskBench({}, echo).start();
      bench.offer([consumed(0)]);
      expect(bench.ledger.isDirty()).to.equal(true);
      await bench.task.close();
      expect(bench.ledger.isDirty()).to.equal(false);
    });

    it('makes a unit that is with the commit loop lost', async () => {
      const bench = await new TaskBench({}, echo).start();
      bench.offer([consumed(0)]);
      const unit = bench.take();
      expect(unit.isLost()).to.equal(false);
      await bench.task.close();
      expect(unit.isLost()).to.equal(true);
    });

    it('leaves no timer running and nothing in flight', async () => {
      const bench = await new TaskBench().start();
      bench.offer([consumed(0), consumed(1, { key: 'b' }), consumed(2, { key: 'c' })]);
      await bench.fail(0, away());
      await bench.task.close();
      expect(bench.task.inFlight).to.equal(0);
      expect(bench.scheduler.clock.nextAt()).to.equal(null);
    });

    it('ends a drain that waits', async () => {
      const bench = await new TaskBench().start();
      bench.offer([consumed(0)]);
      const drained = bench.task.drain();
      await bench.task.close();
      expect(await outcomeOf(drained)).to.equal('resolved');
    });

    it('closes the processors once, however often and in whatever way it is asked for', async () => {
      const bench = await new TaskBench().start();
      await bench.task.close('refused');
      expect(bench.task.state).to.equal('refused');
      await bench.task.close();
      await bench.task.close();
      expect(bench.task.state).to.equal('closed');
      expect(bench.lives).to.deep.equal(['init', 'close']);
    });

    it('takes nothing and decides nothing afterwards', async () => {
      const bench = await new TaskBench({}, echo).start();
      await bench.task.close();
      bench.offer([consumed(0)]);
      expect(bench.ledger.uncommitted).to.equal(0);
      expect(() => bench.task.run(positions({ [SOURCE]: 0 }), NOTHING_RESTORED, 1)).to.throw(
        'cannot go from closed to running',
      );
    });
  });

  describe('what is too large', () => {
    const LIMIT = 10_000;
    const large = (bytes: number) => produced('x'.repeat(bytes));

    it('an output is a dead letter with the reason output-too-large, and none of its outputs is written', async () => {
      const bench = await new TaskBench({ maxMessageBytes: LIMIT }, ({ record }) =>
        record.offset === 0 ? [produced('small'), large(LIMIT)] : [produced(`out-${record.offset}`)],
      ).start();
      bench.offer([consumed(0), consumed(1)]);
      expect(bench.decided).to.deep.equal(['dlq 0 output-too-large after 1', 'out-1']);
    });

    it('an asynchronous output, too, and its key goes on', async () => {
      const bench = await new TaskBench({ maxMessageBytes: LIMIT }).start();
      bench.offer([consumed(0), consumed(1)]);
      await bench.succeed(0, 'x'.repeat(LIMIT));
      await bench.succeed(1);
      expect(bench.decided).to.deep.equal(['dlq 0 output-too-large after 1', 'out-1']);
      expect(bench.begun).to.deep.equal(['0/1', '1/1']);
    });

    it('an output just below the limit is written', async () => {
      const bench = await new TaskBench({ maxMessageBytes: LIMIT }, () => [large(LIMIT - 200)]).start();
      bench.offer([consumed(0)]);
      expect(bench.decided).to.have.length(1);
      expect(bench.decided[0]).to.match(/^x+$/);
    });

    const tooLarge = 'x'.repeat(LIMIT + 100_000);

    it('a dead letter stops the task: the record is neither dropped nor passed (P5)', async () => {
      const bench = await new TaskBench({ maxMessageBytes: LIMIT }, (run) => {
        if (run.record.offset === 1) throw hopeless();
        return echo(run);
      }).start();
      bench.offer([consumed(0), consumed(1, { value: tooLarge }), consumed(2)]);
      expect(bench.stopped).to.have.length(1);
      expect(bench.stopped[0]?.message).to.include('user.events-0@1').and.to.include('MAX_MESSAGE_BYTES');
      expect(bench.task.state).to.equal('refused');
      expect(bench.ledger.isDirty()).to.equal(false);
      bench.offer([consumed(3)], 2);
      expect(bench.ledger.isDirty()).to.equal(false);
    });

    it('a dead letter that only shows in its turn stops the task then, and nothing after it is decided', async () => {
      const bench = await new TaskBench({ maxMessageBytes: LIMIT }).start();
      bench.offer([
        consumed(0, { key: 'a' }),
        consumed(1, { key: 'b', value: tooLarge }),
        consumed(2, { key: 'c' }),
      ]);
      await bench.succeed(2);
      await bench.fail(1, hopeless());
      expect(bench.stopped).to.deep.equal([]);
      const unit = bench.ledger;
      await bench.succeed(0);
      expect(bench.stopped).to.have.length(1);
      expect(unit.isDirty()).to.equal(false);
      expect(bench.task.state).to.equal('refused');
    });
  });

  describe('with the commit loop', () => {
    it('gives aborted effects again before newer ones, with the same sequence (I11, I6)', async () => {
      const bench = await new TaskBench({}, echo).start();
      bench.offer([consumed(0)]);
      const first = bench.take();
      bench.offer([consumed(1)], 2);
      first.settle('aborted');
      const again = bench.take();
      bench.offer([consumed(2)], 3);
      again.settle('aborted');
      expect(again.offsets.at(-1)).to.deep.equal(first.offsets.at(-1));
      expect(bench.commit()).to.deep.equal(['out-0', 'out-1', 'out-2']);
    });

    it('counts the sequence by one per commit, whatever was aborted between', async () => {
      const bench = await new TaskBench({}, echo).start();
      const seen: number[] = [];
      for (let at = 0; at < 6; at++) {
        bench.offer([consumed(at)], at + 1);
        const unit = bench.take();
        if (at % 2 === 0) {
          unit.settle('aborted');
          continue;
        }
        unit.settle('committed');
        seen.push(bench.ledger.sequence);
      }
      bench.commit();
      expect(seen).to.deep.equal(seen.map((_, i) => i + 1));
    });

    it('decides on while a unit is being committed; what is decided meanwhile waits for the next', async () => {
      const bench = await new TaskBench({}, echo).start();
      bench.offer([consumed(0)]);
      const first = bench.take();
      bench.offer([consumed(1)], 2);
      expect([...first.records].map(textOf)).to.deep.equal(['out-0']);
      first.settle('committed');
      expect(bench.commit()).to.deep.equal(['out-1']);
    });

    it('writes its checkpoint to its own partition of the lane log', async () => {
      const bench = await new TaskBench({}, echo).start();
      bench.offer([consumed(0)]);
      const { checkpoint, offsets } = bench.take();
      expect([checkpoint.topic, checkpoint.partition]).to.deep.equal([LANES, 0]);
      expect(offsets).to.deep.equal([position(SOURCE, 0, 1), position(LANES, 0, 1)]);
    });

    it('counts load up by records and bytes, and back to nothing when everything is committed', async () => {
      const bench = await new TaskBench({}, echo).start();
      bench.offer([consumed(0, { key: 'k', value: 'vvvv' }), consumed(1, { key: null, value: null })]);
      expect([bench.ledger.uncommitted, bench.ledger.uncommittedBytes]).to.deep.equal([2, 5]);
      bench.take().settle('aborted');
      expect([bench.ledger.uncommitted, bench.ledger.uncommittedBytes]).to.deep.equal([2, 5]);
      bench.commit();
      expect([bench.ledger.uncommitted, bench.ledger.uncommittedBytes]).to.deep.equal([0, 0]);
    });

    it('tells the host of its load after a batch, when it is what it says', async () => {
      const bench = await new TaskBench({}, echo).start();
      bench.offer([consumed(0), consumed(1)]);
      expect(bench.loads).to.deep.equal([2]);
    });

    it('returns its credit when it is dropped (F18)', async () => {
      const bench = await new TaskBench().start();
      bench.offer([consumed(0)]);
      await bench.task.close();
      expect([bench.ledger.uncommitted, bench.ledger.uncommittedBytes]).to.deep.equal([0, 0]);
    });

    it('never counts below nothing when a unit is committed although its task was closed meanwhile', async () => {
      const bench = await new TaskBench({}, echo).start();
      bench.offer([consumed(0)]);
      const unit = bench.take();
      await bench.task.close();
      unit.settle('committed');
      expect([bench.ledger.uncommitted, bench.ledger.uncommittedBytes]).to.deep.equal([0, 0]);
    });
  });

  it('reports records by type and outcome once they are committed, and not before', async () => {
    const bench = await new TaskBench({}, (run) => {
      run.noteType(run.record.offset === 0 ? 'user.auth' : 'user.updated');
      if (run.record.offset === 2) throw hopeless();
      return echo(run);
    }).start();
    bench.offer([consumed(0), consumed(1), consumed(2)]);
    const unit = bench.take();
    unit.settle('aborted');
    expect(bench.telemetry.lines).to.deep.equal([]);
    bench.commit();
    expect(bench.telemetry.starting('messages', 'deadLetters')).to.have.members([
      'messages user.events user.auth processed 1',
      'messages user.events user.updated processed 1',
      'messages user.events user.updated dead-letter 1',
      'deadLetters user.events schema-violation 1',
    ]);
  });
});
