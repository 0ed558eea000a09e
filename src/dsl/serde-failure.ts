/** What a serde throws, as the failure of its record: final unless it says otherwise, as the same bytes will be refused again. */
import { NotRetryableError, RetryableError } from '../record/record-error.js';

export const asSerdeFailure = (
  thrown: unknown,
  reason: 'deserialization' | 'serialization',
  what: string,
): Error => {
  if (thrown instanceof NotRetryableError || thrown instanceof RetryableError) return thrown;
  // The thrown message stays out of ours: parsers quote what they read.
  const name = thrown instanceof Error ? thrown.name : typeof thrown;
  return new NotRetryableError(reason, `${what}: ${name}`, { cause: thrown });
};
