import { expect } from 'chai';
import { sleep } from '../../../src/ports/nap.js';
import { Scheduler, SimulationStalled } from '../../../src/testing/scheduler.js';

const rejection = async (promise: Promise<unknown>): Promise<unknown> =>
  promise.then(
    () => expect.fail('it did not reject'),
    (error: unknown) => error,
  );

describe('Scheduler', () => {
  it('waits for a promise that waits for virtual time', async () => {
    const scheduler = new Scheduler(1);
    const slept = sleep(scheduler.clock, 60_000).then(() => 'done');
    expect(await scheduler.complete(slept)).to.equal('done');
    expect(scheduler.clock.monotonic()).to.equal(60_000);
  });

  it('says the seed when nothing is left to happen', async () => {
    const error = await rejection(new Scheduler(42).run(() => false));
    expect(error).to.be.instanceOf(SimulationStalled);
    expect((error as Error).message).to.contain('seed 42');
  });

  it('stops at the limit of virtual time', async () => {
    const scheduler = new Scheduler(1);
    scheduler.clock.after(1001, () => undefined);
    const error = await rejection(scheduler.run(() => false, { maxVirtualMs: 1000 }));
    expect((error as Error).message).to.contain('1000 ms of virtual time');
    expect(scheduler.clock.monotonic()).to.be.at.most(1000);
  });

  it('advances exactly as far as it was told', async () => {
    const scheduler = new Scheduler(1);
    const fired: number[] = [];
    for (const at of [10, 20, 30]) scheduler.clock.after(at, () => fired.push(at));
    await scheduler.advance(25);
    expect(fired).to.deep.equal([10, 20]);
    expect(scheduler.clock.monotonic()).to.equal(25);
  });

  it('draws the same delays from the same seed and others from another', () => {
    const draws = (seed: number): number[] => {
      const { random } = new Scheduler(seed);
      return Array.from({ length: 20 }, () => random.between(0, 1_000_000));
    };
    expect(draws(7)).to.deep.equal(draws(7));
    expect(draws(7)).to.not.deep.equal(draws(8));
  });
});
