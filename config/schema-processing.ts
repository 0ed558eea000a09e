/** Settings of what happens to a record between its source and its commit. */
import { retryTiers } from './duration.js';
import { boolean, httpUrl, integer, oneOf, ratio } from './kind.js';
import { optional, setting } from './setting.js';

const NOT_YET = { notYet: true } as const;

export const PROCESSING = {
  guarantee: setting(
    'PROCESSING_GUARANTEE',
    oneOf(['exactly_once_v2', 'at_least_once']),
    'exactly_once_v2',
    'Under at_least_once duplicates can follow a crash.',
  ),
  commitIntervalMs: setting(
    'COMMIT_INTERVAL_MS',
    integer(1, 60_000, 'milliseconds'),
    '100',
    'Time between commits.',
  ),
  ordering: setting(
    'ORDERING',
    oneOf(['key', 'partition']),
    'key',
    'key: records of different keys run at the same time. partition: one record at a time.',
  ),
  maxInFlight: setting(
    'MAX_IN_FLIGHT',
    integer(1, 10_000),
    '64',
    'Records of one partition that run at the same time.',
  ),
  emissionPatienceMs: setting(
    'EMISSION_PATIENCE_MS',
    integer(0, 600_000, 'milliseconds'),
    '250',
    'How long results wait behind a slow record of another key.',
    NOT_YET,
  ),
  laneMaxFollowers: setting(
    'LANE_MAX_FOLLOWERS',
    integer(1, 10_000_000),
    '10000',
    'Records that may wait behind a failed one of their key.',
    NOT_YET,
  ),
  taskMaxBufferMb: setting(
    'TASK_MAX_BUFFER_MB',
    integer(1, 4_096, 'megabytes'),
    '64',
    'What one partition may hold in memory.',
  ),
  maxUncommitted: setting(
    'MAX_UNCOMMITTED',
    integer(1, 10_000_000),
    '20000',
    'Records read and not yet committed; reading waits at this number.',
  ),
  startFrom: setting(
    'START_FROM',
    oneOf(['earliest', 'latest', 'fail']),
    'earliest',
    'Where a group that has no committed offset begins.',
  ),
  offsetMismatch: setting(
    'OFFSET_MISMATCH',
    oneOf(['refuse', 'adopt']),
    'refuse',
    "When the group's committed offset is not the one of the last checkpoint.",
  ),
  schemasStrict: setting('SCHEMAS_STRICT', boolean, 'false', 'Refuse events with unknown fields.'),
} as const;

export const RETRY = {
  tiers: setting('RETRY_TIERS', retryTiers(), '5s,30s,2m', 'Delays of the retry topics.', NOT_YET),
  immediate: setting('RETRY_IMMEDIATE', integer(0, 1_000), '1', 'Extra attempts in memory after the first.'),
  immediateBackoffMs: setting(
    'RETRY_IMMEDIATE_BACKOFF_MS',
    integer(0, 600_000, 'milliseconds'),
    '100',
    'Pause before such an attempt.',
  ),
  attemptTimeoutMs: setting(
    'ATTEMPT_TIMEOUT_MS',
    integer(1, 600_000, 'milliseconds'),
    '10000',
    'Limit of every attempt.',
  ),
} as const;

export const DEAD_LETTERS = {
  policy: setting(
    'DLQ_POLICY',
    oneOf(['skip'], 'park is not available yet'),
    'skip',
    'What becomes of a record that cannot be processed.',
  ),
  headers: setting(
    'DLQ_HEADERS',
    oneOf(['kafka-streams', 'spring']),
    'kafka-streams',
    'Names of the error headers.',
  ),
} as const;

export const BREAKER = {
  ratio: setting('BREAKER_RATIO', ratio, '0.5', 'Part of first runs whose failure pauses intake.', NOT_YET),
  minAttempts: setting(
    'BREAKER_MIN_ATTEMPTS',
    integer(1, 1_000_000),
    '20',
    'Fewer runs say nothing.',
    NOT_YET,
  ),
  windowMs: setting(
    'BREAKER_WINDOW_MS',
    integer(100, 3_600_000, 'milliseconds'),
    '10000',
    'Time over which they are counted.',
    NOT_YET,
  ),
} as const;

export const DIRECTORY = {
  url: optional('DIRECTORY_URL', httpUrl, 'User directory: `GET {url}/users/{userId}` gives `actor`.'),
  timeoutMs: setting(
    'DIRECTORY_TIMEOUT_MS',
    integer(1, 600_000, 'milliseconds'),
    '2000',
    'Limit of one request to it.',
  ),
} as const;
