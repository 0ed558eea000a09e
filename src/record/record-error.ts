/**
 * Why a record could not be processed. Whatever a topology throws ends as one of these two; anything
 * else that is thrown counts as retryable, because a bug or an outage must not throw records away.
 */

/** Machine-readable reasons: in DLQ headers, metrics and commands. A topology may add its own. */
export type FailureReason =
  | 'null-value'
  | 'deserialization'
  | 'unknown-type'
  | 'unsupported-version'
  | 'schema-violation'
  | 'output-too-large'
  | 'retries-exhausted'
  | 'attempt-timeout'
  | 'processing'
  | (string & {});

abstract class RecordError extends Error {
  abstract readonly retryable: boolean;

  constructor(
    readonly reason: FailureReason,
    /** Never holds a value of the record: it goes to headers and logs, and the record may be personal data. */
    message: string,
    options?: { cause?: unknown },
  ) {
    super(message, options);
  }
}

/** The same record may succeed later: a time-out, a dependency that is down. */
export class RetryableError extends RecordError {
  override readonly name = 'RetryableError';
  readonly retryable = true;
  /** The dependency asked to be left alone for this long (HTTP `Retry-After`, RFC 9110 §10.2.3), in ms. */
  readonly retryAfterMs: number | undefined;

  constructor(reason: FailureReason, message: string, options?: { cause?: unknown; retryAfterMs?: number }) {
    super(reason, message, options);
    this.retryAfterMs = options?.retryAfterMs;
  }
}

/** The same record will fail however often it is tried: it goes to the dead letter queue at once. */
export class NotRetryableError extends RecordError {
  override readonly name = 'NotRetryableError';
  readonly retryable = false;
}

export type ProcessingFailure = RetryableError | NotRetryableError;

/** Made of what somebody has thrown, text and all. */
const QUOTING = new WeakSet<ProcessingFailure>();

/** Its text is that of an error that promises nothing: it may hold values of the record, and is no matter for the log. */
export const isQuoting = (failure: ProcessingFailure): boolean => QUOTING.has(failure);

/** `made` says what `from` says. */
export const likewiseQuoting = <Made extends ProcessingFailure>(from: unknown, made: Made): Made => {
  if (QUOTING.has(from as ProcessingFailure)) QUOTING.add(made);
  return made;
};

/** Anything thrown, as one of the two. */
export const asProcessingFailure = (thrown: unknown): ProcessingFailure => {
  if (thrown instanceof RetryableError || thrown instanceof NotRetryableError) return thrown;
  const what =
    thrown instanceof Error ? `${thrown.name}: ${thrown.message}` : 'a value that is no Error was thrown';
  const failure = new RetryableError('processing', what, { cause: thrown });
  QUOTING.add(failure);
  return failure;
};
