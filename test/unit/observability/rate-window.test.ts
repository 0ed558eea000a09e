import { expect } from 'chai';
import fc from 'fast-check';
import { RateWindow } from '../../../src/observability/rate-window.js';

describe('RateWindow', () => {
  it('is the rate of the last minute', () => {
    const window = new RateWindow(0);
    for (let second = 0; second < 120; second++) window.add(10, second * 1000);
    expect(window.perSecond(119_999)).to.equal(10);
  });

  it('forgets what is older than a minute, and all of it after a pause', () => {
    const window = new RateWindow(0);
    window.add(600, 0);
    expect(window.perSecond(59_999)).to.equal(10);
    expect(window.perSecond(60_000)).to.equal(0);
    window.add(60, 3_600_000);
    expect(window.perSecond(3_600_000)).to.equal(1);
    expect(window.perSecond(90_000_000)).to.equal(0);
  });

  it('is the rate since the beginning before a minute has passed', () => {
    const window = new RateWindow(500_000);
    window.add(30, 500_100);
    expect(window.perSecond(500_900)).to.equal(30);
    expect(window.perSecond(509_999)).to.equal(3);
  });

  it('stands still while time goes back', () => {
    const window = new RateWindow(1000);
    window.add(60, 70_000);
    window.add(60, 2000);
    expect(window.perSecond(1500)).to.equal(2);
  });

  it('is, whatever is told when, what the buckets of the last sixty seconds hold', () => {
    const told = fc.array(fc.record({ count: fc.nat(1000), afterMs: fc.nat(40_000) }), { maxLength: 60 });
    fc.assert(
      fc.property(told, fc.nat(130_000), (adds, laterMs) => {
        const window = new RateWindow(0);
        let now = 0;
        const all: { second: number; count: number }[] = [];
        for (const { count, afterMs } of adds) {
          now += afterMs;
          window.add(count, now);
          all.push({ second: Math.floor(now / 1000), count });
        }
        const last = Math.floor((now + laterMs) / 1000);
        const sum = all
          .filter(({ second }) => second > last - 60)
          .reduce((total, { count }) => total + count, 0);
        expect(window.perSecond(now + laterMs)).to.equal(sum / Math.min(60, last + 1));
      }),
    );
  });
});
