/** Settings of what happens to a record between its source and its commit. */
import { DAY_MS, duration, retryTiers } from './duration.js';
import { boolean, httpUrl, integer, oneOf, ratio } from './kind.js';
import { optional, setting } from './setting.js';

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
    'Records of one partition that run at the same time; a quarter is kept for retries.',
  ),
  emissionPatienceMs: setting(
    'EMISSION_PATIENCE_MS',
    integer(0, 600_000, 'milliseconds'),
    '250',
    'How long results wait behind a slow record of another key; then they go on, and its own may come after theirs.',
  ),
  laneMaxFollowers: setting(
    'LANE_MAX_FOLLOWERS',
    integer(1, 10_000_000),
    '10000',
    'Records that may wait behind a failed one of their key, in at most a quarter of TASK_MAX_BUFFER_MB. At the bound their partition waits; behind a parked record they become dead letters.',
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
    '60000',
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
  tiers: setting(
    'RETRY_TIERS',
    retryTiers(),
    '5s,30s,2m',
    'Delays of the retry topics. After its attempts in memory a record is tried again once per delay; later records of its key wait, other keys go on. Empty: none.',
  ),
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
    oneOf(['skip', 'park']),
    'skip',
    'What becomes of a record that cannot be processed. skip: a dead letter, and its key goes on. park: a copy is a dead letter, and its key waits for a command.',
  ),
  headers: setting(
    'DLQ_HEADERS',
    oneOf(['kafka-streams', 'spring']),
    'kafka-streams',
    'Names of the error headers.',
  ),
} as const;

export const BREAKER = {
  ratio: setting(
    'BREAKER_RATIO',
    ratio,
    '0.5',
    'Reading pauses, and single records are tried, while this part of first attempts fails: an outage must not put every key on its way to the dead letter queue.',
  ),
  minAttempts: setting(
    'BREAKER_MIN_ATTEMPTS',
    integer(1, 1_000_000),
    '20',
    'Fewer first attempts within BREAKER_WINDOW_MS say nothing.',
  ),
  windowMs: setting(
    'BREAKER_WINDOW_MS',
    integer(100, 3_600_000, 'milliseconds'),
    '10000',
    'How far back first attempts are counted.',
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

/** Of the topology user-activity. */
export const ACTIVITY = {
  windowMs: setting(
    'ACTIVITY_WINDOW',
    duration(1_000, 30 * DAY_MS),
    '1h',
    'user-activity counts the logins of each user in windows of this size.',
  ),
  graceMs: setting(
    'ACTIVITY_GRACE',
    duration(0, 30 * DAY_MS),
    '5m',
    'How late a record may be, by stream time; a window is written once when this has passed after its end.',
  ),
  alertFailures: setting(
    'ALERT_FAILURES',
    integer(1, 1_000),
    '5',
    'So many failed logins of a user within ALERT_WINDOW are an alert.',
  ),
  alertWindowMs: setting(
    'ALERT_WINDOW',
    duration(1_000, 30 * DAY_MS),
    '5m',
    'See ALERT_FAILURES. The next alert of the user comes after none has failed for as long.',
  ),
} as const;
