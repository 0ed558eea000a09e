import { expect } from 'chai';
import { ConfigError } from '../../../config/config-error.js';
import { loadSettings } from '../../../config/load.js';
import type { LoadedSettings } from '../../../config/load.js';

const noFile = (path: string): string => {
  throw Object.assign(new Error(`no such file: ${path}`), { code: 'ENOENT' });
};

/** Files by path. */
const files =
  (content: Readonly<Record<string, string>>) =>
  (path: string): string =>
    content[path] ?? noFile(path);

const load = (
  env: Readonly<Record<string, string | undefined>>,
  argv: readonly string[] = [],
  readFile = noFile,
): LoadedSettings => loadSettings({ env, argv, readFile });

const refused = (
  env: Readonly<Record<string, string | undefined>>,
  argv: readonly string[] = [],
  readFile = noFile,
): ConfigError => {
  try {
    load(env, argv, readFile);
  } catch (error) {
    if (error instanceof ConfigError) return error;
    throw error;
  }
  throw new Error('it was accepted');
};

const BROKERS = { KAFKA_BROKERS: 'a:9092' };
const CERT = '-----BEGIN CERTIFICATE-----\nx\n-----END CERTIFICATE-----\n';
const KEY = '-----BEGIN PRIVATE KEY-----\nhunter2\n-----END PRIVATE KEY-----\n';
const TLS = { ...BROKERS, KAFKA_SECURITY_PROTOCOL: 'ssl' };

