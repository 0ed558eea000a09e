/** Settings of the cluster, of this process as its client, and of the topics. */
import { DAY_MS, duration } from './duration.js';
import { boolean, integer, listOf, oneOf, pem, secretText, text } from './kind.js';
import { optional, required, setting } from './setting.js';

/** Kafka's rule for topics, which it applies to group instance ids too; a group id becomes part of topic names. */
const kafkaName = (what: string) =>
  text(
    `${what}: letters, digits, '.', '_' and '-', at most 249 of them`,
    /^(?!\.{1,2}$)[a-zA-Z0-9._-]{1,249}$/,
  );

const broker = text(
  'host:port',
  /^(\[[0-9a-fA-F:.%]+\]|[a-zA-Z0-9]([a-zA-Z0-9._-]*[a-zA-Z0-9])?)(:(6553[0-5]|655[0-2]\d|65[0-4]\d\d|6[0-4]\d{3}|[1-5]?\d{1,4}))?$/,
);
const retention = duration(60_000, 3650 * DAY_MS);

export const KAFKA = {
  brokers: required('KAFKA_BROKERS', listOf(broker), 'Bootstrap servers.'),
  securityProtocol: setting(
    'KAFKA_SECURITY_PROTOCOL',
    oneOf(['plaintext', 'ssl', 'sasl_plaintext', 'sasl_ssl']),
    'plaintext',
    'How to speak to the brokers.',
  ),
  saslMechanism: optional(
    'KAFKA_SASL_MECHANISM',
    oneOf(['PLAIN', 'SCRAM-SHA-256', 'SCRAM-SHA-512']),
    'Required with sasl_plaintext and sasl_ssl.',
  ),
  saslUsername: optional('KAFKA_SASL_USERNAME', secretText, 'Required with sasl_plaintext and sasl_ssl.'),
  saslPassword: optional('KAFKA_SASL_PASSWORD', secretText, 'Required with sasl_plaintext and sasl_ssl.', {
    secret: true,
    file: true,
  }),
  sslCa: optional('KAFKA_SSL_CA', pem('certificates'), "Who may have signed the brokers' certificates.", {
    file: true,
    path: true,
  }),
  sslCert: optional('KAFKA_SSL_CERT', pem('a certificate'), 'Certificate of this client.', {
    file: true,
    path: true,
  }),
  sslKey: optional('KAFKA_SSL_KEY', pem('an unencrypted private key'), 'Private key of this client.', {
    secret: true,
    file: true,
    path: true,
  }),
  groupId: setting(
    'KAFKA_GROUP_ID',
    kafkaName('a name'),
    'user-management-service',
    'Application id: the consumer group, and the first part of the names of internal topics.',
  ),
  groupProtocol: setting(
    'KAFKA_GROUP_PROTOCOL',
    oneOf(['classic', 'consumer']),
    'classic',
    'classic (cooperative-sticky) or consumer (KIP-848).',
  ),
  binding: setting(
    'KAFKA_BINDING',
    oneOf(['auto', 'packed', 'published']),
    'auto',
    'The native binding: packed is faster by far and needs the patched client, which npm start and the image have; auto takes it where it is there.',
  ),
  sessionTimeoutMs: setting(
    'KAFKA_SESSION_TIMEOUT_MS',
    integer(6_000, 1_800_000, 'milliseconds'),
    '45000',
    'After this long without a heartbeat the group gives the partitions to others. Classic protocol only.',
  ),
  instanceId: optional(
    'INSTANCE_ID',
    kafkaName('a name'),
    "A name that survives a restart (a StatefulSet pod's): static membership and a stable transactional id. Two processes must never have the same.",
  ),
  transactionTimeoutMs: setting(
    'TRANSACTION_TIMEOUT_MS',
    integer(1_000, 900_000, 'milliseconds'),
    '15000',
    'The broker aborts a transaction that is open for longer.',
  ),
  maxMessageBytes: setting(
    'MAX_MESSAGE_BYTES',
    integer(1_000, 100_000_000, 'bytes'),
    '1000000',
    'Largest record that is written.',
  ),
} as const;

export const TOPICS = {
  source: setting('SOURCE_TOPICS', listOf(kafkaName('topic names')), 'user.events', 'Where events are read.'),
  audit: setting('AUDIT_TOPIC', kafkaName('a topic name'), 'system.audit', 'Where audit events are written.'),
  activity: setting(
    'ACTIVITY_TOPIC',
    kafkaName('a topic name'),
    'user.activity',
    'Where user-activity writes its counts of logins.',
  ),
  alerts: setting(
    'ALERTS_TOPIC',
    kafkaName('a topic name'),
    'user.alerts',
    'Where user-activity writes its alerts.',
  ),
  autoCreate: setting(
    'TOPICS_AUTO_CREATE',
    boolean,
    'true',
    'Create missing topics at start; else a missing topic is an error.',
  ),
  partitions: setting(
    'TOPICS_PARTITIONS',
    integer(1, 100_000),
    '3',
    'Partitions of source topics and topics of results that are created. Internal topics have as many as their source.',
  ),
  replicationFactor: setting(
    'TOPICS_REPLICATION_FACTOR',
    integer(1, 1_000),
    '1',
    'Of topics that are created.',
  ),
  retentionSourceMs: setting('RETENTION_SOURCE', retention, '7d', 'Of source topics that are created.'),
  retentionAuditMs: setting(
    'RETENTION_AUDIT',
    retention,
    '30d',
    'Of topics of results (audit, activity, alerts) that are created.',
  ),
  retentionRetryMs: setting(
    'RETENTION_RETRY',
    retention,
    '7d',
    'Of retry topics that are created; longer than the longest of RETRY_TIERS.',
  ),
  retentionDlqMs: setting('RETENTION_DLQ', retention, '30d', 'Of dead letter topics that are created.'),
} as const;
