import { expect } from 'chai';
import type { Subscription } from 'rxjs';
import type { Polled } from '../../../src/flow/poll-loop.js';
import { PollLoop } from '../../../src/flow/poll-loop.js';
import type { RecordBatch } from '../../../src/ports/record-batch.js';
import { Scheduler } from '../../../src/testing/scheduler.js';
import { errorOf } from '../support/kafka-errors.js';
import { sourceConsumer } from '../support/ports.js';
import { batchOf, consumed, position, SOURCE } from '../support/records.js';
import type { Deferred } from '../support/settle.js';
import { deferred, settle } from '../support/settle.js';

const bench = (wanted: () => number = () => 10) => {
  const scheduler = new Scheduler(1);
  const log: string[] = [];
  let open: Deferred<RecordBatch> | undefined;
  const consumer = sourceConsumer({
    poll: (max) => {
      if (open !== undefined) throw new Error('two polls at once');
      log.push(`poll ${max}`);
      open = deferred<RecordBatch>();
      return open.promise;
    },
  });
  const take = (): Deferred<RecordBatch> => {
    if (open === undefined) throw new Error('no poll is under way');
    const taken = open;
    open = undefined;
    return taken;
  };
  const loop = new PollLoop(consumer, wanted, scheduler.clock);
  const seen: Polled[] = [];
  const end: { how?: 'completed' | 'failed'; error?: unknown } = {};
  const start = (): Subscription =>
    loop.polled$.subscribe({
      next: (polled) => {
        log.push(polled.kind === 'batch' ? `batch of poll ${polled.poll}` : `error ${polled.error.kind}`);
        seen.push(polled);
      },
      complete: () => (end.how = 'completed'),
      error: (error: unknown) => Object.assign(end, { how: 'failed', error }),
    });
  return {
    scheduler,
    loop,
    log,
    seen,
    end,
    start,
    isPolling: () => open !== undefined,
    reach: async (end: number): Promise<void> => {
      take().resolve(batchOf([], [position(SOURCE, 0, end)]));
      await settle();
    },
    answer: async (...offsets: number[]): Promise<void> => {
      take().resolve(batchOf(offsets.map((offset) => consumed(offset))));
      await settle();
    },
    fail: async (error: unknown): Promise<void> => {
      take().reject(error);
      await settle();
    },
  };
};

