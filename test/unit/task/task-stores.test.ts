import { expect } from 'chai';
import type { DuePunctuation, Effects, Punctuations, StoreChange } from '../../../src/dsl/execution.js';
import { HandlerSaysFail } from '../../../src/dsl/execution.js';
import { parseStoreLogKey } from '../../../src/state/store-log.js';
import { consumedOf, produced } from '../support/records.js';
import { settle } from '../support/settle.js';
import { TaskBench } from '../support/task-bench.js';

const put = (key: string, value: string | null): StoreChange => ({
  store: 's',
  key: Buffer.from(key),
  value: value === null ? null : Buffer.from(value),
});

const effects = (text: string, ...changes: StoreChange[]): Effects => ({
  outputs: [produced(text)],
  changes,
  reads: [],
  isDropped: false,
});

const NONE: Effects = { outputs: [], changes: [], reads: [], isDropped: false };

/** What a unit says of stores, as `key=value`. */
const changesOf = (bench: TaskBench): readonly string[] => {
  const unit = bench.take();
  unit.settle('committed');
  return unit.changelog.flat().map(({ key, value }) => {
    const parsed = parseStoreLogKey(key ?? Buffer.alloc(0));
    if (parsed.kind === 'stream-time') return `time=${value?.readBigUInt64BE() ?? 'none'}`;
    return `${parsed.key.toString()}=${value?.toString() ?? 'gone'}`;
  });
};

const valueIn = (bench: TaskBench, key: string): string | undefined =>
  bench.task.stores.store('s').get(Buffer.from(key))?.toString();

describe('a task whose records share state by key', () => {
  const start = (): Promise<TaskBench> =>
    new TaskBench({}, 'by-hand', { sharing: 'key', stores: ['s'] }).start();

  it('starts the next record of a key when the one before is decided, not when it has ended', async () => {
    const bench = await start();
    bench.offer(consumedOf('slow', 'k', 'k'));
    await settle();
    expect(bench.begun).to.deep.equal(['0/1', '1/1']);
    await bench.succeed(1);
    expect(bench.begun).to.deep.equal(['0/1', '1/1']);
    await bench.succeed(0);
    expect(bench.begun).to.deep.equal(['0/1', '1/1', '2/1']);
  });
});

describe('a task whose records share all state', () => {
  const start = (): Promise<TaskBench> =>
    new TaskBench({}, 'by-hand', { sharing: 'all', stores: ['s'] }).start();

  it('runs one record after the other', async () => {
    const bench = await start();
    bench.offer(consumedOf('a', 'b', 'c'));
    await settle();
    expect(bench.begun).to.deep.equal(['0/1']);
    await bench.succeed(0);
    expect(bench.begun).to.deep.equal(['0/1', '1/1']);
    await bench.succeed(1);
    await bench.succeed(2);
    expect(bench.commit()).to.deep.equal(['out-0', 'out-1', 'out-2']);
  });

  it('lets no record overtake one that an open breaker has put back', async () => {
    const bench = await start();
    bench.offer(consumedOf('a', 'b'));
    await settle();
    bench.breaker.isOpen = true;
    await bench.fail(0, new Error('down'));
    expect(bench.task.probe(bench.scheduler.clock.monotonic())).to.equal(true);
    await bench.fail(0, new Error('still down'));
    bench.task.probe(bench.scheduler.clock.monotonic());
    await settle();
    expect(bench.begun.every((run) => run.startsWith('0/'))).to.equal(true);
  });
});