describe('loadSettings', () => {
  describe('values', () => {
    it('needs nothing but the brokers', () => {
      const { settings, warnings, origins } = load({ KAFKA_BROKERS: 'a:9092, b' });
      expect(settings.kafka.brokers).to.deep.equal(['a:9092', 'b']);
      expect(settings.kafka.groupId).to.equal('user-management-service');
      expect(settings.kafka.sslKey).to.equal(null);
      expect(settings.topics.retentionAuditMs).to.equal(30 * 86_400_000);
      expect(settings.topology).to.equal('user-audit');
      expect(settings.retry.tiers).to.deep.equal([
        { name: '5s', delayMs: 5_000 },
        { name: '30s', delayMs: 30_000 },
        { name: '2m', delayMs: 120_000 },
      ]);
      expect(warnings).to.deep.equal([]);
      expect(origins.get('KAFKA_BROKERS')).to.equal('environment');
      expect(origins.get('HTTP_PORT')).to.equal('default');
    });

    it('prefers the command line to the environment to the file to the default', () => {
      const readFile = files({
        'c.json': JSON.stringify({
          kafka: { brokers: ['file:1'], groupId: 'file' },
          http: { port: 1, host: 'file' },
          log: { level: null },
        }),
      });
      const env = { CONFIG_FILE: 'c.json', KAFKA_GROUP_ID: 'env', HTTP_PORT: '2' };
      const { settings, origins } = load(env, ['--http-port', '3'], readFile);
      expect(settings.kafka.brokers).to.deep.equal(['file:1']);
      expect(settings.http).to.deep.equal({ host: 'file', port: 3 });
      expect(settings.kafka.groupId).to.equal('env');
      expect(settings.log.level).to.equal('info');
      expect(origins.get('HTTP_PORT')).to.equal('command line');
      expect(origins.get('HTTP_HOST')).to.equal('file');
    });

    it('takes options with a space, with an equals sign, and switches without a value', () => {
      const argv = ['--kafka-group-id=x', '--schemas-strict', '--instance-id', '007'];
      const { settings } = load(BROKERS, [...argv, '--topics-auto-create', 'false', '--topology', 'mine']);
      expect(settings.kafka.groupId).to.equal('x');
      expect(settings.processing.schemasStrict).to.equal(true);
      expect(settings.kafka.instanceId).to.equal('007');
      expect(settings.topics.autoCreate).to.equal(false);
      expect(settings.topology).to.equal('mine');
    });

    it('takes a blank variable as unset, but a blank RETRY_TIERS as none', () => {
      const { settings } = load({ ...BROKERS, HTTP_PORT: ' ', DIRECTORY_URL: '', RETRY_TIERS: '' });
      expect(settings.http.port).to.equal(8080);
      expect(settings.directory.url).to.equal(null);
      expect(settings.retry.tiers).to.deep.equal([]);
    });

    it('takes the configuration file from the command line before the environment', () => {
      const readFile = files({ 'b.json': '{"kafka":{"brokers":"b:1"}}' });
      const { settings } = load({ CONFIG_FILE: 'a.json' }, ['--config-file', 'b.json'], readFile);
      expect(settings.kafka.brokers).to.deep.equal(['b:1']);
    });
  });

  describe('errors', () => {
    it('reports every problem at once, with setting, value and what is allowed', () => {
      const error = refused(
        { HTTP_PORT: '12abc', COMMIT_INTERVAL_MS: '5s', SCHEMAS_STRICT: 'yes', DLQ_POLICY: 'stop' },
        ['--nonsense', '--kafka-grup-id', 'x', 'stray'],
      );
      expect(error.code).to.equal('CONFIGURATION');
      expect(error.problems.map(({ setting }) => setting)).to.have.members([
        '--nonsense',
        '--kafka-grup-id',
        'argument 4',
        'KAFKA_BROKERS',
        'COMMIT_INTERVAL_MS',
        'SCHEMAS_STRICT',
        'DLQ_POLICY',
        'HTTP_PORT',
      ]);
      expect(error.message.split('\n')).to.have.length(9);
      expect(error.message).to.include('HTTP_PORT = "12abc" (environment) is not allowed. Allowed: a whole');
      expect(error.message).to.include('Allowed: skip, park');
      expect(error.message).to.include('--kafka-group-id is');
    });

    it('refuses an unknown group, an unknown key and a variable name in the file', () => {
      const readFile = files({
        'c.json':
          '{"kafak":{},"kafka":{"brokers":"a:1","groupID":"x"},"HTTP_PORT":1,"http":3,"__proto__":{}}',
      });
      const { problems, message } = refused({ CONFIG_FILE: 'c.json' }, [], readFile);
      expect(problems.map(({ setting }) => setting)).to.have.members([
        'kafak',
        'kafka.groupID',
        'HTTP_PORT',
        'http',
        '__proto__',
      ]);
      expect(message).to.include('kafka.groupId is').and.to.include('http.port is');
    });

    it('names the file that is missing, and says where a file stops being JSON without quoting it', () => {
      expect(refused({ ...BROKERS, CONFIG_FILE: 'gone.json' }).message).to.match(/CONFIG_FILE.*gone.*ENOENT/);
      const readFile = files({ 'c.json': '{"kafka":{"saslPassword":"hunter2" oops' });
      const { message } = refused({ ...BROKERS, CONFIG_FILE: 'c.json' }, [], readFile);
      expect(message).to.include('c.json').and.to.include('is not JSON').and.not.to.include('hunter2');
    });

    it('refuses an option that is given twice or has no value', () => {
      const { problems } = refused(BROKERS, ['--http-port', '1', '--http-port=2', '--kafka-group-id']);
      expect(problems.map(({ setting, problem }) => `${setting} ${problem}`)).to.deep.equal([
        '--http-port is given twice',
        '--kafka-group-id needs a value',
      ]);
    });

    it('takes up to 64 processes, and leaves room for their numbers behind the name of the instance', () => {
      expect(load({ ...BROKERS, PROCESSES: '64' }).settings.service.processes).to.equal(64);
      expect(refused({ ...BROKERS, PROCESSES: '65' }).message).to.match(/PROCESSES = "65".*1 to 64/);
      const name = 'n'.repeat(248);
      expect(load({ ...BROKERS, INSTANCE_ID: name }).settings.kafka.instanceId).to.equal(name);
      expect(refused({ ...BROKERS, INSTANCE_ID: name, PROCESSES: '2' }).message).to.match(
        /INSTANCE_ID.*appends its number/,
      );
    });
  });

  describe('secrets', () => {
    const SASL = {
      ...BROKERS,
      KAFKA_SECURITY_PROTOCOL: 'sasl_plaintext',
      KAFKA_SASL_MECHANISM: 'scram-sha-512',
      KAFKA_SASL_USERNAME: 'me',
    };

    it('reads a secret from a file, without the line break at its end', () => {
      const { settings } = load({ ...SASL, KAFKA_SASL_PASSWORD_FILE: 'p' }, [], files({ p: ' hunter2 \n' }));
      expect(settings.kafka.saslPassword).to.equal(' hunter2 ');
      expect(settings.kafka.saslMechanism).to.equal('SCRAM-SHA-512');
    });

    it('refuses a secret and its file together', () => {
      const env = { ...SASL, KAFKA_SASL_PASSWORD: 'hunter2', KAFKA_SASL_PASSWORD_FILE: 'p' };
      const { problems } = refused(env, [], files({ p: 'x' }));
      expect(problems).to.have.length(1);
      expect(problems[0]?.problem).to.equal('and KAFKA_SASL_PASSWORD are both given: give one');
    });

    it('reports a file that cannot be read or is empty once, and not as a missing setting too', () => {
      for (const readFile of [noFile, files({ p: '\n' })]) {
        const { problems } = refused({ ...SASL, KAFKA_SASL_PASSWORD_FILE: 'p' }, [], readFile);
        expect(problems.map(({ setting }) => setting)).to.deep.equal(['KAFKA_SASL_PASSWORD_FILE']);
      }
    });

    it('shows a secret in no message', () => {
      const readFile = files({ 'c.json': '{"kafka":{"saslPassword":["hunter2"],"sslKey":"hunter2"}}' });
      const error = refused(
        { CONFIG_FILE: 'c.json', DIRECTORY_URL: 'https://me:hunter2@x/?token=hunter2', KAFKA_SSL_CA: 'y' },
        ['--kafka-sasl-pasword=hunter2', '--kafka-sasl-pasword', 'hunter2', 'hunter2'],
        readFile,
      );
      expect(error.problems).to.have.length(8);
      expect(error.message).not.to.include('hunter2');
      expect(JSON.stringify(error.problems)).not.to.include('hunter2');
    });

    it('takes keys and certificates as PEM text, as a path, and as a _FILE', () => {
      const env = { ...TLS, KAFKA_SSL_CA: '/ca.pem', KAFKA_SSL_CERT: CERT, KAFKA_SSL_KEY_FILE: '/key.pem' };
      const { settings } = load(env, [], files({ '/ca.pem': CERT, '/key.pem': KEY }));
      expect(settings.kafka.sslCa).to.equal(CERT);
      expect(settings.kafka.sslCert).to.equal(CERT);
      expect(settings.kafka.sslKey).to.equal(KEY.trimEnd());
    });

    it('refuses an encrypted key, for there is no setting for its passphrase', () => {
      const key = '-----BEGIN ENCRYPTED PRIVATE KEY-----';
      expect(refused({ ...TLS, KAFKA_SSL_CERT: CERT, KAFKA_SSL_KEY: key }).message).to.include('encrypted');
    });

    it('does not take the content of a _FILE for a path', () => {
      const env = { ...TLS, KAFKA_SSL_CA_FILE: '/ca.pem' };
      const { message } = refused(env, [], files({ '/ca.pem': '/etc/other' }));
      expect(message).to.include('without PEM text');
    });
  });

  describe('settings that need each other', () => {
    const CASES: readonly (readonly [string, Readonly<Record<string, string>>, readonly string[]])[] = [
      [
        'SASL without its parts',
        { KAFKA_SECURITY_PROTOCOL: 'sasl_ssl' },
        ['KAFKA_SASL_MECHANISM', 'KAFKA_SASL_USERNAME', 'KAFKA_SASL_PASSWORD'],
      ],
      ['SASL on plaintext', { KAFKA_SASL_USERNAME: 'x' }, ['KAFKA_SASL_USERNAME']],
      ['certificates on plaintext', { KAFKA_SSL_CA: CERT }, ['KAFKA_SSL_CA']],
      ['a certificate without its key', { ...TLS, KAFKA_SSL_CERT: CERT }, ['KAFKA_SSL_KEY']],
      ['a key without its certificate', { ...TLS, KAFKA_SSL_KEY: KEY }, ['KAFKA_SSL_CERT']],
      [
        'a session time-out with KIP-848',
        { KAFKA_GROUP_PROTOCOL: 'consumer', KAFKA_SESSION_TIMEOUT_MS: '45000' },
        ['KAFKA_SESSION_TIMEOUT_MS'],
      ],
      ['a loop', { AUDIT_TOPIC: 'user.events' }, ['AUDIT_TOPIC']],
      [
        'an internal topic as output',
        { KAFKA_GROUP_ID: 'g', AUDIT_TOPIC: 'g.user.events.dlq' },
        ['AUDIT_TOPIC'],
      ],
      ['a loop of another topology', { ALERTS_TOPIC: 'user.events' }, ['ALERTS_TOPIC']],
      [
        'an internal topic as a source',
        { KAFKA_GROUP_ID: 'g', SOURCE_TOPICS: 'a,g.a.dlq' },
        ['SOURCE_TOPICS'],
      ],
      ['a name too long', { KAFKA_GROUP_ID: 'g'.repeat(240) }, ['KAFKA_GROUP_ID']],
      [
        'a name too long for a retry topic only',
        { KAFKA_GROUP_ID: 'g'.repeat(221), RETRY_TIERS: '5s,603999999ms' },
        ['KAFKA_GROUP_ID'],
      ],
      ['a commit that outlives its transaction', { COMMIT_INTERVAL_MS: '8000' }, ['TRANSACTION_TIMEOUT_MS']],
      ['more slots than credit', { MAX_UNCOMMITTED: '63' }, ['MAX_UNCOMMITTED']],
      [
        'a buffer smaller than a record',
        { TASK_MAX_BUFFER_MB: '1', MAX_MESSAGE_BYTES: '2000000' },
        ['TASK_MAX_BUFFER_MB'],
      ],
      ['a tier beyond its retention', { RETRY_TIERS: '7d' }, ['RETENTION_RETRY']],
    ];
    for (const [what, env, settings] of CASES) {
      it(`refuses ${what}`, () => {
        expect(refused({ ...BROKERS, ...env }).problems.map(({ setting }) => setting)).to.deep.equal(
          settings,
        );
      });
    }

    it('does not judge a setting by another one that is itself wrong', () => {
      const { problems } = refused({ ...BROKERS, KAFKA_SECURITY_PROTOCOL: 'tls', KAFKA_SSL_CA: CERT });
      expect(problems.map(({ setting }) => setting)).to.deep.equal(['KAFKA_SECURITY_PROTOCOL']);
    });

    it('accepts a name that is as long as the names of its topics allow', () => {
      load({ ...BROKERS, KAFKA_GROUP_ID: 'g'.repeat(221) });
      load({ ...BROKERS, KAFKA_GROUP_ID: 'g'.repeat(219), RETRY_TIERS: '5s,603999999ms' });
    });

    it('accepts parking, with tiers and without', () => {
      const { settings } = load({ ...BROKERS, DLQ_POLICY: 'Park', RETRY_TIERS: '' });
      expect(settings.deadLetters.policy).to.equal('park');
      expect(load({ ...BROKERS, DLQ_POLICY: 'park' }).warnings).to.deep.equal([]);
    });

    it('accepts a long commit interval without transactions', () => {
      load({ ...BROKERS, COMMIT_INTERVAL_MS: '8000', PROCESSING_GUARANTEE: 'at_least_once' });
    });
  });

  describe('warnings', () => {
    it('warns of a variable that is nearly one of ours, and of no other', () => {
      const { warnings } = load({
        ...BROKERS,
        KAFKA_GROUPID: 'x',
        KAKFA_BROKERS: 'x',
        KAFKA_SASL_PASSWORD_FLIE: 'x',
        HTTP_PROXY: 'x',
        PATH: 'x',
        KAFKA_PORT: 'x',
        LOGLEVEL: 'x',
        npm_config_cache: 'x',
      });
      expect(warnings).to.deep.equal([
        'KAFKA_GROUPID is no setting and is not read; KAFKA_GROUP_ID is.',
        'KAKFA_BROKERS is no setting and is not read; KAFKA_BROKERS is.',
        'KAFKA_SASL_PASSWORD_FLIE is no setting and is not read; KAFKA_SASL_PASSWORD_FILE is.',
      ]);
    });

    it('warns of commits that are so frequent that the client leaks noticeably', () => {
      expect(load({ ...BROKERS, COMMIT_INTERVAL_MS: '20' }).warnings.join()).to.include('COMMIT_INTERVAL_MS');
    });

    it('warns of a patience that the time-out of an attempt ends first', () => {
      const patient = { ...BROKERS, EMISSION_PATIENCE_MS: '500' };
      expect(
        load({ ...patient, ATTEMPT_TIMEOUT_MS: '501', DIRECTORY_TIMEOUT_MS: '1' }).warnings,
      ).to.deep.equal([]);
      const { warnings } = load({ ...patient, ATTEMPT_TIMEOUT_MS: '500', DIRECTORY_TIMEOUT_MS: '1' });
      expect(warnings).to.have.length(1);
      expect(warnings[0]).to.include('EMISSION_PATIENCE_MS').and.to.include('ATTEMPT_TIMEOUT_MS');
    });

    it('warns of a buffer of which one key may not hold a largest record', () => {
      const { warnings } = load({ ...BROKERS, TASK_MAX_BUFFER_MB: '3' });
      expect(warnings).to.have.length(1);
      expect(warnings[0]).to.include('TASK_MAX_BUFFER_MB').and.to.include('MAX_MESSAGE_BYTES');
      expect(load({ ...BROKERS, TASK_MAX_BUFFER_MB: '4' }).warnings).to.deep.equal([]);
    });
  });
});