describe('PollLoop', () => {
  it('asks for nothing until it is subscribed', async () => {
    const { isPolling, start } = bench();
    await settle();
    expect(isPolling()).to.equal(false);
    start();
    await settle();
    expect(isPolling()).to.equal(true);
  });

  it('issues the next poll before it hands on the batch of the last, and never two at once', async () => {
    const { log, start, answer } = bench();
    start();
    await answer(1, 2);
    await answer(3);
    expect(log).to.deep.equal(['poll 10', 'poll 10', 'batch of poll 1', 'poll 10', 'batch of poll 2']);
  });

  it('asks for what is wanted at that moment', async () => {
    let wanted = 5;
    const { log, start, answer } = bench(() => wanted);
    start();
    wanted = 1;
    await answer(1);
    expect(log.filter((line) => line.startsWith('poll'))).to.deep.equal(['poll 5', 'poll 1']);
  });

  it('waits while nothing is wanted until a commit has made room, or for half a second', async () => {
    let wanted = 0;
    const { isPolling, log, loop, scheduler, start } = bench(() => wanted);
    start();
    await settle();
    expect(isPolling()).to.equal(false);
    // A commit that has made no room is none to go on for.
    loop.roomMade();
    await settle();
    expect(isPolling()).to.equal(false);
    wanted = 7;
    loop.roomMade();
    await settle();
    expect(log).to.deep.equal(['poll 7']);
    wanted = 0;
    const late = bench(() => 0);
    late.start();
    await late.scheduler.advance(499);
    await settle();
    expect(late.isPolling()).to.equal(false);
    await late.scheduler.advance(1);
    await settle();
    expect(late.log).to.deep.equal(['poll 1']);
    expect(scheduler).not.to.equal(late.scheduler);
  });

  it('goes on polling when there is nothing, and hands on no empty batch', async () => {
    const { seen, start, answer, isPolling } = bench();
    start();
    for (let i = 0; i < 5; i++) await answer();
    expect(seen).to.deep.equal([]);
    expect(isPolling()).to.equal(true);
  });

  it('hands on an end that was reached without a record', async () => {
    const { seen, start, reach } = bench();
    start();
    await reach(7);
    expect(seen.map((polled) => polled.kind === 'batch' && polled.batch.ends)).to.deep.equal([
      [position(SOURCE, 0, 7)],
    ]);
  });

  it('counts empty polls too', async () => {
    const { seen, start, answer } = bench();
    start();
    await answer();
    await answer(7);
    expect(seen.map((polled) => polled.kind === 'batch' && polled.poll)).to.deep.equal([2]);
  });

  describe('between', () => {
    it('runs when no poll is under way: after the answer, before the next is issued and the batch handed on', async () => {
      const { log, loop, start, answer, isPolling } = bench();
      start();
      await settle();
      loop.between((next) => log.push(`between, next is ${next}, polling ${isPolling()}`));
      await settle();
      expect(log).to.deep.equal(['poll 10']);
      await answer(1);
      expect(log.slice(1)).to.deep.equal(['between, next is 2, polling false', 'poll 10', 'batch of poll 1']);
    });

    it('gives the number that the next poll really has', async () => {
      const { loop, seen, start, answer } = bench();
      start();
      await settle();
      let next = 0;
      loop.between((poll) => (next = poll));
      await answer(1);
      await answer(2);
      expect(seen.map((polled) => polled.kind === 'batch' && polled.poll)).to.deep.equal([next - 1, next]);
    });

    it('runs each once, in the order in which they were asked for', async () => {
      const { loop, start, answer } = bench();
      start();
      const ran: string[] = [];
      loop.between(() => ran.push('a'));
      loop.between(() => {
        ran.push('b');
        loop.between(() => ran.push('c'));
      });
      await answer();
      expect(ran).to.deep.equal(['a', 'b']);
      await answer();
      await answer();
      expect(ran).to.deep.equal(['a', 'b', 'c']);
    });

    it('still runs in the end when polls fail in between', async () => {
      const { scheduler, loop, start, answer, fail, isPolling } = bench();
      start();
      await settle();
      let ran = 0;
      loop.between(() => (ran += 1));
      await fail(errorOf('retriable'));
      await scheduler.run(isPolling);
      await answer();
      expect(ran).to.equal(1);
    });
  });

  describe('errors', () => {
    for (const kind of ['retriable', 'abortable', 'unusable'] as const) {
      it(`hands on what is ${kind}, waits a moment and polls again`, async () => {
        const { scheduler, log, start, fail, answer, isPolling, end } = bench();
        start();
        await fail(errorOf(kind));
        expect(log).to.deep.equal(['poll 10', `error ${kind}`]);
        expect(isPolling()).to.equal(false);
        await scheduler.run(isPolling);
        expect(scheduler.clock.monotonic()).to.be.greaterThan(0);
        await answer(1);
        expect(log).to.include('batch of poll 2');
        expect(end).to.deep.equal({});
      });
    }

    for (const kind of ['fatal', 'fenced'] as const) {
      it(`ends with what is ${kind}`, async () => {
        const { start, fail, end, isPolling, seen } = bench();
        start();
        const error = errorOf(kind);
        await fail(error);
        expect(end).to.deep.equal({ how: 'failed', error });
        expect(seen).to.deep.equal([{ kind: 'error', error }]);
        expect(isPolling()).to.equal(false);
      });
    }

    it('takes what is no KafkaError for a broken client', async () => {
      const { start, fail, end } = bench();
      start();
      const bug = new TypeError('x is not a function');
      await fail(bug);
      expect(end.how).to.equal('failed');
      expect((end.error as Error).cause).to.equal(bug);
    });
  });

  describe('when nobody is subscribed any more', () => {
    it('issues no poll after the one under way, and hands on nothing', async () => {
      const { start, answer, isPolling, seen } = bench();
      const subscription = start();
      await settle();
      subscription.unsubscribe();
      await answer(1);
      expect(isPolling()).to.equal(false);
      expect(seen).to.deep.equal([]);
    });

    it('does not wait out the pause after an error', async () => {
      const { start, fail, isPolling, scheduler } = bench();
      const subscription = start();
      await fail(errorOf('retriable'));
      subscription.unsubscribe();
      await settle();
      expect(scheduler.clock.nextAt()).to.equal(null);
      expect(isPolling()).to.equal(false);
    });
  });

  it('knows how long ago it turned', async () => {
    const { scheduler, loop, start, answer } = bench();
    start();
    await settle();
    scheduler.clock.after(400, () => undefined);
    scheduler.clock.fireNext();
    expect(loop.msSinceTurn()).to.equal(400);
    await answer();
    expect(loop.msSinceTurn()).to.equal(0);
  });
});
