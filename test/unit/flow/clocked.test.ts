import { expect } from 'chai';
import { repeating } from '../../../src/flow/clocked.js';
import { Scheduler } from '../../../src/testing/scheduler.js';
import { deferred, settle } from '../support/settle.js';

describe('repeating', () => {
  it('runs first after one period, then every period', async () => {
    const scheduler = new Scheduler(1);
    const runs: number[] = [];
    const subscription = repeating(scheduler.clock, 100, async () => {
      runs.push(scheduler.clock.monotonic());
    }).subscribe();
    await scheduler.advance(350);
    expect(runs).to.deep.equal([100, 200, 300]);
    subscription.unsubscribe();
  });

  it('never runs twice at once: the period counts from the end of a run', async () => {
    const scheduler = new Scheduler(1);
    const slow = deferred();
    let begun = 0;
    const subscription = repeating(scheduler.clock, 100, async () => {
      begun += 1;
      if (begun === 1) await slow.promise;
    }).subscribe();
    await scheduler.advance(100);
    expect(scheduler.clock.nextAt()).to.equal(null);
    slow.resolve();
    await settle();
    await scheduler.advance(99);
    expect(begun).to.equal(1);
    await scheduler.advance(1);
    expect(begun).to.equal(2);
    subscription.unsubscribe();
  });

  it('ends with the error of a run', async () => {
    const scheduler = new Scheduler(1);
    const failure = new Error('broken');
    let ended: unknown;
    repeating(scheduler.clock, 100, () => Promise.reject(failure)).subscribe({
      error: (error: unknown) => (ended = error),
    });
    await scheduler.advance(100);
    await settle();
    expect(ended).to.equal(failure);
  });

  it('leaves no timer behind when nobody is subscribed any more', async () => {
    const scheduler = new Scheduler(1);
    let runs = 0;
    const subscription = repeating(scheduler.clock, 100, async () => void (runs += 1)).subscribe();
    subscription.unsubscribe();
    await settle();
    expect(scheduler.clock.nextAt()).to.equal(null);
    expect(runs).to.equal(0);
  });
});
