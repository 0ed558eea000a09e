/** Nothing of a record, of an answer or of a secret setting is in the log, whatever fails and at whatever level. */
import { readFileSync } from 'node:fs';
import { expect } from 'chai';
import { describeSettings } from '../../../config/describe.js';
import { loadSettings } from '../../../config/load.js';
import {
  Consumed,
  NotRetryableError,
  Produced,
  RetryableError,
  Serdes,
  StreamsBuilder,
  type TopologyConfig,
} from '../../../src/index.js';
import { createLogger } from '../../../src/observability/logger.js';
import { RepeatLimit } from '../../../src/observability/repeat-limit.js';
import { AuthorError } from '../../../src/record/author-error.js';
import { TestRecord, TopologyTestDriver } from '../../../src/testing.js';
import { VirtualClock } from '../../../src/testing/virtual-clock.js';
import { buildTopology } from '../../../topology/user-audit/topology.js';

const SECRET = 'hunter2';
const TEXT = Serdes.string();

const capture = () => {
  let text = '';
  const destination = { write: (line: string) => void (text += line) };
  const logger = createLogger({ level: 'trace', pretty: false, destination });
  return { logger: new RepeatLimit(logger, new VirtualClock()), pino: logger, text: () => text };
};

/** An error as careless code throws it: the value in its text, its name, its code, its causes and in a line like a frame. */
const careless = (value: string): Error => {
  const text = `bad value ${value}\n    at ${value} (x.js:1:1)`;
  const error = new TypeError(text, { cause: new Error(text, { cause: value }) });
  return Object.assign(error, { name: `${value} is no name`, code: `code ${value}`, reason: value });
};

type Where = 'process' | 'reject' | 'punctuate' | 'close' | 'serde' | 'none';

const driverOf = (where: Where, logger: RepeatLimit, config: TopologyConfig = {}) => {
  const builder = new StreamsBuilder(config);
  let seen = '';
  builder
    .stream('in', Consumed.with(TEXT, TEXT))
    .process<string, string>(() => ({
      init: (context) => {
        context.schedule(1000, 'wall-clock-time', () => {
          if (where === 'punctuate') throw careless(seen);
        });
      },
      process: (record, context) => {
        seen = record.value;
        if (where === 'process') throw careless(record.value);
        if (where === 'reject') return Promise.reject(careless(record.value));
        context.forward(record);
        return undefined;
      },
      close: () => {
        if (where === 'close') throw careless(seen);
      },
    }))
    .to(
      'out',
      Produced.with(TEXT, {
        serialize: (value: string) => {
          if (where === 'serde') throw careless(value);
          return Buffer.from(value);
        },
        deserialize: () => '',
      }),
    );
  const driver = new TopologyTestDriver(builder.build(), {
    logger,
    config: { retryImmediate: 0, retryTiers: [1000] },
  });
  return { driver, input: driver.createInputTopic('in', TEXT, TEXT) };
};

const secretRecord = (): TestRecord<string, string> =>
  new TestRecord(`key ${SECRET}`, `value ${SECRET}`, [{ name: 'authorization', value: SECRET }]);

describe('the log of the engine, at trace', () => {
  for (const where of ['process', 'reject', 'punctuate', 'close', 'serde', 'none'] as const) {
    for (const response of [undefined, 'dead-letter', 'retry', 'fail'] as const) {
      it(`holds nothing of a record: ${where} fails, handlers say ${response ?? 'nothing'}`, async () => {
        const { logger, text } = capture();
        const config: TopologyConfig =
          response === undefined
            ? {}
            : {
                processingExceptionHandler: () => response,
                productionExceptionHandler: () => (response === 'retry' ? 'dead-letter' : response),
              };
        const { driver, input } = driverOf(where, logger, config);
        await input.pipeInput(secretRecord()).catch(() => undefined);
        await driver.advanceWallClockTime(1000).catch(() => undefined);
        await driver.advanceWallClockTime(60_000).catch(() => undefined);
        await driver.rebalance().catch(() => undefined);
        await driver.close().catch(() => undefined);
        logger.flush();
        expect(text()).to.include('task is running').and.not.to.include(SECRET);
        if (where === 'punctuate') expect(text()).to.include('A punctuation of ');
        if (where === 'process' && response === 'fail') expect(text()).to.include('the session is over');
      });
    }
  }

  it('holds nothing of what an error handler throws, nor of events and answers of the directory', async () => {
    const { logger, text } = capture();
    const { driver, input } = driverOf('process', logger, {
      processingExceptionHandler: (_context, { message }) => {
        throw careless(message);
      },
    });
    await input.pipeInput(secretRecord()).catch(() => undefined);
    await driver.close().catch(() => undefined);
    const settings = {
      applicationId: 'test',
      sourceTopics: ['user.events'],
      auditTopic: 'system.audit',
      schemasStrict: true,
      directory: undefined,
    };
    const answers = [careless(SECRET), new RetryableError('down', 'away', { cause: careless(SECRET) })];
    const topology = buildTopology(settings, {
      actorOf: () => Promise.reject(answers.pop() ?? new NotRetryableError('refused', 'never')),
    });
    const audit = new TopologyTestDriver(topology, { logger, config: { retryTiers: [1000] } });
    const events = audit.createInputTopic('user.events', TEXT, TEXT);
    const user = {
      userId: '0b8f3c9e-6f0a-4d63-9d5b-6a3a0f9d2c11',
      userType: SECRET,
      email: `${SECRET}@example.org`,
      timestamp: '2026-02-03T04:05:06Z',
      metadata: { source: SECRET, correlationId: '7f3c1f5e-2b1a-4c55-8f0a-6a1a0f9d2c11' },
    };
    const typed = [{ name: 'ce_type', value: 'user.registered' }];
    for (const value of [
      JSON.stringify(user),
      JSON.stringify({ ...user, [SECRET]: 1 }),
      `{${SECRET}`,
      SECRET,
    ])
      await events.pipeInput(new TestRecord(SECRET, value, typed));
    await audit.advanceWallClockTime(1000);
    await audit.advanceWallClockTime(1000);
    expect(audit.deadLetters().length).to.be.greaterThan(2);
    await audit.close();
    logger.flush();
    expect(text()).not.to.include(SECRET);
  });

  it('holds no secret setting when the service starts', () => {
    const { pino, text } = capture();
    const loaded = loadSettings({
      env: {
        KAFKA_BROKERS: 'b:9092',
        KAFKA_SECURITY_PROTOCOL: 'sasl_plaintext',
        KAFKA_SASL_MECHANISM: 'PLAIN',
        KAFKA_SASL_USERNAME: 'u',
        KAFKA_SASL_PASSWORD: SECRET,
      },
      argv: [],
      readFile: (path) => readFileSync(path, 'utf8'),
    });
    pino.info({ settings: describeSettings(loaded) }, 'starting');
    expect(text()).to.include('KAFKA_SASL_USERNAME').and.not.to.include(SECRET);
  });

  it('holds nothing of an error that nobody has caught, and says where it came from', () => {
    const { pino, text } = capture();
    pino.level = 'info';
    for (const thrown of [careless(SECRET), SECRET, new Error(SECRET)])
      pino.fatal({ err: new AuthorError('nobody has caught', thrown) }, 'ends');
    expect(text()).not.to.include(SECRET);
    expect(text()).to.match(/"cause":\{[^}]*"stack":"at /);
  });
});
