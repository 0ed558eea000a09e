import { expect } from 'chai';
import fc from 'fast-check';
import {
  forgetOld,
  noteFailure,
  type Burst,
  type BurstRules,
  type FailedLogins,
} from '../../../../topology/user-activity/failed-logins.js';

const RULES: BurstRules = { threshold: 3, windowMs: 10, graceMs: 20 };

interface Seen {
  readonly bursts: readonly Burst[];
  readonly known: FailedLogins | null;
  /** The most that was remembered at once. */
  readonly most: number;
}

/** Failures of one user in the order in which they come; stream time is the latest of them. */
const after = (timesMs: readonly number[], rules = RULES): Seen => {
  const bursts: Burst[] = [];
  let known: FailedLogins | null = null;
  let streamTimeMs = -1;
  let most = 0;
  for (const timeMs of timesMs) {
    streamTimeMs = Math.max(streamTimeMs, timeMs);
    const noted = noteFailure(known, timeMs, streamTimeMs, rules);
    if (noted.burst !== null) bursts.push(noted.burst);
    known = noted.known;
    most = Math.max(most, known?.timesMs.length ?? 0);
  }
  return { bursts, known, most };
};

const told = (timesMs: readonly number[]): readonly (readonly [number, number])[] =>
  after(timesMs).bursts.map(({ firstMs, lastMs }) => [firstMs, lastMs]);

const hasBurst = (timesMs: readonly number[], { threshold, windowMs }: BurstRules): boolean => {
  const sorted = [...timesMs].sort((a, b) => a - b);
  return sorted.some((firstMs, at) => (sorted[at + threshold - 1] ?? Infinity) - firstMs < windowMs);
};

describe('bursts of failed logins', () => {
  it('are so many failures in less than a window', () => {
    expect(told([100, 105, 109])).to.deep.equal([[100, 109]]);
    expect(told([100, 105, 110])).to.deep.equal([]);
    expect(told([100, 105, 110, 114])).to.deep.equal([[105, 114]]);
  });

  it('are told once, and go on while failures come less than a window apart', () => {
    expect(told([100, 101, 102, 103, 104, 105, 114, 123])).to.deep.equal([[100, 102]]);
  });

  it('are told again after a window without a failure', () => {
    expect(told([100, 101, 102, 112, 113, 114])).to.deep.equal([
      [100, 102],
      [112, 114],
    ]);
    expect(told([100, 101, 102, 111, 112, 113, 114])).to.deep.equal([[100, 102]]);
  });

  it('are found when their failures come in another order', () => {
    expect(told([109, 100, 105])).to.deep.equal([[100, 109]]);
    expect(told([125, 105, 107, 109])).to.deep.equal([[105, 109]]);
  });

  it('take in a failure that comes after they were told', () => {
    expect(told([100, 101, 102, 99, 101])).to.deep.equal([[100, 102]]);
  });

  it('take in what comes between them and a later failure', () => {
    // 115 alone would have begun another one; with 108 it belongs to the one that was told.
    expect(told([100, 101, 102, 115, 108, 116, 117])).to.deep.equal([[100, 102]]);
  });

  it('have no use for a failure that comes too late', () => {
    expect(told([100, 101, 131, 102])).to.deep.equal([]);
    expect(after([131, 101]).known).to.deep.equal({ timesMs: [131], burstEndMs: null });
  });

  it('are every failure when one is enough', () => {
    const one = { ...RULES, threshold: 1 };
    expect(after([100, 105, 120], one).bursts.map(({ lastMs }) => lastMs)).to.deep.equal([100, 120]);
  });

  it('leave nothing behind when time has gone on', () => {
    const { known } = after([100, 101, 102, 103]);
    expect(known).to.deep.equal({ timesMs: [], burstEndMs: 103 });
    expect(forgetOld(known!, 142, RULES)).to.deep.equal(known);
    expect(forgetOld(known!, 143, RULES)).to.equal(null);
    expect(forgetOld({ timesMs: [100, 113], burstEndMs: null }, 142, RULES)).to.deep.equal({
      timesMs: [113],
      burstEndMs: null,
    });
  });

  it('are found in any order of arrival that keeps to the grace, and never where there is none', () => {
    const rules = { ...RULES, graceMs: 100 };
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1000, max: 1100 }), { maxLength: 30 }), (timesMs) => {
        expect(after(timesMs, rules).bursts.length > 0).to.equal(hasBurst(timesMs, rules));
      }),
      { numRuns: 500 },
    );
  });

  it('are told at most once a window and need few failures to be remembered', () => {
    const arrivals = fc.array(fc.integer({ min: 0, max: 400 }), { maxLength: 200 });
    const bound = (RULES.threshold - 1) * Math.ceil((RULES.windowMs + RULES.graceMs) / RULES.windowMs);
    fc.assert(
      fc.property(arrivals, (timesMs) => {
        const { bursts, most } = after(timesMs);
        expect(most).to.be.at.most(bound);
        for (const [at, { firstMs }] of bursts.entries())
          expect(firstMs).to.be.at.least((bursts[at - 1]?.lastMs ?? -Infinity) + RULES.windowMs);
      }),
      { numRuns: 500 },
    );
  });
});
