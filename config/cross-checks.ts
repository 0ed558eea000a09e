/**
 * What settings ask of each other. A check runs only when each setting that it needs is valid by
 * itself, so that one mistake is reported once. Pure.
 */
import type { Origin } from './config-error.js';
import { durationName } from './duration.js';
import type { Settings } from './schema.js';

export interface CrossCheck {
  /** The first one is the setting that the problem is reported for. */
  readonly needs: readonly [string, ...string[]];
  /** What is wrong, or null. */
  readonly check: (settings: Settings, originOf: (variable: string) => Origin) => string | null;
}

const usesSasl = ({ kafka }: Settings): boolean => kafka.securityProtocol.startsWith('sasl_');
const usesSsl = ({ kafka }: Settings): boolean => kafka.securityProtocol.endsWith('ssl');

/** Given exactly when the protocol uses it: a setting that would be ignored is a mistake that nobody sees. */
const sasl = (variable: string, value: (settings: Settings) => string | null): CrossCheck => ({
  needs: [variable, 'KAFKA_SECURITY_PROTOCOL'],
  check: (settings) => {
    const { securityProtocol } = settings.kafka;
    if (usesSasl(settings) && value(settings) === null) {
      return `is missing: KAFKA_SECURITY_PROTOCOL is ${securityProtocol}`;
    }
    return !usesSasl(settings) && value(settings) !== null
      ? `has no meaning while KAFKA_SECURITY_PROTOCOL is ${securityProtocol}`
      : null;
  },
});

const ssl = (variable: string, value: (settings: Settings) => string | null): CrossCheck => ({
  needs: [variable, 'KAFKA_SECURITY_PROTOCOL'],
  check: (settings) =>
    !usesSsl(settings) && value(settings) !== null
      ? `has no meaning while KAFKA_SECURITY_PROTOCOL is ${settings.kafka.securityProtocol}`
      : null,
});

/** What begins the names of internal topics: the source node's name is the topic's when there is one. */
const internalPrefix = ({ kafka, topics }: Settings): string => `${kafka.groupId}.${topics.source[0] ?? ''}.`;
/** Topics that no topology reads. */
const RESULTS: readonly { readonly variable: string; readonly topicOf: (settings: Settings) => string }[] = [
  { variable: 'AUDIT_TOPIC', topicOf: ({ topics }) => topics.audit },
  { variable: 'ACTIVITY_TOPIC', topicOf: ({ topics }) => topics.activity },
  { variable: 'ALERTS_TOPIC', topicOf: ({ topics }) => topics.alerts },
];

const insideProblem = (settings: Settings, topics: readonly string[]): string | null => {
  const prefix = internalPrefix(settings);
  const inside = topics.find((topic) => topic.startsWith(prefix));
  return inside === undefined ? null : `names ${inside}: ${prefix}* are internal topics`;
};

/** After its time-out an attempt has a second to end. */
const ATTEMPT_GRACE_MS = 1_000;

/** How long something may stand by what is set, and be fine. */
const longestRightStand = ({ kafka, processing, retry }: Settings): { name: string; ms: number } =>
  [
    { name: 'ATTEMPT_TIMEOUT_MS and its grace', ms: retry.attemptTimeoutMs + ATTEMPT_GRACE_MS },
    { name: 'RETRY_IMMEDIATE_BACKOFF_MS', ms: retry.immediateBackoffMs },
    { name: 'twice TRANSACTION_TIMEOUT_MS', ms: 2 * kafka.transactionTimeoutMs },
    { name: 'twice COMMIT_INTERVAL_MS', ms: 2 * processing.commitIntervalMs },
  ].reduce((longest, each) => (each.ms > longest.ms ? each : longest));

/** Of the internal topics that there are whatever is set, the longest. */
const LANE_LOG = 'lanes-changelog';

/** Each delay names a topic, and the exact name of an odd one is long (`603999999ms`). */
const longestInternalTopic = (settings: Settings): string => {
  const purposes = [LANE_LOG, ...settings.retry.tiers.map(({ name }) => `retry.${name}`)];
  return internalPrefix(settings) + purposes.reduce((a, b) => (b.length > a.length ? b : a));
};

