import { expect } from 'chai';
import fc from 'fast-check';
import type { DeadLetterPolicy, HeadDecision, HeadEvent, LaneState } from '../../../src/lanes/lane-state.js';
import { decideHead, freshHead } from '../../../src/lanes/lane-state.js';
import { Tiers } from '../../../src/lanes/tiers.js';
import { NotRetryableError, RetryableError } from '../../../src/record/record-error.js';
import { epochMs } from '../../../src/record/units.js';
import { laneState } from '../support/lane-arbitraries.js';

const NOW = epochMs(1_770_000_000_000);
const hopeless = new NotRetryableError('schema-violation', '/email format');

interface Step {
  readonly kind: 'retryable' | 'final' | 'breaker' | 'released';
  readonly afterMs: number;
  readonly retryAfterMs: number;
  /** Settings of the process that decides: they may change at a restart. */
  readonly policy: DeadLetterPolicy;
}

const stepOf = (kinds: readonly Step['kind'][]): fc.Arbitrary<Step> =>
  fc.record({
    kind: fc.constantFrom(...kinds),
    afterMs: fc.nat(1_000_000),
    retryAfterMs: fc.nat(300),
    policy: fc.constantFrom('skip', 'park'),
  });
const anyTiers = fc
  .uniqueArray(fc.integer({ min: 1, max: 200 }), { maxLength: 5 })
  .map(
    (delays) => new Tiers(delays.sort((a, b) => a - b).map((delayMs) => ({ name: `${delayMs}ms`, delayMs }))),
  );

const eventOf = ({ kind, retryAfterMs }: Step, at: number): HeadEvent => {
  if (kind === 'released') return { kind, nowMs: epochMs(at) };
  const failure = kind === 'final' ? hopeless : new RetryableError('busy', 'later', { retryAfterMs });
  return { kind: 'failed', failure, nowMs: epochMs(at), isBreakerOpen: kind === 'breaker' };
};

/** What happens to one head until it leaves; `see` is told of each decision. A parked head does not run. */
const live = (
  first: LaneState,
  tiers: Tiers,
  steps: readonly Step[],
  see: (step: Step, before: LaneState, decision: HeadDecision, at: number) => void,
): void => {
  let [state, at] = [first, Number(NOW)];
  for (const step of steps) {
    at += step.afterMs;
    if (state.status === 'parked' && step.kind !== 'released') continue;
    const decision = decideHead(state, eventOf(step, at), { tiers, policy: step.policy });
    see(step, state, decision, at);
    if (decision.kind === 'leaves') return;
    state = decision.state;
  }
};

const unreleased = fc.array(stepOf(['retryable', 'retryable', 'breaker', 'final']), { maxLength: 30 });
const anySteps = fc.array(stepOf(['retryable', 'retryable', 'breaker', 'final', 'released']), {
  maxLength: 40,
});

describe('the life of a head', () => {
  it('as a law: counted runs stay within 1 + immediate + tiers as long as nobody releases it (I9)', () => {
    fc.assert(
      fc.property(fc.nat(3), fc.nat(3), anyTiers, unreleased, (immediate, failedBefore, tiers, steps) => {
        // A source record becomes a head with the runs that failed in its source slot; the next failure counts one more.
        const attempts = Math.min(failedBefore, immediate);
        let runs = attempts;
        live({ ...freshHead(NOW), attempts }, tiers, steps, ({ kind }, _before, decision) => {
          runs += kind === 'breaker' ? 0 : 1;
          expect(runs).to.be.at.most(1 + immediate + tiers.all.length);
          expect(decision.state.attempts).to.equal(runs);
        });
      }),
      { numRuns: 500 },
    );
  });

  it('as a law: each delay that is waited for is longer than the one before, but for the breaker', () => {
    fc.assert(
      fc.property(anyTiers, anySteps, (tiers, steps) => {
        live(freshHead(NOW), tiers, steps, ({ kind }, before, decision) => {
          if (decision.kind !== 'waits' || decision.retryOn === null) return;
          const { delayMs } = decision.retryOn;
          if (kind === 'breaker') expect(delayMs).to.equal(before.delayMs);
          else expect(delayMs).to.be.greaterThan(before.delayMs ?? 0);
        });
      }),
    );
  });

  it('as a law: the delay in the lane is that of its retry record, and due is never earlier than it (I7)', () => {
    fc.assert(
      fc.property(anyTiers, anyTiers, anySteps, fc.nat(40), (tiers, later, steps, restart) => {
        let told = 0;
        const see = (_: Step, _before: LaneState, decision: HeadDecision, at: number): void => {
          told += 1;
          if (decision.kind !== 'waits') return;
          const { state, retryOn } = decision;
          if (retryOn === null) return;
          expect([state.delayMs, state.due]).to.deep.equal([retryOn.delayMs, at + retryOn.delayMs]);
        };
        let last = freshHead(NOW);
        live(last, tiers, steps.slice(0, restart), (step, before, decision, at) => {
          see(step, before, decision, at);
          if (decision.kind === 'waits') last = decision.state;
        });
        // The process starts again with other tiers.
        live(last, later, steps.slice(restart), see);
        expect(told).to.be.at.most(steps.length);
      }),
      { numRuns: 500 },
    );
  });

  it('as a law: one notice is written of it at most, however often it is released and parked', () => {
    fc.assert(
      fc.property(anyTiers, anySteps, (tiers, steps) => {
        let notices = 0;
        live(freshHead(NOW), tiers, steps, (_step, before, decision) => {
          if (decision.kind !== 'waits') return;
          notices += decision.notice === null ? 0 : 1;
          expect(decision.state.copied).to.equal(notices === 1);
          if (decision.state.status === 'parked') expect(notices).to.equal(1);
          if (before.copied) expect(decision.state.copied).to.equal(true);
        });
        expect(notices).to.be.at.most(1);
      }),
    );
  });

  it('as a law: it is parked only under that policy, and leaves by a failure only under skip', () => {
    fc.assert(
      fc.property(anyTiers, anySteps, (tiers, steps) => {
        live(freshHead(NOW), tiers, steps, (step, _before, decision) => {
          if (decision.kind === 'leaves') expect(step.policy).to.equal('skip');
          else if (decision.state.status === 'parked') expect(step.policy).to.equal('park');
        });
      }),
    );
  });

  it('as a law: the time of its first failure never changes again', () => {
    fc.assert(
      fc.property(anyTiers, anySteps, (tiers, steps) => {
        let firstAt: number | null = null;
        live(freshHead(NOW), tiers, steps, ({ kind }, _before, decision, at) => {
          if (kind !== 'released') firstAt ??= at;
          expect(decision.state.firstFailureAt).to.equal(firstAt);
        });
      }),
    );
  });

  it('as a law: what is decided depends on nothing but the arguments, and changes none of them', () => {
    fc.assert(
      fc.property(
        laneState,
        anyTiers,
        stepOf(['retryable', 'final', 'breaker', 'released']),
        (state, tiers, step) => {
          const frozen = Object.freeze({ ...state });
          const rules = { tiers, policy: step.policy };
          const decision = decideHead(frozen, eventOf(step, NOW), rules);
          expect(decideHead(frozen, eventOf(step, NOW), rules)).to.deep.equal(decision);
        },
      ),
    );
  });
});
