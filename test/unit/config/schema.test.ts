import { expect } from 'chai';
import { readFileSync } from 'node:fs';
import { defaultsAsJson, describeSettings, settingRows } from '../../../config/describe.js';
import { loadSettings } from '../../../config/load.js';
import { SETTING_ENTRIES } from '../../../config/schema.js';

/** Tests run from the root of the repository. */
const read = (path: string): string => readFileSync(path, 'utf8');

/** The stable surface: a name or a default that changes here breaks somebody's manifest. */
const SURFACE: Readonly<Record<string, string | null>> = {
  KAFKA_BROKERS: null,
  KAFKA_SECURITY_PROTOCOL: 'plaintext',
  KAFKA_SASL_MECHANISM: null,
  KAFKA_SASL_USERNAME: null,
  KAFKA_SASL_PASSWORD: null,
  KAFKA_SSL_CA: null,
  KAFKA_SSL_CERT: null,
  KAFKA_SSL_KEY: null,
  KAFKA_GROUP_ID: 'user-management-service',
  KAFKA_GROUP_PROTOCOL: 'classic',
  KAFKA_BINDING: 'auto',
  SOURCE_TOPICS: 'user.events',
  AUDIT_TOPIC: 'system.audit',
  ACTIVITY_TOPIC: 'user.activity',
  ALERTS_TOPIC: 'user.alerts',
  TOPICS_AUTO_CREATE: 'true',
  TOPICS_PARTITIONS: '3',
  TOPICS_REPLICATION_FACTOR: '1',
  PROCESSING_GUARANTEE: 'exactly_once_v2',
  COMMIT_INTERVAL_MS: '100',
  RETRY_TIERS: '5s,30s,2m',
  RETRY_IMMEDIATE: '1',
  RETRY_IMMEDIATE_BACKOFF_MS: '100',
  ATTEMPT_TIMEOUT_MS: '10000',
  DLQ_POLICY: 'skip',
  ORDERING: 'key',
  MAX_IN_FLIGHT: '64',
  EMISSION_PATIENCE_MS: '250',
  LANE_MAX_FOLLOWERS: '10000',
  TASK_MAX_BUFFER_MB: '64',
  MAX_UNCOMMITTED: '60000',
  BREAKER_RATIO: '0.5',
  BREAKER_MIN_ATTEMPTS: '20',
  BREAKER_WINDOW_MS: '10000',
  DLQ_HEADERS: 'kafka-streams',
  SCHEMAS_STRICT: 'false',
  START_FROM: 'earliest',
  START_TIMEOUT_MS: '60000',
  TRANSACTION_TIMEOUT_MS: '15000',
  MAX_MESSAGE_BYTES: '1000000',
  RETENTION_SOURCE: '7d',
  RETENTION_AUDIT: '30d',
  RETENTION_RETRY: '7d',
  RETENTION_DLQ: '30d',
  DIRECTORY_URL: null,
  DIRECTORY_TIMEOUT_MS: '2000',
  ACTIVITY_WINDOW: '1h',
  ACTIVITY_GRACE: '5m',
  ALERT_FAILURES: '5',
  ALERT_WINDOW: '5m',
  PUBLISHER_RETRIES: '3',
  PUBLISHER_BATCH_SIZE: '16384',
  PUBLISHER_MAX_QUEUED: '10000',
  HTTP_HOST: '0.0.0.0',
  HTTP_PORT: '8080',
  INSTANCE_ID: null,
  KAFKA_SESSION_TIMEOUT_MS: '45000',
  PROCESSES: '1',
  OFFSET_MISMATCH: 'refuse',
  DRAIN_TIMEOUT_MS: '15000',
  STALL_LIMIT_MS: '120000',
  LOG_LEVEL: 'info',
  METRICS_PREFIX: 'audit',
};

describe('the schema of the settings', () => {
  it('has exactly the documented names and defaults', () => {
    const actual = Object.fromEntries(settingRows().map((row) => [row.variable, row.default]));
    expect(actual).to.deep.equal(SURFACE);
    expect(SETTING_ENTRIES).to.have.length(Object.keys(SURFACE).length);
  });

  it('has no default that its own kind refuses', () => {
    for (const { path, setting } of SETTING_ENTRIES) {
      if (setting.default !== null) expect(setting.kind.parse(setting.default).ok, path).to.equal(true);
    }
  });

  it('has its defaults in default.json', () => {
    expect(read('config/default.json')).to.equal(defaultsAsJson());
  });

  it('gives the same settings from default.json as from nothing', () => {
    const env = { KAFKA_BROKERS: 'a:1' };
    const plain = loadSettings({ env, argv: [], readFile: read });
    const copied = loadSettings({
      env: { ...env, CONFIG_FILE: 'config/default.json' },
      argv: [],
      readFile: read,
    });
    expect(copied.settings).to.deep.equal(plain.settings);
    expect(copied.warnings).to.deep.equal([]);
  });
});

describe('the configuration files', () => {
  const load = (path: string) =>
    loadSettings({ env: { CONFIG_FILE: path }, argv: [], readFile: read }).settings;

  it('production.json names the brokers of the platform and nothing else', () => {
    expect(JSON.parse(read('config/production.json'))).to.deep.equal({
      kafka: { brokers: 'tea-snacks-kafka:29092' },
    });
    expect(load('config/production.json').kafka.brokers).to.deep.equal(['tea-snacks-kafka:29092']);
  });

  it('development.json is the local Kafka, reachable from this machine only', () => {
    const { kafka, http } = load('config/development.json');
    expect(kafka.brokers).to.deep.equal(['localhost:9092']);
    expect(http.host).to.equal('127.0.0.1');
  });
});

describe('describeSettings', () => {
  it('shows what is in force, without secrets and without unset settings', () => {
    const loaded = loadSettings({
      env: {
        KAFKA_BROKERS: 'a:1,b:2',
        KAFKA_SECURITY_PROTOCOL: 'sasl_ssl',
        KAFKA_SASL_MECHANISM: 'PLAIN',
        KAFKA_SASL_USERNAME: 'me',
        KAFKA_SASL_PASSWORD: 'hunter2',
        KAFKA_SSL_CA: '-----BEGIN CERTIFICATE-----hunter2',
        KAFKA_SSL_CERT: '-----BEGIN CERTIFICATE-----hunter2',
        KAFKA_SSL_KEY: '-----BEGIN PRIVATE KEY-----hunter2',
      },
      argv: [],
      readFile: read,
    });
    const described = describeSettings(loaded);
    expect(JSON.stringify(described)).not.to.include('hunter2');
    expect(described).to.include({
      KAFKA_BROKERS: 'a:1,b:2',
      KAFKA_SASL_PASSWORD: '***',
      KAFKA_SSL_KEY: '***',
      KAFKA_SSL_CA: '(PEM text)',
      RETRY_TIERS: '5s,30s,2m',
      RETENTION_AUDIT: '30d',
      ACTIVITY_GRACE: '5m',
      HTTP_PORT: 8080,
      topology: 'user-audit',
    });
    expect(described).not.to.have.property('INSTANCE_ID');
  });
});