export const CROSS_CHECKS: readonly CrossCheck[] = [
  sasl('KAFKA_SASL_MECHANISM', (settings) => settings.kafka.saslMechanism),
  sasl('KAFKA_SASL_USERNAME', (settings) => settings.kafka.saslUsername),
  sasl('KAFKA_SASL_PASSWORD', (settings) => settings.kafka.saslPassword),
  ssl('KAFKA_SSL_CA', (settings) => settings.kafka.sslCa),
  ssl('KAFKA_SSL_CERT', (settings) => settings.kafka.sslCert),
  ssl('KAFKA_SSL_KEY', (settings) => settings.kafka.sslKey),
  {
    needs: ['KAFKA_SSL_CERT', 'KAFKA_SSL_KEY'],
    check: ({ kafka }) =>
      kafka.sslCert === null && kafka.sslKey !== null ? 'is missing: KAFKA_SSL_KEY is given' : null,
  },
  {
    needs: ['KAFKA_SSL_KEY', 'KAFKA_SSL_CERT'],
    check: ({ kafka }) =>
      kafka.sslKey === null && kafka.sslCert !== null ? 'is missing: KAFKA_SSL_CERT is given' : null,
  },
  {
    needs: ['KAFKA_SESSION_TIMEOUT_MS', 'KAFKA_GROUP_PROTOCOL'],
    check: ({ kafka }, originOf) =>
      kafka.groupProtocol === 'consumer' && originOf('KAFKA_SESSION_TIMEOUT_MS') !== 'default'
        ? "has no meaning while KAFKA_GROUP_PROTOCOL is consumer: there it is the broker's (group.consumer.session.timeout.ms)"
        : null,
  },
  ...RESULTS.flatMap(({ variable, topicOf }): readonly CrossCheck[] => [
    {
      needs: [variable, 'SOURCE_TOPICS'],
      check: (settings) =>
        settings.topics.source.includes(topicOf(settings))
          ? 'is one of SOURCE_TOPICS: it would read what it writes'
          : null,
    },
    {
      needs: [variable, 'SOURCE_TOPICS', 'KAFKA_GROUP_ID'],
      check: (settings) => insideProblem(settings, [topicOf(settings)]),
    },
  ]),
  {
    needs: ['SOURCE_TOPICS', 'KAFKA_GROUP_ID'],
    check: (settings) => insideProblem(settings, settings.topics.source),
  },
  {
    needs: ['KAFKA_GROUP_ID', 'SOURCE_TOPICS', 'RETRY_TIERS'],
    check: (settings) => {
      const longest = longestInternalTopic(settings);
      return longest.length > 249 ? `is too long: ${longest} would have more than Kafka's 249 letters` : null;
    },
  },
  {
    needs: ['INSTANCE_ID', 'PROCESSES'],
    check: ({ kafka, service }) =>
      service.processes > 1 && `${kafka.instanceId ?? ''}-${service.processes}`.length > 249
        ? 'is too long: each of PROCESSES appends its number, and Kafka takes 249 letters'
        : null,
  },
  {
    needs: ['TRANSACTION_TIMEOUT_MS', 'COMMIT_INTERVAL_MS', 'PROCESSING_GUARANTEE'],
    check: ({ kafka, processing }) =>
      processing.guarantee === 'exactly_once_v2' &&
      kafka.transactionTimeoutMs < 2 * processing.commitIntervalMs
        ? `is less than twice COMMIT_INTERVAL_MS (${processing.commitIntervalMs})`
        : null,
  },
  {
    needs: [
      'STALL_LIMIT_MS',
      'ATTEMPT_TIMEOUT_MS',
      'RETRY_IMMEDIATE_BACKOFF_MS',
      'TRANSACTION_TIMEOUT_MS',
      'COMMIT_INTERVAL_MS',
    ],
    check: (settings) => {
      const longest = longestRightStand(settings);
      return settings.service.stallLimitMs <= longest.ms
        ? `is not above ${longest.name} (${longest.ms}): what is only slow would be restarted`
        : null;
    },
  },
  {
    needs: ['MAX_UNCOMMITTED', 'MAX_IN_FLIGHT'],
    check: ({ processing }) =>
      processing.maxUncommitted < processing.maxInFlight
        ? `is less than MAX_IN_FLIGHT (${processing.maxInFlight}), which could never be reached`
        : null,
  },
  {
    needs: ['TASK_MAX_BUFFER_MB', 'MAX_MESSAGE_BYTES'],
    check: ({ kafka, processing }) =>
      processing.taskMaxBufferMb * 1_000_000 < kafka.maxMessageBytes
        ? `is less than one record of MAX_MESSAGE_BYTES (${kafka.maxMessageBytes})`
        : null,
  },
  {
    needs: ['RETENTION_RETRY', 'RETRY_TIERS'],
    check: ({ retry, topics }) => {
      const longest = retry.tiers.at(-1);
      return longest !== undefined && topics.retentionRetryMs <= longest.delayMs
        ? `is ${durationName(topics.retentionRetryMs)}: retry records of the tier ${longest.name} would be deleted before they are due`
        : null;
    },
  },
];

/** Accepted, but worth a line in the log. */
export const cautions = ({ kafka, processing, directory, retry }: Settings): readonly string[] => {
  const warnings: string[] = [];
  if (processing.guarantee === 'exactly_once_v2' && processing.commitIntervalMs < 100) {
    warnings.push(
      'COMMIT_INTERVAL_MS is below 100: each transaction leaks about 105 bytes per partition in the client, so memory grows noticeably.',
    );
  }
  if (directory.url !== null && directory.timeoutMs >= retry.attemptTimeoutMs) {
    warnings.push('DIRECTORY_TIMEOUT_MS is not below ATTEMPT_TIMEOUT_MS, which ends the attempt first.');
  }
  if (processing.emissionPatienceMs >= retry.attemptTimeoutMs) {
    warnings.push(
      'EMISSION_PATIENCE_MS is not below ATTEMPT_TIMEOUT_MS: a slow record delays its whole partition until its attempt has ended.',
    );
  }
  if ((processing.taskMaxBufferMb * 1_000_000) / 4 < kafka.maxMessageBytes) {
    warnings.push(
      'A quarter of TASK_MAX_BUFFER_MB, the most that one key may hold, is less than a record of MAX_MESSAGE_BYTES: one that fails stops its partition until it is done.',
    );
  }
  return warnings;
};
