import { expect } from 'chai';
import fc from 'fast-check';
import { Tiers } from '../../../src/lanes/tiers.js';

const FIVE = { name: '5s', delayMs: 5_000 };
const THIRTY = { name: '30s', delayMs: 30_000 };
const TWO_MINUTES = { name: '2m', delayMs: 120_000 };
const tiers = new Tiers([FIVE, THIRTY, TWO_MINUTES]);
const NONE = new Tiers([]);

const anyTiers: fc.Arbitrary<Tiers['all']> = fc
  .uniqueArray(fc.integer({ min: 1, max: 200 }), { maxLength: 6 })
  .map((delays) => delays.sort((a, b) => a - b).map((delayMs) => ({ name: `${delayMs}ms`, delayMs })));

describe('Tiers', () => {
  it('begins with the shortest and ends after the longest', () => {
    expect([null, 5_000, 30_000, 120_000].map((last) => tiers.after(last))).to.deep.equal([
      FIVE,
      THIRTY,
      TWO_MINUTES,
      null,
    ]);
  });

  it('goes on behind a delay that is configured no more', () => {
    expect([1_000, 6_000, 600_000].map((last) => tiers.after(last))).to.deep.equal([FIVE, THIRTY, null]);
  });

  it('picks with Retry-After the first later tier that is long enough, else the last', () => {
    expect(tiers.after(null, 5_000)).to.equal(FIVE);
    expect(tiers.after(null, 5_001)).to.equal(THIRTY);
    expect(tiers.after(30_000, 1_000)).to.equal(TWO_MINUTES);
    expect(tiers.after(null, 3_600_000)).to.equal(TWO_MINUTES);
  });

  it('gives a Retry-After no further tier when the last was waited for', () => {
    expect(tiers.after(120_000, 1)).to.equal(null);
  });

  it('has none without tiers, whatever is asked', () => {
    expect([NONE.after(null), NONE.after(5, 5), NONE.atLeast(0)]).to.deep.equal([null, null, null]);
    expect(NONE.has(5_000)).to.equal(false);
  });

  it('finds for a delay that is gone the shortest that is long enough, else the longest', () => {
    expect([0, 5_000, 5_001, 600_000].map((ms) => tiers.atLeast(ms))).to.deep.equal([
      FIVE,
      FIVE,
      THIRTY,
      TWO_MINUTES,
    ]);
  });

  it('as a law: each tier after another is longer, so that none comes twice', () => {
    fc.assert(
      fc.property(
        anyTiers,
        fc.array(fc.oneof(fc.constant(undefined), fc.integer({ min: -5, max: 300 }), fc.constant(Infinity))),
        (all, retryAfters) => {
          const of = new Tiers(all);
          let last: number | null = null;
          let steps = 0;
          for (const retryAfterMs of retryAfters) {
            const next = of.after(last, retryAfterMs);
            if (next === null) {
              expect(all.filter(({ delayMs }) => delayMs > (last ?? 0))).to.deep.equal([]);
              break;
            }
            expect(next.delayMs).to.be.greaterThan(last ?? 0);
            last = next.delayMs;
            steps += 1;
          }
          expect(steps).to.be.at.most(all.length);
        },
      ),
    );
  });

  it('as a law: a Retry-After is waited for whenever some later tier is long enough, and no longer than needed', () => {
    fc.assert(
      fc.property(anyTiers, fc.nat(250), fc.nat(250), (all, last, retryAfterMs) => {
        const fit = all.filter(({ delayMs }) => delayMs > last && delayMs >= retryAfterMs);
        const next = new Tiers(all).after(last, retryAfterMs);
        if (fit.length > 0) expect(next).to.deep.equal(fit[0]);
        else expect(next).to.deep.equal(all.filter(({ delayMs }) => delayMs > last).at(-1) ?? null);
      }),
    );
  });
});
