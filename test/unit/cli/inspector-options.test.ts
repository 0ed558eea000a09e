/** The inspector's client has the security that the service's has. */
import { expect } from 'chai';
import { loadSettings } from '../../../config/load.js';
import { inspectorError } from '../../../src/cli/cluster/inspector-errors.js';
import { inspectorOptions } from '../../../src/cli/cluster/inspector-options.js';
import { exitCodeOf } from '../../../src/cli/exit-code.js';

const pem = (what: string): string => `-----BEGIN ${what}-----\nAAAA\n-----END ${what}-----\n`;

const FILES: Readonly<Record<string, string>> = {
  '/ca.pem': pem('CERTIFICATE'),
  '/key.pem': pem('PRIVATE KEY'),
  '/password': 'hunter2\n',
};

const of = (env: Readonly<Record<string, string>>) => {
  const { settings } = loadSettings({
    env: { KAFKA_BROKERS: 'a:9092,b', ...env },
    argv: [],
    readFile: (path) => FILES[path] ?? '',
  });
  const { sasl, tls, tlsServerName } = inspectorOptions(settings, 'me', 1000);
  return { sasl, tls, tlsServerName };
};

const SASL = { KAFKA_SASL_MECHANISM: 'SCRAM-SHA-512', KAFKA_SASL_USERNAME: 'ann', KAFKA_SASL_PASSWORD: 'p' };
const NONE = { sasl: undefined, tls: undefined, tlsServerName: undefined };

describe('the options of the inspector’s client', () => {
  it('are the brokers and the time that there is', () => {
    const { settings } = loadSettings({ env: { KAFKA_BROKERS: 'a:9092,b' }, argv: [], readFile: () => '' });
    expect(inspectorOptions(settings, 'me', 1000)).to.deep.include({
      clientId: 'me',
      bootstrapBrokers: ['a:9092', 'b'],
      connectTimeout: 1000,
      timeout: 1000,
      autocreateTopics: false,
    });
  });

  it('have neither for plaintext', () => {
    expect(of({})).to.deep.equal(NONE);
  });

  it('have TLS for ssl, certificates from PEM text or files, and always check the broker', () => {
    expect(of({ KAFKA_SECURITY_PROTOCOL: 'ssl' })).to.deep.equal({
      ...NONE,
      tls: { rejectUnauthorized: true },
      tlsServerName: true,
    });
    const files = {
      KAFKA_SECURITY_PROTOCOL: 'ssl',
      KAFKA_SSL_CA: '/ca.pem',
      KAFKA_SSL_CERT: pem('CERTIFICATE'),
      KAFKA_SSL_KEY_FILE: '/key.pem',
    };
    const { tls } = of(files);
    expect(tls).to.deep.include({ rejectUnauthorized: true });
    for (const [name, what] of [
      ['ca', 'CERTIFICATE'],
      ['cert', 'CERTIFICATE'],
      ['key', 'PRIVATE KEY'],
    ] as const)
      expect(tls?.[name]).to.be.a('string').that.includes(`BEGIN ${what}`);
  });

  for (const mechanism of ['PLAIN', 'SCRAM-SHA-256', 'SCRAM-SHA-512'])
    it(`have ${mechanism} with and without TLS`, () => {
      const sasl = { mechanism, username: 'ann', password: 'p' };
      const env = { ...SASL, KAFKA_SASL_MECHANISM: mechanism };
      expect(of({ ...env, KAFKA_SECURITY_PROTOCOL: 'sasl_plaintext' })).to.deep.equal({ ...NONE, sasl });
      expect(of({ ...env, KAFKA_SECURITY_PROTOCOL: 'sasl_ssl' })).to.deep.equal({
        sasl,
        tls: { rejectUnauthorized: true },
        tlsServerName: true,
      });
    });

  it('have a password from a file', () => {
    const { KAFKA_SASL_PASSWORD: _, ...rest } = SASL;
    const { sasl } = of({
      ...rest,
      KAFKA_SECURITY_PROTOCOL: 'sasl_plaintext',
      KAFKA_SASL_PASSWORD_FILE: '/password',
    });
    expect(sasl?.password).to.equal('hunter2');
  });
});

describe('an error of the inspector’s client', () => {
  const refused = Object.assign(new Error('Not authorized.'), {
    apiId: 'TOPIC_AUTHORIZATION_FAILED',
    apiCode: 29,
  });
  const wrapped = new AggregateError([new AggregateError([refused], 'inner')], 'outer');

  it('says what caused it and what now, and ends with 3', () => {
    const error = inspectorError('describing topics', 'a:9092', wrapped);
    expect(error.message)
      .to.include('describing topics (a:9092) failed: TOPIC_AUTHORIZATION_FAILED: Not authorized.')
      .and.include('have the right');
    expect([error.code, exitCodeOf(error)]).to.deep.equal([29, 3]);
    const away = inspectorError('connecting', 'a:9092', new AggregateError([new Error('ECONNREFUSED')], 'x'));
    expect(away.message).to.include('ECONNREFUSED').and.include('KAFKA_BROKERS');
    expect(exitCodeOf(away)).to.equal(3);
  });

  it('that is a KafkaError already stays as it is', () => {
    const error = inspectorError('a', 'b', wrapped);
    expect(inspectorError('c', 'd', error)).to.equal(error);
  });
});
