import { expect } from 'chai';
import { createLogger } from '../../../src/observability/logger.js';
import type { LogLevel, ServiceLogger } from '../../../src/observability/logger.js';
import type { Logger } from '../../../src/ports/logger.js';
import { KafkaError } from '../../../src/ports/kafka-error.js';
import { NotRetryableError } from '../../../src/record/record-error.js';

const capture = (level: LogLevel, pretty = false): { logger: ServiceLogger; text: () => string } => {
  let written = '';
  const destination = {
    write: (line: string) => {
      written += line;
    },
  };
  const logger = createLogger({ level, pretty, destination, base: { group: 'g' } });
  return { logger, text: () => written };
};

const only = (text: string): Readonly<Record<string, unknown>> =>
  JSON.parse(text) as Readonly<Record<string, unknown>>;

describe('the log', () => {
  it('is one JSON object per line, with level as a word, ISO time and base', () => {
    const { logger, text } = capture('info');
    const port: Logger = logger;
    port.info({ place: 'user.events-0@5' }, 'hello');
    const line = only(text());
    expect(line).to.include({ level: 'info', msg: 'hello', place: 'user.events-0@5', group: 'g' });
    expect(line['time']).to.match(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/);
  });

  it('leaves out what is below its level', () => {
    const { logger, text } = capture('warn');
    logger.info({}, 'no');
    expect(text()).to.equal('');
    logger.warn({}, 'yes');
    expect(text()).to.include('yes');
  });

  it('shows an error with code, kind, reason and the chain of its causes, without stacks', () => {
    const { logger, text } = capture('info');
    const cause = new NotRetryableError('schema-violation', '/metadata required');
    const error = new KafkaError('fenced', 22, 'fenced', { cause });
    logger.error({ error }, 'failed');
    expect(only(text())['error']).to.deep.equal({
      type: 'KafkaError',
      message: 'fenced',
      code: 22,
      kind: 'fenced',
      cause: { type: 'NotRetryableError', message: '/metadata required', reason: 'schema-violation' },
    });
    expect(text()).not.to.include('.js:').and.not.to.include('.ts:');
  });

  it('shows the stack at debug', () => {
    const { logger, text } = capture('debug');
    logger.error({ err: new Error('x') }, 'failed');
    expect(only(text())).to.have.nested.property('err.stack').that.matches(/^at /);
  });

  it('bounds the chain of causes, also a circular one', () => {
    const { logger, text } = capture('info');
    const error = new Error('round');
    error.cause = error;
    logger.error({ error }, 'failed');
    expect(text().match(/"round"/g)).to.have.length(6);
  });

  it('withholds the message of a JSON error, which quotes the record, at every level', () => {
    for (const level of ['info', 'debug'] as const) {
      const { logger, text } = capture(level);
      try {
        JSON.parse('{"email": hunter2@example.org}');
      } catch (cause) {
        logger.error({ error: new Error('bad value', { cause }) }, 'failed');
      }
      expect(text()).to.include('bad value').and.not.to.include('hunter2');
    }
  });

  it('withholds a thrown value that is no error', () => {
    const { logger, text } = capture('info');
    logger.error({ error: 'hunter2' }, 'failed');
    expect(text()).not.to.include('hunter2');
  });

  it('redacts fields that hold personal data or secrets, at the top and one level down', () => {
    const { logger, text } = capture('info');
    const personal = { key: 'hunter2', value: 'hunter2', email: 'hunter2', headers: { a: 'hunter2' } };
    logger.info({ ...personal, record: personal, settings: { saslPassword: 'hunter2' } }, 'x');
    expect(text()).to.include('[redacted]').and.not.to.include('hunter2');
  });

  it('is readable text for a terminal, redacted all the same', () => {
    const { logger, text } = capture('info', true);
    logger.warn({ place: 'user.events-0@5', key: 'hunter2' }, 'hello');
    expect(text())
      .to.match(/WARN.*hello/)
      .and.to.include('user.events-0@5')
      .and.not.to.include('hunter2');
  });
});
