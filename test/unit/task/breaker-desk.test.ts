import { expect } from 'chai';
import type { EpochMs } from '../../../src/record/units.js';
import { epochMs } from '../../../src/record/units.js';
import { BreakerDesk } from '../../../src/task/breaker-desk.js';
import type { Probed } from '../../../src/task/breaker-desk.js';
import { Scheduler } from '../../../src/testing/scheduler.js';

const SETTINGS = { ratio: 0.5, minAttempts: 2, windowMs: 1000 };
const QUIET = {
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
};

/** A task with records that are probed one after the other; those that are bad always fail. */
class FakeTask implements Probed {
  readonly probes: string[] = [];
  isHeld = false;
  probedAt: Probed['probedAt'];
  desk: BreakerDesk | undefined;

  constructor(
    private readonly scheduler: Scheduler,
    readonly waiting: { readonly name: string; readonly isBad: boolean; counted: number }[],
  ) {}

  get waitingSince(): EpochMs | undefined {
    return this.waiting.some((one) => this.desk?.isFresh(one)) ? epochMs(1) : undefined;
  }

  readonly hasFreshHead = false;

  get hasAny(): boolean {
    return this.waiting.length > 0;
  }

  probe(at: NonNullable<Probed['probedAt']>): boolean {
    this.probedAt = at;
    const one = this.waiting.find((each) => this.desk?.isFresh(each)) ?? this.waiting[0];
    if (one === undefined) return false;
    this.probes.push(one.name);
    this.scheduler.clock.after(1, () => {
      if (!one.isBad) this.waiting.splice(this.waiting.indexOf(one), 1);
      if (this.desk?.probeEnded(one, !one.isBad)) one.counted += 1;
    });
    return true;
  }

  breakerChanged(): void {
    // It looks by itself.
  }

  hold(isHeld: boolean): void {
    this.isHeld = isHeld;
  }
}

const bad = (name: string) => ({ name, isBad: true, counted: 0 });
const good = (name: string) => ({ name, isBad: false, counted: 0 });

const open = (...queues: ReturnType<typeof bad>[][]) => {
  const scheduler = new Scheduler(1);
  const tasks = queues.map((queue) => new FakeTask(scheduler, queue));
  const desk = new BreakerDesk(SETTINGS, () => tasks, scheduler.clock, QUIET);
  for (const task of tasks) task.desk = desk;
  desk.firstRun(false);
  desk.firstRun(false);
  return { desk, scheduler, tasks };
};

describe('BreakerDesk', () => {
  it('counts no failure of a probe while nothing succeeds and there is always another to ask', async () => {
    const queue = Array.from({ length: 100 }, (_, i) => bad(`${i}`));
    const { desk, scheduler } = open(queue);
    await scheduler.advance(60_000);
    expect(desk.isOpen).to.equal(true);
    expect(queue.filter(({ counted }) => counted > 0)).to.deep.equal([]);
  });

  it('asks a record that failed only when all others have been asked', async () => {
    const { scheduler, tasks } = open([bad('a'), bad('b'), bad('c')]);
    await scheduler.advance(3500);
    expect(tasks[0]?.probes).to.deep.equal(['a', 'b', 'c', 'a']);
  });

  it('asks the tasks in turn', async () => {
    const { scheduler, tasks } = open([bad('a')], [bad('b')]);
    await scheduler.advance(7500);
    expect(tasks.map(({ probes }) => probes.length)).to.deep.equal([4, 4]);
  });

  it('closes for what succeeds behind a record that fails by itself', async () => {
    const { desk, scheduler } = open([bad('a'), good('b'), good('c'), good('d')]);
    await scheduler.advance(3000);
    expect(desk.isOpen).to.equal(false);
  });

  it('counts a failure once another probe has succeeded since: it is of the record itself', async () => {
    const one = bad('a');
    const { scheduler } = open([one, good('b'), good('c')]);
    await scheduler.advance(900);
    expect(one.counted).to.equal(0);
    await scheduler.advance(1000);
    expect(one.counted).to.be.greaterThan(0);
  });

  it('counts the failures of a record that has been the only one for six windows', async () => {
    const one = bad('a');
    const { scheduler } = open([one]);
    await scheduler.advance(5900);
    expect(one.counted).to.equal(0);
    await scheduler.advance(2000);
    expect(one.counted).to.be.greaterThan(0);
  });

  it('holds intake only while there is a record to ask that has not failed yet (F19)', async () => {
    const { scheduler, tasks } = open([bad('a'), bad('b')]);
    expect(tasks[0]?.isHeld).to.equal(true);
    await scheduler.advance(900);
    expect(tasks[0]?.isHeld).to.equal(true);
    await scheduler.advance(2500);
    expect(tasks[0]?.isHeld).to.equal(false);
    tasks[0]?.waiting.push(bad('c'));
    await scheduler.advance(1000);
    expect(tasks[0]?.isHeld).to.equal(true);
  });
});
