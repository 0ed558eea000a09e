import { expect } from 'chai';
import fc from 'fast-check';
import { VirtualClock } from '../../../src/testing/virtual-clock.js';

describe('VirtualClock', () => {
  it('stands still until a timer is fired', () => {
    const clock = new VirtualClock();
    const before = clock.monotonic();
    clock.after(10, () => undefined);
    expect(clock.monotonic()).to.equal(before);
    clock.fireNext();
    expect(clock.monotonic()).to.equal(before + 10);
  });

  it('fires timers by their time, equal times in the order in which they were set', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(20), { maxLength: 60 }), (delays) => {
        const clock = new VirtualClock();
        const fired: number[] = [];
        delays.forEach((delay, index) => clock.after(delay, () => fired.push(index)));
        while (clock.fireNext());
        const expected = delays.map((delay, index) => ({ delay, index }));
        expected.sort((a, b) => a.delay - b.delay || a.index - b.index);
        expect(fired).to.deep.equal(expected.map(({ index }) => index));
      }),
    );
  });

  it('does not fire a cancelled timer', () => {
    const clock = new VirtualClock();
    const fired: string[] = [];
    const cancel = clock.after(1, () => fired.push('cancelled'));
    clock.after(2, () => fired.push('kept'));
    cancel();
    while (clock.fireNext());
    expect(fired).to.deep.equal(['kept']);
  });

  it('lets the wall clock jump without touching the monotonic clock or a timer', () => {
    const clock = new VirtualClock();
    const startMs = clock.now();
    clock.after(100, () => undefined);
    clock.jumpWallClock(-3_600_000);
    expect(clock.now()).to.equal(startMs - 3_600_000);
    expect(clock.monotonic()).to.equal(0);
    expect(clock.nextAt()).to.equal(100);
  });
});
