/**
 * What may be told of errors that functions of a topology have thrown. Their texts may quote values of records, and a
 * record may be personal data: they go into dead letters, beside the record itself, and never into the log.
 * Only a RetryableError or a NotRetryableError made by the author promises a text without values.
 */
import { isQuoting, NotRetryableError, RetryableError } from './record-error.js';

/** One line: the text where it is promised to hold no value, else the class alone. */
export const tellable = (thrown: unknown): string => {
  if (!(thrown instanceof Error)) return 'a value that is no Error was thrown';
  if (thrown instanceof RetryableError || thrown instanceof NotRetryableError)
    return isQuoting(thrown) ? `${nameOf(thrown.cause)}, its text is withheld` : thrown.message;
  return `${nameOf(thrown)}, its text is withheld`;
};

/** A name is a class's: whatever else somebody has made of it is none. */
export const nameOf = (thrown: unknown): string =>
  thrown instanceof Error && /^[A-Za-z_$][\w$.]{0,60}$/.test(thrown.name) ? thrown.name : 'Error';

/** Functions of a topology have failed, and more than a record is concerned. The log shows `told` in place of its text. */
export abstract class AuthorsFault extends Error {
  constructor(
    message: string,
    readonly told: string,
    cause: unknown,
  ) {
    super(message, { cause });
  }
}

/** One that nobody else has a name for. */
export class AuthorError extends AuthorsFault {
  override readonly name = 'AuthorError';

  constructor(what: string, cause: unknown) {
    const told = `${what}: ${tellable(cause)}`;
    super(told, told, cause);
  }
}

/** The text of any error that ends something of the engine, as the log may have it: `told`, where it has one. */
export const toldOf = (error: unknown): string => {
  if (!(error instanceof Error)) return 'a value that is no Error was thrown';
  return 'told' in error && typeof error.told === 'string' ? error.told : error.message;
};
