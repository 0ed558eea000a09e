import { expect } from 'chai';
import type { KStream, TopologyConfig } from '../../../src/index.js';
import {
  Consumed,
  NotRetryableError,
  Produced,
  RetryableError,
  Serdes,
  StreamsBuilder,
} from '../../../src/index.js';
import { TopologyTestDriver } from '../../../src/testing.js';

const STRINGS = Consumed.with(Serdes.string(), Serdes.string());
const TEXT = Produced.with(Serdes.string(), Serdes.string());

type Build = (stream: KStream<string, string>) => void;

/** What comes out of `bad` and a good record behind it, under another key. */
const outcomeOf = async (
  config: TopologyConfig,
  build: Build,
  bad: Buffer = Buffer.from('bad'),
): Promise<{ outputs: readonly string[]; letters: readonly string[]; retries: number; error: unknown }> => {
  const builder = new StreamsBuilder(config);
  build(builder.stream('in', STRINGS));
  const driver = new TopologyTestDriver(builder.build(), { config: { retryImmediate: 0 } });
  const input = driver.createInputTopic('in', Serdes.string(), Serdes.bytes());
  const output = driver.createOutputTopic('out', Serdes.string(), Serdes.string());
  let error: unknown;
  try {
    await input.pipeInput('a', bad);
    await input.pipeInput('b', Buffer.from('good'));
  } catch (thrown) {
    error = thrown;
  }
  const outputs = output.readValuesToList();
  const letters = driver.deadLetters().map(({ reason }) => reason);
  const retries = driver.retries().length;
  await driver.close();
  return { outputs, letters, retries, error };
};

const failing =
  (error: () => Error, isAsync = false): Build =>
  (stream) =>
    stream
      .mapValues((value) => {
        if (value !== 'bad') return value;
        if (isAsync) return Promise.reject(error());
        throw error();
      })
      .to('out', TEXT);

const passing: Build = (stream) => stream.to('out');
const NO_UTF8 = Buffer.from([0xff]);
const plain = (): Error => new Error('a bug');

describe('a processing exception handler', () => {
  for (const isAsync of [false, true]) {
    const how = isAsync ? 'rejects' : 'throws';

    it(`that says resume drops the record whose function ${how}, and goes on`, async () => {
      const seen: unknown[] = [];
      const { outputs, letters, retries } = await outcomeOf(
        {
          processingExceptionHandler: ({ topic, offset, attempt, sourceRawKey }, { reason, cause }) => {
            seen.push([topic, offset, attempt, sourceRawKey?.toString(), reason, (cause as Error).message]);
            return 'resume';
          },
        },
        failing(plain, isAsync),
      );
      expect({ outputs, letters, retries }).to.deep.equal({ outputs: ['good'], letters: [], retries: 0 });
      expect(seen).to.deep.equal([['in', 0, 1, 'a', 'processing', 'a bug']]);
    });

    it(`that says dead-letter ends a record whose function ${how}, which would be retried`, async () => {
      const { letters, outputs } = await outcomeOf(
        { processingExceptionHandler: () => 'dead-letter' },
        failing(plain, isAsync),
      );
      expect([letters, outputs]).to.deep.equal([['processing'], ['good']]);
    });

    it(`that says retry retries a record whose function ${how}, which would be a dead letter`, async () => {
      const { letters, outputs, retries } = await outcomeOf(
        { processingExceptionHandler: () => 'retry' },
        failing(() => new NotRetryableError('final', 'never'), isAsync),
      );
      expect([letters, outputs, retries]).to.deep.equal([[], ['good'], 1]);
    });

    it(`that says fail ends everything when a function ${how}`, async () => {
      const { error, outputs } = await outcomeOf(
        { processingExceptionHandler: () => 'fail' },
        failing(plain, isAsync),
      );
      expect([String(error), outputs]).to.satisfy(
        ([text, out]: [string, readonly string[]]) => text.includes('a bug') && out.length === 0,
      );
    });
  }

  it('keeps how long a dependency wants to be left alone', async () => {
    const { retries } = await outcomeOf(
      { processingExceptionHandler: () => 'retry' },
      failing(() => new RetryableError('busy', 'later', { retryAfterMs: 5000 })),
    );
    expect(retries).to.equal(1);
  });

  it('that itself throws is taken for fail', async () => {
    const { error } = await outcomeOf(
      {
        processingExceptionHandler: () => {
          throw new Error('broken handler');
        },
      },
      failing(plain),
    );
    expect(String(error)).to.contain('an error handler has itself failed');
  });

  it('hears nothing of what another handler has judged', async () => {
    const seen: string[] = [];
    await outcomeOf(
      {
        deserializationExceptionHandler: () => 'dead-letter',
        processingExceptionHandler: () => (seen.push('processing'), 'resume'),
      },
      passing,
      NO_UTF8,
    );
    expect(seen).to.deep.equal([]);
  });
});

