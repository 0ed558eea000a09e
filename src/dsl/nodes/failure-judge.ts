/**
 * Asks the author's error handlers what is to become of a failure, once each, and says it in the errors that the
 * task understands. See error-handlers.ts for what the answers mean.
 */
import { tellable } from '../../record/author-error.js';
import {
  asProcessingFailure,
  likewiseQuoting,
  NotRetryableError,
  RetryableError,
} from '../../record/record-error.js';
import type { ErrorHandlerContext, ErrorHandlerError, ProcessingResponse } from '../error-handlers.js';
import type { RecordRun } from '../execution.js';
import { HandlerSaysFail } from '../execution.js';
import type { TopologyConfig } from '../topology-config.js';

/** The record is done with, without effect. Thrown through the nodes, and caught before the task. */
export class Resumed extends Error {
  override readonly name = 'Resumed';
}

export class FailureJudge {
  /** Failures that were judged where they happened: what catches them further up judges no second time. */
  readonly #judged = new WeakSet<Error>();

  constructor(private readonly config: TopologyConfig) {}

  /** What to throw for a key or a value that could not be read. */
  ofReading(run: RecordRun, error: Error): Error {
    const handler = this.config.deserializationExceptionHandler;
    if (handler === undefined) return this.#asIs(error);
    return this.#verdict(error, () => handler(contextOf(run), errorOf(error)));
  }

  /** What to throw for an output that cannot be written; a Resumed: go on without it. */
  ofWriting(run: RecordRun, outputTopic: string, error: Error): Error {
    const handler = this.config.productionExceptionHandler;
    if (handler === undefined) return this.#asIs(error);
    return this.#verdict(error, () => handler({ ...contextOf(run), outputTopic }, errorOf(error)));
  }

  /** What to throw for whatever else a function has thrown. */
  ofProcessing(run: RecordRun, thrown: unknown): unknown {
    const handler = this.config.processingExceptionHandler;
    if (handler === undefined || thrown instanceof Resumed || thrown instanceof HandlerSaysFail)
      return thrown;
    if (thrown instanceof Error && this.#judged.has(thrown)) return thrown;
    const error = asProcessingFailure(thrown);
    return this.#verdict(error, () => handler(contextOf(run), errorOf(error)));
  }

  #asIs(error: Error): Error {
    this.#judged.add(error);
    return error;
  }

  #verdict(error: Error, ask: () => ProcessingResponse): Error {
    let response: ProcessingResponse;
    try {
      response = ask();
    } catch (cause) {
      return new HandlerSaysFail('an error handler has itself failed', tellable(cause), cause);
    }
    const { reason, message, retryable, retryAfterMs } = asFailure(error);
    switch (response) {
      case 'resume':
        return new Resumed(message, { cause: error });
      case 'fail':
        return new HandlerSaysFail(message, tellable(error), error);
      case 'dead-letter':
        if (!retryable) return this.#asIs(error);
        return this.#asIs(likewiseQuoting(error, new NotRetryableError(reason, message, { cause: error })));
      case 'retry': {
        const options = retryAfterMs === undefined ? {} : { retryAfterMs };
        return this.#asIs(
          retryable
            ? error
            : likewiseQuoting(error, new RetryableError(reason, message, { cause: error, ...options })),
        );
      }
    }
  }
}

const asFailure = (error: Error) => {
  const failure = asProcessingFailure(error);
  const retryAfterMs = failure instanceof RetryableError ? failure.retryAfterMs : undefined;
  const { reason, message, retryable } = failure;
  return { reason, message, retryable, retryAfterMs };
};

const errorOf = (error: Error): ErrorHandlerError => {
  const { reason, message } = asProcessingFailure(error);
  return { reason, message, cause: error.cause ?? error };
};

const contextOf = ({ attempt, record, taskId }: RecordRun): ErrorHandlerContext => ({
  topic: record.topic,
  partition: record.partition,
  offset: record.offset,
  timestamp: record.timestamp,
  headers: record.headers,
  taskId,
  attempt,
  sourceRawKey: record.key,
  sourceRawValue: record.value,
});
