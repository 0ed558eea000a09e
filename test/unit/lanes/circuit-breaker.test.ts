import { expect } from 'chai';
import fc from 'fast-check';
import type { BreakerSettings } from '../../../src/lanes/circuit-breaker.js';
import { BREAKER_SLICES, CircuitBreaker } from '../../../src/lanes/circuit-breaker.js';
import { monotonicMs } from '../../../src/record/units.js';

const SETTINGS: BreakerSettings = { ratio: 0.5, minAttempts: 4, windowMs: 10_000 };

interface Run {
  readonly ok: boolean;
  readonly afterMs: number;
}

const settings: fc.Arbitrary<BreakerSettings> = fc.record({
  ratio: fc.constantFrom(0.1, 0.3, 0.5, 0.7, 0.9, 1),
  minAttempts: fc.integer({ min: 1, max: 25 }),
  windowMs: fc.constantFrom(100, 333, 1000, 10_000),
});
const runs: fc.Arbitrary<readonly Run[]> = fc.array(
  fc.record({
    ok: fc.boolean(),
    afterMs: fc.oneof(
      { weight: 8, arbitrary: fc.integer({ min: 0, max: 30 }) },
      { weight: 2, arbitrary: fc.integer({ min: 0, max: 15_000 }) },
    ),
  }),
  { maxLength: 120 },
);

/** Runs by time, told to `see` after each until the breaker has opened. */
const drive = (
  of: CircuitBreaker,
  given: readonly Run[],
  see: (seen: readonly { ok: boolean; at: number }[], at: number) => void,
): void => {
  let at = 5_000;
  const seen: { ok: boolean; at: number }[] = [];
  for (const { ok, afterMs } of given) {
    at += afterMs;
    of.firstRun(ok, monotonicMs(at));
    seen.push({ ok, at });
    see(seen, at);
    if (of.state === 'open') return;
  }
};

const shouldOpen = (within: readonly { ok: boolean }[], { ratio, minAttempts }: BreakerSettings): boolean =>
  within.length >= minAttempts && within.filter(({ ok }) => !ok).length / within.length >= ratio;

const opened = (): CircuitBreaker => {
  const breaker = new CircuitBreaker(SETTINGS);
  for (let i = 0; i < 4; i++) breaker.firstRun(false, monotonicMs(1000));
  expect(breaker.state).to.equal('open');
  return breaker;
};