describe('a deserialization exception handler', () => {
  it('says what becomes of bytes that cannot be read; without one they are a dead letter', async () => {
    const said = async (response?: 'resume' | 'dead-letter') => {
      const config = response === undefined ? {} : { deserializationExceptionHandler: () => response };
      const { letters, outputs } = await outcomeOf(config, passing, NO_UTF8);
      return [letters, outputs];
    };
    expect(await said()).to.deep.equal([['deserialization'], ['good']]);
    expect(await said('dead-letter')).to.deep.equal([['deserialization'], ['good']]);
    expect(await said('resume')).to.deep.equal([[], ['good']]);
    const { error } = await outcomeOf({ deserializationExceptionHandler: () => 'fail' }, passing, NO_UTF8);
    expect(String(error)).to.contain('not valid UTF-8');
  });
});

describe('a production exception handler', () => {
  const unwritable: Build = (stream) => {
    stream
      .mapValues((value) => (value === 'bad' ? () => value : value))
      .to('out', Produced.with(Serdes.string(), Serdes.json()));
    stream.mapValues((value) => `${value}!`).to('out', TEXT);
  };
  const large: Build = (stream) => {
    stream.mapValues((value) => (value === 'bad' ? 'x'.repeat(3_000_000) : value)).to('out', TEXT);
    stream.mapValues((value) => `${value}!`).to('out', TEXT);
  };

  for (const [what, build, reason] of [
    ['that cannot be written', unwritable, 'serialization'],
    ['that is too large for its topic', large, 'output-too-large'],
  ] as const) {
    it(`that says resume leaves out the output ${what}, and no other`, async () => {
      const topics: string[] = [];
      const { letters, outputs } = await outcomeOf(
        { productionExceptionHandler: ({ outputTopic }) => (topics.push(outputTopic), 'resume') },
        build,
      );
      expect(outputs.filter((value) => value.startsWith('bad'))).to.deep.equal(['bad!']);
      expect([letters, topics]).to.deep.equal([[], ['out']]);
    });

    it(`without one, or when it says dead-letter, the record with an output ${what} has none`, async () => {
      for (const config of [{}, { productionExceptionHandler: () => 'dead-letter' as const }]) {
        const { letters, outputs } = await outcomeOf(config, build);
        expect(letters).to.deep.equal([reason]);
        expect(outputs.filter((value) => value.startsWith('bad'))).to.deep.equal([]);
      }
    });
  }
});

describe('an uncaught exception handler', () => {
  it('may have the session replaced: what failed is tried again', async () => {
    let failures = 0;
    const errors: string[] = [];
    const builder = new StreamsBuilder({
      processingExceptionHandler: () => 'fail',
      uncaughtExceptionHandler: ({ message }) => (errors.push(message), 'replace'),
    });
    failing(() => new Error(`failure ${(failures += 1)}`))(builder.stream('in', STRINGS));
    const driver = new TopologyTestDriver(builder.build());
    const input = driver.createInputTopic('in', Serdes.string(), Serdes.string());
    await input.pipeInput('a', 'bad').catch(() => undefined);
    await driver.advanceWallClockTime(60_000).catch(() => undefined);
    expect(errors.length).to.be.greaterThan(1);
    expect(errors[0]).to.contain('failure 1');
    await driver.close();
  });
});

describe('an answer of fail', () => {
  it('is heard also when the function that forwarded makes another error of it', async () => {
    const { error } = await outcomeOf({ productionExceptionHandler: () => 'fail' }, (stream) =>
      stream
        .processValues<unknown>(() => ({
          process: (record, context) => {
            try {
              context.forward(record.withValue(() => 'no JSON'));
            } catch {
              throw new RetryableError('wrapped', 'the processor makes its own of it');
            }
          },
        }))
        .to('out', Produced.with(Serdes.string(), Serdes.json())),
    );
    expect(String(error)).to.contain('no JSON form');
  });
});
