import { expect } from 'chai';
import fc from 'fast-check';
import type {
  DeadLetterPolicy,
  HeadDecision,
  HeadEvent,
  LaneRules,
  LaneState,
} from '../../../src/lanes/lane-state.js';
import { decideHead, freshHead, laneFailure } from '../../../src/lanes/lane-state.js';
import { Tiers } from '../../../src/lanes/tiers.js';
import type { ProcessingFailure } from '../../../src/record/record-error.js';
import { NotRetryableError, RetryableError } from '../../../src/record/record-error.js';
import { epochMs } from '../../../src/record/units.js';
import { laneState } from '../support/lane-arbitraries.js';

const NOW = epochMs(1_770_000_000_000);
const FIVE = { name: '5s', delayMs: 5_000 };
const THIRTY = { name: '30s', delayMs: 30_000 };
const TIERS = new Tiers([FIVE, THIRTY]);
const SKIP: LaneRules = { tiers: TIERS, policy: 'skip' };
const PARK: LaneRules = { tiers: TIERS, policy: 'park' };

const down = new RetryableError('directory-timeout', 'no answer');
const hopeless = new NotRetryableError('schema-violation', '/email format');

const fails = (failure: ProcessingFailure, isBreakerOpen = false, at: number = NOW): HeadEvent => ({
  kind: 'failed',
  failure,
  nowMs: epochMs(at),
  isBreakerOpen,
});
const released: HeadEvent = { kind: 'released', nowMs: epochMs(NOW + 7) };

const waiting = (decision: HeadDecision): Extract<HeadDecision, { kind: 'waits' }> => {
  if (decision.kind !== 'waits') throw new Error('the head left');
  return decision;
};

/** A head that waits in its first tier, one that waits in the last, and one that was parked after it. */
const inFirst = waiting(decideHead(freshHead(NOW), fails(down), PARK)).state;
const inLast = waiting(decideHead(inFirst, fails(down), PARK)).state;
const parked = waiting(decideHead(inLast, fails(down), PARK)).state;

