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
import type { TopicPartition } from './topic-partition.js';

export type KafkaErrorClass = 'retriable' | 'abortable' | 'fenced' | 'fatal' | 'unusable';

export class KafkaError extends Error {
  override readonly name = 'KafkaError';

  constructor(
    readonly kind: KafkaErrorClass,
    /** The client's or broker's code: negative is the client's own. */
    readonly code: number,
    message: string,
    options?: { cause?: unknown; permanent?: boolean; stopped?: TopicPartition },
  ) {
    super(message, options);
    this.permanent = options?.permanent ?? false;
    this.stopped = options?.stopped;
  }

  /** A broker refused a record for what it is or where it goes: it will refuse it again. */
  readonly permanent: boolean;

  /** A consumer has no position for this partition any more and does not read it; the others go on. */
  readonly stopped: TopicPartition | undefined;
}

export const isKafkaError = (error: unknown): error is KafkaError => error instanceof KafkaError;

/** Whatever a client threw; what is not its own error means that it is broken. */
export const asKafkaError = (error: unknown): KafkaError =>
  isKafkaError(error)
    ? error
    : new KafkaError(
        'fatal',
        -1,
        `The client failed: ${error instanceof Error ? error.message : String(error)}`,
        {
          cause: error,
        },
      );
