/** What a serde has thrown, as the failure of the record for which it was called. */
import { nameOf } from '../../record/author-error.js';
import { NotRetryableError, RetryableError } from '../../record/record-error.js';

/** A serde's failure is final unless it says otherwise: the same bytes will be refused again. */
export const asSerdeFailure = (thrown: unknown, reason: string, what: string): Error => {
  if (thrown instanceof NotRetryableError || thrown instanceof RetryableError) return thrown;
  // The thrown message stays out of ours: parsers quote what they read.
  const name = thrown instanceof Error ? nameOf(thrown) : typeof thrown;
  return new NotRetryableError(reason, `${what}: ${name}`, { cause: thrown });
};
