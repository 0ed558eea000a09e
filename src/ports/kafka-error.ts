/**
 * What every port rejects with. The class says what the caller must do, so that no engine code
 * looks at a client's error codes.
 *
 * - `retriable`: nothing happened or it may be repeated as it is (time-out, no broker, busy).
 * - `abortable`: the current transaction must be aborted; afterwards the same effects may be sent again.
 * - `fenced`: another producer or member took this one's identity, or this one's epoch is over; the
 *   producer is of no use any more. Make a new one.
 * - `fatal`: the client is of no use any more for any other reason. Make a new one.
 * - `unusable`: will fail again however often it is repeated (no such topic, not authorised, record
 *   too large, bad configuration).
 */
export type KafkaErrorClass = 'retriable' | 'abortable' | 'fenced' | 'fatal' | 'unusable';

export class KafkaError extends Error {
  override readonly name = 'KafkaError';

  constructor(
    readonly kind: KafkaErrorClass,
    /** The client's or broker's code: negative is the client's own. */
    readonly code: number,
    message: string,
    options?: { cause?: unknown },
  ) {
    super(message, options);
  }
}

export const isKafkaError = (error: unknown): error is KafkaError => error instanceof KafkaError;