describe('decideHead', () => {
  it('lets a head leave that succeeded, whatever had happened to it', () => {
    fc.assert(
      fc.property(laneState, (state) => {
        expect(decideHead(state, { kind: 'succeeded' }, SKIP)).to.deep.equal({
          kind: 'leaves',
          deadLetter: null,
        });
      }),
    );
  });

  it('sends a fresh head that fails to the first tier, as its first attempt', () => {
    expect(waiting(decideHead(freshHead(epochMs(1)), fails(down), SKIP))).to.deep.equal({
      kind: 'waits',
      state: {
        status: 'retrying',
        attempts: 1,
        delayMs: 5_000,
        due: NOW + 5_000,
        firstFailureAt: NOW,
        copied: false,
        failure: {
          reason: 'directory-timeout',
          name: 'RetryableError',
          message: 'no answer',
          retryable: true,
        },
      },
      retryOn: FIVE,
      notice: null,
    });
  });

  it('sends it to the next tier each time, and keeps the time of the first failure', () => {
    const { state, retryOn } = waiting(decideHead(inFirst, fails(down, false, NOW + 9_000), SKIP));
    expect(retryOn).to.equal(THIRTY);
    expect([state.attempts, state.delayMs, state.due]).to.deep.equal([2, 30_000, NOW + 39_000]);
    expect(state.firstFailureAt).to.equal(NOW);
  });

  it('sends it further when the dependency asks for more time', () => {
    const busy = new RetryableError('busy', 'later', { retryAfterMs: 20_000 });
    expect(waiting(decideHead(freshHead(NOW), fails(busy), SKIP)).retryOn).to.equal(THIRTY);
  });

  it('has no tier left after the last: skip makes it a dead letter, park a notice and a wait', () => {
    expect(decideHead(inLast, fails(down), SKIP)).to.deep.equal({
      kind: 'leaves',
      deadLetter: 'retries-exhausted',
    });
    const { state, retryOn, notice } = waiting(decideHead(inLast, fails(down), PARK));
    expect([retryOn, notice]).to.deep.equal([null, 'retries-exhausted']);
    expect([state.status, state.copied, state.attempts]).to.deep.equal(['parked', true, 3]);
  });

  it('does at once what the policy says of a failure that no later run can mend, with its own reason', () => {
    expect(decideHead(inFirst, fails(hopeless), SKIP)).to.deep.equal({
      kind: 'leaves',
      deadLetter: 'schema-violation',
    });
    const { state, retryOn, notice } = waiting(decideHead(inFirst, fails(hopeless), PARK));
    expect([retryOn, notice, state.status]).to.deep.equal([null, 'schema-violation', 'parked']);
  });

  it('goes straight to the policy without tiers', () => {
    const none = new Tiers([]);
    expect(decideHead(freshHead(NOW), fails(down), { tiers: none, policy: 'skip' })).to.deep.equal({
      kind: 'leaves',
      deadLetter: 'retries-exhausted',
    });
    const { state } = waiting(decideHead(freshHead(NOW), fails(down), { tiers: none, policy: 'park' }));
    expect(state.status).to.equal('parked');
  });

  describe('while the breaker is open', () => {
    it('counts no attempt and waits the same delay again', () => {
      const { state, retryOn, notice } = waiting(decideHead(inFirst, fails(down, true, NOW + 6_000), SKIP));
      expect([state.attempts, state.delayMs, state.due]).to.deep.equal([1, 5_000, NOW + 11_000]);
      expect([retryOn, notice]).to.deep.equal([FIVE, null]);
    });

    it('lets a head that waited for no tier yet be due at once, without a retry record', () => {
      const { state, retryOn } = waiting(
        decideHead(freshHead(epochMs(1)), fails(down, true), { tiers: TIERS, policy: 'park' }),
      );
      expect([state.attempts, state.delayMs, state.due, retryOn]).to.deep.equal([0, null, NOW, null]);
    });

    it('never exhausts a head, however often it fails', () => {
      let state = inLast;
      for (let i = 0; i < 50; i++) state = waiting(decideHead(state, fails(down, true), SKIP)).state;
      expect([state.attempts, state.delayMs]).to.deep.equal([2, 30_000]);
    });

    it('still gives up on what no later run can mend', () => {
      expect(decideHead(inFirst, fails(hopeless, true), SKIP).kind).to.equal('leaves');
    });

    it('takes in place of a delay that is configured no more the one that is long enough, and says so', () => {
      const old = { ...inFirst, delayMs: 6_000 };
      const { state, retryOn } = waiting(decideHead(old, fails(down, true), SKIP));
      expect(retryOn).to.equal(THIRTY);
      expect([state.delayMs, state.due]).to.deep.equal([30_000, NOW + 30_000]);
    });
  });

  describe('at a command', () => {
    it('makes a released head due now, with the attempts and the delay that it had', () => {
      for (const state of [inFirst, parked]) {
        expect(decideHead(state, released, PARK)).to.deep.equal({
          kind: 'waits',
          state: { ...state, status: 'retrying', due: NOW + 7 },
          retryOn: null,
          notice: null,
        });
      }
    });

    it('parks a released head again at its next failure, without a second notice', () => {
      const again = waiting(decideHead(parked, released, PARK)).state;
      const { state, notice } = waiting(decideHead(again, fails(down), PARK));
      expect([state.status, notice, state.attempts]).to.deep.equal(['parked', null, 4]);
    });

    it('makes a skipped head a dead letter, parked or not', () => {
      for (const state of [inFirst, parked])
        expect(decideHead(state, { kind: 'skipped' }, PARK)).to.deep.equal({
          kind: 'leaves',
          deadLetter: 'skipped',
        });
    });
  });
});

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
  return fails(failure, kind === 'breaker', at);
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
          if (decision.kind === 'waits') expect(decision.state.attempts).to.equal(runs);
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
          if (decision.kind === 'waits') expect(decision.state.firstFailureAt).to.equal(firstAt);
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

describe('laneFailure', () => {
  it('withholds the text of a parser, which quotes what it read', () => {
    const cause = new SyntaxError('Unexpected token s, "secret" is not valid JSON');
    const failure = laneFailure(new NotRetryableError('deserialization', cause.message, { cause }));
    expect(JSON.stringify(failure)).not.to.include('secret');
    expect(failure.reason).to.equal('deserialization');
  });

  it('is one bounded line, however long and wild the message', () => {
    const { message } = laneFailure(new RetryableError('processing', `a\nb\0${'x'.repeat(100_000)}`));
    expect(message).to.match(/^a b x+…$/);
    expect(message.length).to.be.at.most(1000);
  });
});
