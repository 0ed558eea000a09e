import { expect } from 'chai';
import fc from 'fast-check';
import { decideFailure } from '../../../src/lanes/failure-policy.js';
import { NotRetryableError, RetryableError } from '../../../src/record/record-error.js';

const POLICY = { retryImmediate: 2, retryImmediateBackoffMs: 100 };
const retryable = new RetryableError('directory-timeout', 'no answer');
const hopeless = new NotRetryableError('schema-violation', '/email format');

describe('decideFailure', () => {
  it('gives up at once on what can never succeed', () => {
    expect(decideFailure(hopeless, 1, POLICY)).to.deep.equal({ kind: 'give-up' });
  });

  it('does so also for a failure that shows only at a later attempt', () => {
    expect(decideFailure(hopeless, 2, POLICY)).to.deep.equal({ kind: 'give-up' });
  });

  it('tries again after the back-off while extra attempts are left', () => {
    for (const attempts of [1, 2]) {
      expect(decideFailure(retryable, attempts, POLICY)).to.deep.equal({
        kind: 'retry-in-memory',
        delayMs: 100,
      });
    }
  });

  it('gives up when none is left', () => {
    expect(decideFailure(retryable, 3, POLICY)).to.deep.equal({ kind: 'give-up' });
  });

  it('allows no extra attempt at all', () => {
    const policy = { ...POLICY, retryImmediate: 0 };
    expect(decideFailure(retryable, 1, policy)).to.deep.equal({ kind: 'give-up' });
  });

  it('as a law: a record that always fails runs once and as often again as is allowed (I9)', () => {
    fc.assert(
      fc.property(fc.nat(20), (retryImmediate) => {
        const policy = { ...POLICY, retryImmediate };
        let runs = 1;
        while (decideFailure(retryable, runs, policy).kind === 'retry-in-memory') runs += 1;
        expect(runs).to.equal(1 + retryImmediate);
      }),
    );
  });
});
