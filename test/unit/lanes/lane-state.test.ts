import { expect } from 'chai';
import fc from 'fast-check';
import type { HeadDecision, HeadEvent, LaneRules } from '../../../src/lanes/lane-state.js';
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
        expect(decideHead(state, { kind: 'succeeded' }, SKIP)).to.include({
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
    expect(decideHead(inLast, fails(down), SKIP)).to.include({
      kind: 'leaves',
      deadLetter: 'retries-exhausted',
    });
    const { state, retryOn, notice } = waiting(decideHead(inLast, fails(down), PARK));
    expect([retryOn, notice]).to.deep.equal([null, 'retries-exhausted']);
    expect([state.status, state.copied, state.attempts]).to.deep.equal(['parked', true, 3]);
  });

  it('counts the run with which a head leaves, so that its dead letter tells them all', () => {
    const { state } = decideHead(inLast, fails(down, false, NOW + 1), SKIP);
    expect([state.attempts, state.firstFailureAt, state.failure?.reason]).to.deep.equal([
      3,
      NOW,
      'directory-timeout',
    ]);
  });

  it('goes on counting where a record of the source had come to when it became a head', () => {
    const brought = freshHead(NOW, { attempts: 1, firstFailureAt: epochMs(7) });
    const { state, retryOn } = waiting(decideHead(brought, fails(down), SKIP));
    expect([state.attempts, state.firstFailureAt, retryOn]).to.deep.equal([2, 7, FIVE]);
  });

  it('does at once what the policy says of a failure that no later run can mend, with its own reason', () => {
    expect(decideHead(inFirst, fails(hopeless), SKIP)).to.include({
      kind: 'leaves',
      deadLetter: 'schema-violation',
    });
    const { state, retryOn, notice } = waiting(decideHead(inFirst, fails(hopeless), PARK));
    expect([retryOn, notice, state.status]).to.deep.equal([null, 'schema-violation', 'parked']);
  });

  it('goes straight to the policy without tiers', () => {
    const none = new Tiers([]);
    expect(decideHead(freshHead(NOW), fails(down), { tiers: none, policy: 'skip' })).to.include({
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
        expect(decideHead(state, { kind: 'skipped' }, PARK)).to.include({
          kind: 'leaves',
          deadLetter: 'skipped',
        });
    });
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