describe('what a record writes to stores', () => {
  const start = (handler: (key: string) => Effects): Promise<TaskBench> =>
    new TaskBench({ retryImmediate: 0 }, ({ record }) => handler(record.key?.toString() ?? ''), {
      sharing: 'key',
      stores: ['s'],
    }).start();

  it('is in memory and in the changelog, last values only, with the stream time', async () => {
    let count = 0;
    const bench = await start((key) => effects('out', put(key, String((count += 1)))));
    bench.offer(consumedOf('a', 'b', 'a'));
    await settle();
    expect([valueIn(bench, 'a'), valueIn(bench, 'b')]).to.deep.equal(['3', '2']);
    expect(changesOf(bench)).to.have.members(['a=3', 'b=2', 'time=1770000000002']);
  });

  it('is deleted by null', async () => {
    const values = ['1', null];
    const bench = await start((key) => effects('out', put(key, values.shift() ?? null)));
    bench.offer(consumedOf('a', 'a'));
    await settle();
    expect(valueIn(bench, 'a')).to.equal(undefined);
    expect(changesOf(bench)).to.include('a=gone');
  });

  it('is nowhere when it fails, also for want of room in a topic', async () => {
    const bench = await start((key) =>
      key === 'large'
        ? effects('x'.repeat(2_000_000), put(key, '1'))
        : effects('out', put(key, 'x'.repeat(2_000_000))),
    );
    bench.offer(consumedOf('large', 'too-large-for-the-log'));
    await settle();
    expect(bench.task.stores.entries).to.equal(0);
    expect(bench.decided).to.deep.equal(['dlq 0 output-too-large after 1', 'dlq 1 output-too-large after 1']);
  });

  it('comes again as it was after an abort, before what is newer', async () => {
    let count = 0;
    const bench = await start((key) => effects('out', put(key, String((count += 1)))));
    bench.offer(consumedOf('a'));
    await settle();
    bench.take().settle('aborted');
    bench.offer(consumedOf('a', 'a').slice(1));
    await settle();
    expect(changesOf(bench)).to.include('a=1');
    expect(changesOf(bench)).to.include('a=2');
  });
});

/** Punctuations that a test makes due. */
class Due implements Punctuations {
  readonly isEmpty = false;
  readonly due: DuePunctuation['run'][] = [];
  inMs: number | null = null;

  isDue(): boolean {
    return this.due.length > 0;
  }

  takeDue(): DuePunctuation | undefined {
    const run = this.due.shift();
    return run === undefined ? undefined : { node: 'clock', run };
  }

  dueInMs(): number | null {
    return this.inMs;
  }
}

describe('a punctuation', () => {
  const start = async (): Promise<{ bench: TaskBench; punctuations: Due }> => {
    const punctuations = new Due();
    const bench = new TaskBench({}, 'by-hand', { sharing: 'key', stores: ['s'], punctuations });
    return { bench: await bench.start(), punctuations };
  };

  it('waits for what runs, and nothing starts before it is over', async () => {
    const { bench, punctuations } = await start();
    bench.offer(consumedOf('a'));
    await settle();
    let end: (done: Effects) => void = () => undefined;
    const events: string[] = [];
    punctuations.due.push(() => {
      events.push('begins');
      return new Promise((resolve) => (end = resolve));
    });
    bench.offer(consumedOf('a', 'b').slice(1));
    await settle();
    expect([bench.begun, events]).to.deep.equal([['0/1'], []]);
    await bench.succeed(0);
    expect([bench.begun, events]).to.deep.equal([['0/1'], ['begins']]);
    end(effects('tick', put('clock', '1')));
    await settle();
    expect(bench.begun).to.deep.equal(['0/1', '1/1']);
    expect(valueIn(bench, 'clock')).to.equal('1');
    await bench.succeed(1);
    expect(bench.commit()).to.deep.equal(['out-0', 'tick', 'out-1']);
  });

  it('is committed by itself, and moves no position', async () => {
    const { bench, punctuations } = await start();
    punctuations.due.push(() => effects('tick', put('clock', '1')));
    bench.task.wake();
    await settle();
    expect(bench.ledger.isDirty()).to.equal(true);
    expect(bench.take().offsets.map(({ offset }) => offset)).to.deep.equal([0, 1]);
  });

  it('comes at its time although nothing arrives', async () => {
    const { bench, punctuations } = await start();
    punctuations.inMs = 500;
    bench.task.wake();
    await settle();
    let runs = 0;
    punctuations.due.push(() => {
      runs += 1;
      punctuations.inMs = null;
      return NONE;
    });
    await bench.pass(499);
    expect(runs).to.equal(0);
    await bench.pass(2);
    expect(runs).to.equal(1);
  });

  for (const how of ['throws', 'rejects', 'takes too long'] as const)
    it(`that ${how} stops the task, and has no effect`, async () => {
      const { bench, punctuations } = await start();
      punctuations.due.push(({ signal }) => {
        if (how === 'throws') throw new Error('broken');
        if (how === 'rejects') return Promise.reject(new Error('broken'));
        return new Promise((_resolve, reject) =>
          signal.addEventListener('abort', () => reject(new Error('aborted'))),
        );
      });
      bench.task.wake();
      await bench.pass(11_000);
      expect(bench.stopped.map(({ reason }) => reason)).to.deep.equal(['punctuation-failed']);
      expect(bench.stopped[0]?.message).to.contain('clock');
      expect(bench.ledger.isDirty()).to.equal(false);
    });
});