describe('CircuitBreaker', () => {
  it('opens when half of the least number of runs failed, and not a run earlier', () => {
    const breaker = new CircuitBreaker(SETTINGS);
    for (const ok of [true, false, true]) breaker.firstRun(ok, monotonicMs(1000));
    expect(breaker.state).to.equal('closed');
    breaker.firstRun(false, monotonicMs(1200));
    expect(breaker.state).to.equal('open');
    expect(breaker.openedAt).to.equal(1200);
  });

  it('opens also at a success, when it is the run that makes the failures count', () => {
    const breaker = new CircuitBreaker(SETTINGS);
    for (const ok of [false, false, false, true]) breaker.firstRun(ok, monotonicMs(1000));
    expect(breaker.state).to.equal('open');
  });

  it('has no time of opening while it is closed', () => {
    expect(new CircuitBreaker(SETTINGS).openedAt).to.equal(null);
  });

  it('forgets a run that the window has left', () => {
    const breaker = new CircuitBreaker(SETTINGS);
    for (let i = 0; i < 3; i++) breaker.firstRun(false, monotonicMs(1000));
    breaker.firstRun(false, monotonicMs(11_000));
    expect(breaker.state).to.equal('closed');
  });

  it('still knows a run until the slice that it lies in is a window old', () => {
    const breaker = new CircuitBreaker(SETTINGS);
    for (let i = 0; i < 3; i++) breaker.firstRun(false, monotonicMs(1000));
    breaker.firstRun(false, monotonicMs(10_999));
    expect(breaker.state).to.equal('open');
  });

  it('as a law: never opens below the least number of runs, however all of them fail', () => {
    fc.assert(
      fc.property(settings, fc.integer({ min: 0, max: 1000 }), (given, afterMs) => {
        const breaker = new CircuitBreaker(given);
        for (let i = 1; i < given.minAttempts; i++) {
          breaker.firstRun(false, monotonicMs(i * afterMs));
          expect(breaker.state).to.equal('closed');
        }
      }),
    );
  });

  it('as a law: opens exactly when the ratio is reached among the runs of the last twenty slices', () => {
    fc.assert(
      fc.property(settings, runs, (given, told) => {
        const sliceMs = given.windowMs / BREAKER_SLICES;
        const breaker = new CircuitBreaker(given);
        drive(breaker, told, (seen, now) => {
          const oldest = Math.floor(now / sliceMs) - BREAKER_SLICES;
          const within = seen.filter(({ at }) => Math.floor(at / sliceMs) > oldest);
          expect(breaker.state).to.equal(shouldOpen(within, given) ? 'open' : 'closed');
        });
      }),
      { numRuns: 500 },
    );
  });

  it('as a law: of what happens within nineteen twentieths of the window nothing is forgotten', () => {
    fc.assert(
      fc.property(settings, runs, (given, told) => {
        const breaker = new CircuitBreaker(given);
        let [first, isShort] = [Number.NaN, true];
        drive(breaker, told, (seen, now) => {
          first = Number.isNaN(first) ? now : first;
          isShort &&= now - first <= (given.windowMs * (BREAKER_SLICES - 1)) / BREAKER_SLICES;
          if (isShort) expect(breaker.state).to.equal(shouldOpen(seen, given) ? 'open' : 'closed');
        });
      }),
    );
  });

  it('as a law: runs that each lie a window apart never open it, unless one run may', () => {
    fc.assert(
      fc.property(settings, fc.integer({ min: 0, max: 5_000 }), (given, extraMs) => {
        fc.pre(given.minAttempts > 1);
        const breaker = new CircuitBreaker(given);
        for (let i = 0; i < 50; i++) {
          breaker.firstRun(false, monotonicMs(i * (given.windowMs + extraMs)));
          expect(breaker.state).to.equal('closed');
        }
      }),
    );
  });

  describe('while it is open', () => {
    it('allows a probe at once', () => {
      expect(opened().nextProbeAt).to.equal(1000);
    });

    it('takes no notice of first runs, whatever they end with', () => {
      const breaker = opened();
      for (let i = 0; i < 100; i++) breaker.firstRun(i % 3 === 0, monotonicMs(1000 + i));
      expect([breaker.state, breaker.openedAt, breaker.nextProbeAt]).to.deep.equal(['open', 1000, 1000]);
    });

    it('lets a second pass after a failed probe, and none after a success', () => {
      const breaker = opened();
      breaker.probeEnded(false, monotonicMs(2500));
      expect(breaker.nextProbeAt).to.equal(3500);
      breaker.probeEnded(true, monotonicMs(3600));
      expect(breaker.nextProbeAt).to.equal(3500);
    });

    it('stays open however long nothing is probed', () => {
      const breaker = opened();
      breaker.firstRun(true, monotonicMs(10_000_000));
      expect(breaker.state).to.equal('open');
    });

    it('as a law: closes at the third success in a row and at nothing else', () => {
      fc.assert(
        fc.property(fc.array(fc.boolean(), { maxLength: 30 }), (probes) => {
          const breaker = opened();
          let inARow = 0;
          for (const [i, ok] of probes.entries()) {
            breaker.probeEnded(ok, monotonicMs(2000 + i));
            inARow = ok ? inARow + 1 : 0;
            expect(breaker.state).to.equal(inARow === 3 ? 'closed' : 'open');
            if (inARow === 3) return;
          }
        }),
      );
    });
  });

  describe('once it has closed again', () => {
    const closedAgain = (): CircuitBreaker => {
      const breaker = opened();
      for (let i = 0; i < 3; i++) breaker.probeEnded(true, monotonicMs(1100));
      return breaker;
    };

    it('counts afresh: failures from before do not open it', () => {
      const breaker = closedAgain();
      for (let i = 0; i < 3; i++) breaker.firstRun(false, monotonicMs(1200));
      expect([breaker.state, breaker.openedAt]).to.deep.equal(['closed', null]);
    });

    it('opens again when as many fail again', () => {
      const breaker = closedAgain();
      for (let i = 0; i < 4; i++) breaker.firstRun(false, monotonicMs(1200));
      expect([breaker.state, breaker.openedAt]).to.deep.equal(['open', 1200]);
    });

    it('takes no notice of a probe that ends late', () => {
      const breaker = closedAgain();
      breaker.probeEnded(false, monotonicMs(1300));
      expect(breaker.state).to.equal('closed');
      for (let i = 0; i < 4; i++) breaker.firstRun(false, monotonicMs(1400));
      for (let i = 0; i < 2; i++) breaker.probeEnded(true, monotonicMs(1500));
      expect(breaker.state).to.equal('open');
    });
  });
});
