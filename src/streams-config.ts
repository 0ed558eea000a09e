/** What a `Streams` is told by whoever starts it: plain values, already validated. */
import type { RetryTier } from './record/retry-tier.js';

export type ProcessingGuarantee = 'exactly_once_v2' | 'at_least_once';
export type StartFrom = 'earliest' | 'latest' | 'fail';
export type DeadLetterHeaders = 'kafka-streams' | 'spring';
export type DeadLetterPolicy = 'skip' | 'park';

export interface StreamsConfig {
  /** Consumer group and prefix of every internal topic (Kafka Streams' `application.id`). */
  readonly applicationId: string;
  readonly processingGuarantee: ProcessingGuarantee;
  readonly commitIntervalMs: number;
  readonly transactionTimeoutMs: number;
  /** The group's session time-out: a release must be over well before it. */
  readonly sessionTimeoutMs: number;
  readonly drainTimeoutMs: number;
  /** Records taken and not yet committed, all partitions together. */
  readonly maxUncommitted: number;
  /** Bytes of records that one task may hold. */
  readonly taskMaxBufferBytes: number;
  /** Async handlers of one task at a time; 1 when `ordering` is `partition`. */
  readonly maxInFlight: number;
  readonly ordering: 'key' | 'partition';
  /** How long results wait behind a running record before it is decided as a lane. */
  readonly emissionPatienceMs: number;
  /** Per lane; a quarter of `taskMaxBufferBytes` is the other bound. */
  readonly laneMaxFollowers: number;
  readonly attemptTimeoutMs: number;
  /** Extra attempts in memory after the first, and the wait before each. */
  readonly retryImmediate: number;
  readonly retryImmediateBackoffMs: number;
  /** Delays after those, shortest first; one retry topic each. Empty: none. */
  readonly retryTiers: readonly RetryTier[];
  /** The largest record that outputs and internal topics take, in bytes, headers included. */
  readonly maxMessageBytes: number;
  readonly deadLetterPolicy: DeadLetterPolicy;
  readonly deadLetterHeaders: DeadLetterHeaders;
  readonly breaker: BreakerSettings;
  readonly startFrom: StartFrom;
  readonly offsetMismatch: 'refuse' | 'adopt';
  readonly topics: TopicSettings;
  /** For messages that tell the operator what to look at. */
  readonly instanceId: string | undefined;
}

/** The share of failed first attempts, of at least so many within so long, at which intake pauses. */
export interface BreakerSettings {
  /** Above 0, at most 1. */
  readonly ratio: number;
  readonly minAttempts: number;
  readonly windowMs: number;
}

export interface TopicSettings {
  /** Create what is missing; otherwise what is missing or wrong is a start-up error. */
  readonly autoCreate: boolean;
  /** For source and output topics that are created; internal topics follow their source. */
  readonly partitions: number;
  readonly replicationFactor: number;
  readonly retentionSourceMs: number;
  readonly retentionOutputMs: number;
  readonly retentionRetryMs: number;
  readonly retentionDeadLettersMs: number;
}
