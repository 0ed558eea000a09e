/**
 * An error as the log shows it: type, message, code, and the chain of causes; the stack only at
 * debug. Bounded in depth and safe for cycles. Pure.
 *
 * A text that may quote a record is withheld, and the stack is shown in its place: that of a SyntaxError (JSON.parse
 * quotes what it failed on), and that of whatever functions of a topology have thrown, which stands behind
 * an AuthorsFault. Only errors that promise a text without values are told there (RetryableError,
 * NotRetryableError).
 */
import { AuthorsFault, toldOf } from '../record/author-error.js';
import { isQuoting, NotRetryableError, RetryableError } from '../record/record-error.js';

export interface ErrorFields {
  readonly type: string;
  readonly message: string;
  readonly code?: string | number;
  /** What a KafkaError says must be done (retriable, fenced, …). */
  readonly kind?: string;
  /** Why a record failed. */
  readonly reason?: string;
  readonly stack?: string;
  readonly cause?: ErrorFields;
}

const MAX_CAUSES = 5;
const MAX_MESSAGE = 2_000;
const WITHHELD = 'withheld: it may quote a record';

/** What a class or a code is called; a text that somebody has put in its place is none. */
const NAME = /^[A-Z]\w{0,60}$/;

const own = (error: object, name: string): unknown => (error as Readonly<Record<string, unknown>>)[name];

const isRecordError = (error: Error): error is RetryableError | NotRetryableError =>
  error instanceof RetryableError || error instanceof NotRetryableError;

const isWithheld = (error: Error, isAuthors: boolean): boolean => {
  if (error instanceof SyntaxError) return true;
  if (error instanceof AuthorsFault) return false;
  return isRecordError(error) ? isQuoting(error) : isAuthors;
};

const bounded = (message: string): string =>
  message.length <= MAX_MESSAGE ? message : `${message.slice(0, MAX_MESSAGE)}…`;

/**
 * The stack begins with name and message, which may have lines that look like frames: only what is behind the message is
 * taken, so that nothing withheld comes back.
 */
const framesOf = (error: Error): string | undefined => {
  const stack = error.stack ?? '';
  const at = stack.indexOf(error.message);
  if (at < 0) return undefined;
  const frames = stack
    .slice(at + error.message.length)
    .split('\n')
    .filter((line) => /^\s+at /.test(line));
  return frames.length === 0 ? undefined : frames.map((line) => line.trim()).join('\n');
};

const nameOr = (value: unknown, instead: string): string =>
  typeof value === 'string' && NAME.test(value) ? value : instead;

/** `isAuthors`: it was thrown by functions of a topology. */
export const errorFields = (
  thrown: unknown,
  withStack: boolean,
  depth = 0,
  isAuthors = false,
): ErrorFields => {
  if (!(thrown instanceof Error)) {
    // Its text is not shown: it may be anything, a record included.
    return { type: typeof thrown, message: 'a value that is no Error was thrown' };
  }
  const withheld = isWithheld(thrown, isAuthors);
  const code = own(thrown, 'code');
  const kind = own(thrown, 'kind');
  const reason = own(thrown, 'reason');
  const stack = withStack || withheld ? framesOf(thrown) : undefined;
  const goesOn = thrown.cause !== undefined && thrown.cause !== null && depth < MAX_CAUSES;
  // What an author gives as the cause of an error is whatever was caught: a client's, a parser's.
  const hidesCause = isAuthors || isRecordError(thrown) || thrown instanceof AuthorsFault;
  const isText = (value: unknown): value is string => typeof value === 'string';
  // Of an error that anybody may have made only what looks like a code of Node's; a RecordError's reason is a label.
  const isCode = isText(code) && (!withheld || /^[A-Z][A-Z0-9_]{1,60}$/.test(code));
  return {
    type: withheld ? nameOr(thrown.name, 'Error') : thrown.name,
    message: withheld ? WITHHELD : bounded(toldOf(thrown)),
    ...(isCode || typeof code === 'number' ? { code } : {}),
    ...(isText(kind) && !withheld ? { kind } : {}),
    ...(isText(reason) && (!withheld || isRecordError(thrown)) ? { reason } : {}),
    ...(stack === undefined ? {} : { stack }),
    ...(goesOn ? { cause: errorFields(thrown.cause, withStack, depth + 1, hidesCause) } : {}),
  };
};
