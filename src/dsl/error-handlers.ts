/**
 * What the author of a topology says to failures (KIP-161, KIP-399, KIP-1033), with Kafka Streams' answers:
 * `resume`: the record is done with, without effect; `fail`: the process stops where it is, and the uncaught handler
 * decides about the rest. Beside them what this engine has: `dead-letter`, and for processing `retry` (in its lane).
 * Without a handler the class of the error decides: NotRetryableError (of serdes: everything) is a dead letter, any
 * other is retried. A handler is called once for each failed attempt, is synchronous, and must not throw: one that
 * does is taken for `fail`. Punctuations have no record and no handler: one that fails stops its partition.
 */
import type { Header } from '../record/record.js';
import type { FailureReason } from '../record/record-error.js';

/** Of the record that failed. */
export interface ErrorHandlerContext {
  readonly topic: string;
  readonly partition: number;
  readonly offset: number;
  readonly timestamp: number;
  readonly headers: readonly Header[];
  readonly taskId: string;
  /** 1 for the first run of the record. */
  readonly attempt: number;
  /** As they were read. */
  readonly sourceRawKey: Buffer | null;
  readonly sourceRawValue: Buffer | null;
}

export interface ErrorHandlerError {
  readonly reason: FailureReason;
  readonly message: string;
  /** What was thrown. */
  readonly cause: unknown;
}

export type DeserializationResponse = 'resume' | 'fail' | 'dead-letter';
export type ProcessingResponse = 'resume' | 'fail' | 'dead-letter' | 'retry';
/** `resume`: without this output, with the others. */
export type ProductionResponse = 'resume' | 'fail' | 'dead-letter';

/** A key or a value could not be read. */
export type DeserializationExceptionHandler = (
  context: ErrorHandlerContext,
  error: ErrorHandlerError,
) => DeserializationResponse;

/** A function of the topology has thrown or rejected. An attempt that took too long is always retried. */
export type ProcessingExceptionHandler = (
  context: ErrorHandlerContext,
  error: ErrorHandlerError,
) => ProcessingResponse;

/** A key or a value could not be written, or is larger than its topic takes. `topic`: where it was to go. */
export type ProductionExceptionHandler = (
  context: ErrorHandlerContext & { readonly outputTopic: string },
  error: ErrorHandlerError,
) => ProductionResponse;

/**
 * What follows when the session of a process has ended by an error that is no outage of the brokers (KIP-671):
 * `replace`: a new one begins from what was committed, as often as the supervisor allows; `shutdown`: the process
 * ends with exit code 1. Without this handler `fail` of another handler is `shutdown`, and anything else `replace`.
 */
export type UncaughtExceptionHandler = (error: Error) => 'replace' | 'shutdown';
