/**
 * An error as the log shows it: type, message, code, and the chain of causes; the stack only at
 * debug. Bounded in depth and safe for cycles. Pure.
 * The message of a SyntaxError is withheld: JSON.parse quotes the text that it failed on, and that
 * text may be a record.
 */
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

const own = (error: object, name: string): unknown => (error as Readonly<Record<string, unknown>>)[name];

const messageOf = (error: Error): string => {
  if (error instanceof SyntaxError) return 'withheld: it may quote a record';
  return error.message.length <= MAX_MESSAGE ? error.message : `${error.message.slice(0, MAX_MESSAGE)}…`;
};

/** The stack begins with name and message; only its frames are taken, so that nothing withheld comes back. */
const framesOf = (error: Error): string | undefined => {
  const frames = (error.stack ?? '').split('\n').filter((line) => /^\s+at /.test(line));
  return frames.length === 0 ? undefined : frames.map((line) => line.trim()).join('\n');
};

export const errorFields = (thrown: unknown, withStack: boolean, depth = 0): ErrorFields => {
  if (!(thrown instanceof Error)) {
    // Its text is not shown: it may be anything, a record included.
    return { type: typeof thrown, message: 'a value that is no Error was thrown' };
  }
  const code = own(thrown, 'code');
  const kind = own(thrown, 'kind');
  const reason = own(thrown, 'reason');
  const stack = withStack ? framesOf(thrown) : undefined;
  const goesOn = thrown.cause !== undefined && thrown.cause !== null && depth < MAX_CAUSES;
  return {
    type: thrown.name,
    message: messageOf(thrown),
    ...(typeof code === 'string' || typeof code === 'number' ? { code } : {}),
    ...(typeof kind === 'string' ? { kind } : {}),
    ...(typeof reason === 'string' ? { reason } : {}),
    ...(stack === undefined ? {} : { stack }),
    ...(goesOn ? { cause: errorFields(thrown.cause, withStack, depth + 1) } : {}),
  };
};