describe('an error handler that says fail', () => {
  it('ends the session, and the record is decided by nobody', async () => {
    const said = new HandlerSaysFail('no', 'no', undefined);
    for (const isSync of [true, false]) {
      const bench = await new TaskBench({}, () => {
        if (isSync) throw said;
        return Promise.reject(said);
      }).start();
      bench.offer(consumedOf('a'));
      await settle();
      expect(bench.failures).to.deep.equal([said]);
      expect(bench.ledger.isDirty()).to.equal(false);
    }
  });
});

describe('two keys that are one key of a store', () => {
  it('run again before a command of their key that waits for them', async () => {
    const bench = await new TaskBench({}, 'by-hand', { sharing: 'key', stores: ['s'] }).start();
    const [front, record, letter] = consumedOf('slow', 'k', 'k');
    bench.offer([front!, record!]);
    await settle();
    bench.call(1).answer.resolve({ ...effects('old'), reads: [put('shared', null)] });
    await settle();
    bench.command({ kind: 'redrive', key: letter!.key, deadLetter: 3, record: letter!, by: 'me' });
    bench.call(0).answer.resolve(effects('out-0', put('shared', '1')));
    await settle();
    expect(bench.begun).to.deep.equal(['0/1', '1/1', '1/1']);
    await bench.succeed(1);
    await bench.succeed(2);
    expect(bench.begun).to.deep.equal(['0/1', '1/1', '1/1', '2/1']);
    expect(bench.commit()).to.deep.equal(['out-0', 'out-1', 'out-2']);
  });

  it('lose no update: a result that has seen what is not so any more is made anew, and no attempt is counted', async () => {
    const bench = new TaskBench({}, 'by-hand', { sharing: 'key', stores: ['s'] });
    await bench.start();
    const count = (): Effects => {
      const before = bench.task.stores.store('s').get(Buffer.from('one'));
      const change = put('one', String(Number(before?.toString() ?? 0) + 1));
      const read = { store: 's', key: Buffer.from('one'), value: before };
      return { ...effects('out', change), reads: [read] };
    };
    bench.offer(consumedOf('{"id":1}', '{ "id": 1 }'));
    await settle();
    // Both have read before either is decided.
    const [first, second] = [count(), count()];
    bench.call(1).answer.resolve(second);
    bench.call(0).answer.resolve(first);
    await settle();
    expect(bench.begun).to.deep.equal(['0/1', '1/1', '1/1']);
    bench.call(1).answer.resolve(count());
    await settle();
    expect(valueIn(bench, 'one')).to.equal('2');
    expect(bench.commit()).to.deep.equal(['out', 'out']);
  });
});

describe('punctuations that are always due', () => {
  for (const isSync of [true, false])
    it(`let records go on between two of them (${isSync ? 'synchronous' : 'asynchronous'})`, async () => {
      const punctuations = new Due();
      const tick = (): Effects | Promise<Effects> => {
        punctuations.due.push(tick);
        return isSync ? NONE : Promise.resolve(NONE);
      };
      punctuations.due.push(tick);
      const bench = new TaskBench({}, 'by-hand', { sharing: 'key', stores: ['s'], punctuations });
      await bench.start();
      bench.offer(consumedOf('a', 'a'));
      await bench.pass(5);
      await bench.succeed(0);
      await bench.pass(5);
      await bench.succeed(1);
      expect(bench.commit()).to.deep.equal(['out-0', 'out-1']);
    });
});

describe('a punctuation whose output is too large', () => {
  it('stops the task before a broker has seen it', async () => {
    const punctuations = new Due();
    const bench = new TaskBench({}, 'by-hand', { stores: ['s'], punctuations });
    await bench.start();
    punctuations.due.push(() => effects('x'.repeat(2_000_000)));
    bench.task.wake();
    await settle();
    expect(bench.stopped.map(({ reason }) => reason)).to.deep.equal(['punctuation-failed']);
    expect(bench.decided).to.deep.equal([]);
  });
});
