import { expect } from 'chai';
import {
  Consumed,
  type FixedKeyProcessor,
  NotRetryableError,
  Produced,
  RetryableError,
  type Serde,
  type SerdeContext,
  Serdes,
  StreamsBuilder,
} from '../../../src/index.js';
import { NO_HEADERS, type ConsumedRecord, type ProducedRecord } from '../../../src/record/record.js';
import { epochMs, partition } from '../../../src/record/units.js';
import { consumed, deferred, processorOf, runOf, taskProcessorOf, textOf } from './support.js';

const STRINGS = Consumed.with(Serdes.string(), Serdes.string());
const AS_STRING = Produced.with(Serdes.string(), Serdes.string());

/** What a synchronous run has written. */
const sync = (
  outputs: readonly ProducedRecord[] | Promise<readonly ProducedRecord[]>,
): readonly ProducedRecord[] => {
  if (outputs instanceof Promise) throw new Error('a promise where none was needed');
  return outputs;
};

const passThrough = (fields: Partial<ConsumedRecord>, partitions: Readonly<Record<string, number>> = {}) => {
  const builder = new StreamsBuilder();
  builder.stream('in', Consumed.with(Serdes.bytes(), Serdes.bytes())).to('out');
  const run = runOf(consumed(fields), { partitionCount: (topic) => partitions[topic] ?? 3 });
  const [output] = sync(processorOf(builder.build())(run));
  if (output === undefined) throw new Error('nothing was written');
  return output;
};

describe('a sub-topology of synchronous functions', () => {
  it('answers without a promise, with the outputs in forward order', () => {
    const builder = new StreamsBuilder();
    const stream = builder.stream('in', STRINGS);
    const seen: string[] = [];
    stream.mapValues((value, key) => `${key}=${value}`).to('first', AS_STRING);
    stream.filter((_key, value) => value !== 'v').to('filtered');
    stream
      .filterNot((_key, value) => value !== 'v')
      .peek((key, value) => void seen.push(key, value))
      .to('second');
    expect(textOf(sync(processorOf(builder.build())(runOf(consumed()))))).to.deep.equal([
      'first:k=v',
      'second:v',
    ]);
    expect(seen).to.deep.equal(['k', 'v']);
  });

  it('throws what a function throws, as it is', () => {
    const builder = new StreamsBuilder();
    const stream = builder.stream('in', STRINGS);
    stream.to('out');
    const outage = new RetryableError('outage', 'the directory is down');
    stream.peek(() => {
      throw outage;
    });
    expect(() => processorOf(builder.build())(runOf(consumed()))).to.throw(outage);
  });

  it('refuses a record of a topic that it does not read', () => {
    const builder = new StreamsBuilder();
    builder.stream('in', STRINGS);
    const process = processorOf(builder.build());
    expect(() => process(runOf(consumed({ topic: 'other' })))).to.throw('does not read other');
  });
});

describe('an output', () => {
  it('keeps key bytes, timestamp and, with equally many partitions, the partition', () => {
    const key = Buffer.from([0xff, 0, 0xfe]);
    const output = passThrough({ key });
    expect(output.key).to.equal(key);
    expect(output.partition).to.equal(2);
    expect(output.timestamp).to.equal(1000);
  });

  it('is left to the partitioner where the partition counts differ', () => {
    expect(passThrough({}, { out: 6 }).partition).to.equal(null);
  });

  it('keeps a null key and its partition', () => {
    const output = passThrough({ key: null });
    expect([output.key, output.partition]).to.deep.equal([null, 2]);
  });

  it('keeps a null value as null', () => {
    expect(passThrough({ value: null }).value).to.equal(null);
  });

  it('carries the headers of the input, those that are no text too', () => {
    const output = passThrough({
      headers: [
        { name: 'a', value: Buffer.from('1') },
        { name: 'b', value: Buffer.from([0xff]) },
      ],
    });
    expect(output.headers).to.deep.equal([
      { name: 'a', value: '1' },
      { name: 'x-lanes-binary-headers', value: '[[1,"b","/w=="]]' },
    ]);
  });

  it('has its key written anew by another key serde, and keeps the partition only for the same bytes', () => {
    const write = (keySerde: Serde<string>): ProducedRecord => {
      const builder = new StreamsBuilder();
      builder.stream('in', STRINGS).to('out', Produced.with(keySerde, Serdes.string()));
      const [output] = sync(processorOf(builder.build())(runOf(consumed())));
      if (output === undefined) throw new Error('nothing was written');
      return output;
    };
    const quoted = write(Serdes.json<string>());
    expect([quoted.key?.toString(), quoted.partition]).to.deep.equal(['"k"', null]);
    const same = write({ serialize: (data) => Buffer.from(data), deserialize: String });
    expect([same.key?.toString(), same.partition]).to.deep.equal(['k', 2]);
  });

  it('has the timestamp and the headers that a processor gave it, and nothing of the old headers', () => {
    const builder = new StreamsBuilder();
    builder
      .stream('in', STRINGS)
      .processValues<string>(() => ({
        process: (record, context) =>
          context.forward(
            record
              .withHeaders([{ name: 'id', value: '1' }])
              .withTimestamp(epochMs(9))
              .withValue('new'),
          ),
      }))
      .to('out', AS_STRING);
    const run = runOf(consumed({ headers: [{ name: 'old', value: Buffer.from('x') }] }));
    expect(sync(processorOf(builder.build())(run))).to.deep.equal([
      {
        topic: 'out',
        partition: 2,
        key: Buffer.from('k'),
        value: Buffer.from('new'),
        headers: [{ name: 'id', value: '1' }],
        timestamp: 9,
      },
    ]);
  });
});

describe('headers of the input', () => {
  it('are not asked for when nobody reads them', () => {
    const builder = new StreamsBuilder();
    builder
      .stream('in', STRINGS)
      .processValues<string>(() => ({
        process: (record, context) => context.forward(record.withHeaders([])),
      }))
      .to('out', AS_STRING);
    const record = consumed();
    Object.defineProperty(record, 'headers', {
      get: () => {
        throw new Error('the headers were built');
      },
    });
    expect(sync(processorOf(builder.build())(runOf(record)))).to.have.length(1);
  });
});

describe('a serde', () => {
  const failing = (thrown: unknown): Serde<string> => ({
    serialize: () => {
      throw thrown;
    },
    deserialize: () => {
      throw thrown;
    },
  });

  const failureOf = (read: Serde<string>, write: Serde<string>): unknown => {
    const builder = new StreamsBuilder();
    builder
      .stream('in', Consumed.with(Serdes.string(), read))
      .to('out', Produced.with(Serdes.string(), write));
    try {
      sync(processorOf(builder.build())(runOf(consumed())));
    } catch (error) {
      return error;
    }
    return undefined;
  };

  it('that cannot read makes a failure that is final, names the place, and quotes nothing', () => {
    const cause = new TypeError('secret');
    const failure = failureOf(failing(cause), Serdes.string());
    expect(failure).to.be.instanceOf(NotRetryableError).with.property('reason', 'deserialization');
    expect(failure).to.have.property('message', 'the value of in-2@7 could not be read: TypeError');
    expect(failure).to.have.property('cause', cause);
  });

  it('that cannot write makes a failure that is final', () => {
    const failure = failureOf(Serdes.string(), failing(new TypeError('secret')));
    expect(failure).to.be.instanceOf(NotRetryableError).with.property('reason', 'serialization');
    expect(failure).to.have.property(
      'message',
      'the value for out, made from in-2@7, could not be written: TypeError',
    );
  });

  it('that gives neither bytes nor a text nor null makes a failure that is final', () => {
    for (const given of [undefined, 5, {}]) {
      const writes: Serde<string> = { ...Serdes.string(), serialize: () => given as never };
      expect(failureOf(Serdes.string(), writes))
        .to.be.instanceOf(NotRetryableError)
        .with.property('reason', 'serialization');
    }
  });

  it('may give bytes that are no Buffer: they become one', () => {
    const builder = new StreamsBuilder();
    const bytes = Uint8Array.from([0, 1, 2, 3]).subarray(1, 3);
    const writes: Serde<string> = { ...Serdes.string(), serialize: () => bytes as never };
    builder
      .stream('in', Consumed.with(Serdes.string(), Serdes.string()))
      .to('out', Produced.with(Serdes.string(), writes));
    const [output] = sync(processorOf(builder.build())(runOf(consumed())));
    expect(output?.value).to.deep.equal(Buffer.from([1, 2]));
  });

  it('decides itself when it throws one of our errors', () => {
    const busy = new RetryableError('registry', 'the registry is down');
    expect(failureOf(failing(busy), Serdes.string())).to.equal(busy);
    expect(failureOf(Serdes.string(), failing(busy))).to.equal(busy);
  });

  it('is told topic, headers and whether it is the key, and may note the type', () => {
    const seen: unknown[] = [];
    const spy: Serde<string> = {
      serialize: (data, { topic, isKey, headers }) => {
        seen.push(['write', topic, isKey, headers.length]);
        return Buffer.from(data);
      },
      deserialize: (_data, context: SerdeContext) => {
        seen.push(['read', context.topic, context.isKey, context.headers.length]);
        context.noteType?.('user.auth');
        return 'x';
      },
    };
    const builder = new StreamsBuilder();
    builder.stream('in', Consumed.with(Serdes.string(), spy)).to('out');
    const types: string[] = [];
    const run = runOf(consumed({ headers: [{ name: 'a', value: null }] }), {
      noteType: (type) => types.push(type),
    });
    sync(processorOf(builder.build())(run));
    expect(seen).to.deep.equal([
      ['read', 'in', false, 1],
      ['write', 'out', false, 1],
    ]);
    expect(types).to.deep.equal(['user.auth']);
  });
});

describe('a sub-topology with asynchronous functions', () => {
  it('resolves with the same outputs, whichever function is asynchronous', async () => {
    const builder = new StreamsBuilder();
    builder
      .stream('in', STRINGS)
      .filter(async () => Promise.resolve(true))
      .filterNot(async () => Promise.resolve(false))
      .peek(async () => Promise.resolve())
      .mapValues(async (value) => Promise.resolve(value.length))
      .to('out', Produced.with(Serdes.string(), Serdes.json<number>()));
    expect(textOf(await processorOf(builder.build())(runOf(consumed())))).to.deep.equal(['out:1']);
  });

  it('keeps forward order: children after an asynchronous one wait for it', async () => {
    const builder = new StreamsBuilder();
    const stream = builder.stream('in', STRINGS);
    const slow = deferred<string>();
    const seen: string[] = [];
    stream.mapValues(() => slow.promise).to('slow', AS_STRING);
    stream.peek(() => void seen.push('fast')).to('fast');
    stream.mapValues(async (value) => Promise.resolve(value)).to('last', AS_STRING);
    const outputs = processorOf(builder.build())(runOf(consumed()));
    await Promise.resolve();
    expect(seen).to.deep.equal([]);
    slow.resolve('done');
    expect(textOf(await outputs)).to.deep.equal(['slow:done', 'fast:v', 'last:v']);
  });

  it('starts nothing more of an attempt that was given up', async () => {
    const builder = new StreamsBuilder();
    const slow = deferred<string>();
    const seen: string[] = [];
    const stream = builder.stream('in', STRINGS);
    stream.mapValues(() => slow.promise).peek(() => void seen.push('child'));
    stream.peek(() => void seen.push('sibling'));
    const abort = new AbortController();
    const outputs = processorOf(builder.build())(runOf(consumed(), { signal: abort.signal }));
    const reason = new RetryableError('attempt-timeout', 'too slow');
    abort.abort(reason);
    slow.resolve('late');
    const failure: unknown = await Promise.resolve(outputs).catch((error: unknown) => error);
    expect(failure).to.equal(reason);
    expect(seen).to.deep.equal([]);
  });

  it('keeps records that are under way together apart', async () => {
    const builder = new StreamsBuilder();
    const answers = new Map([
      ['a', deferred<string>()],
      ['b', deferred<string>()],
    ]);
    builder
      .stream('in', STRINGS)
      .processValues<string>(() => ({
        process: async (record, context) => {
          const answer = await answers.get(record.value)?.promise;
          context.forward(record.withValue(`${record.key}/${answer}/${context.idempotencyKey}`));
        },
      }))
      .to('out', AS_STRING);
    const process = processorOf(builder.build());
    const a = process(
      runOf(consumed({ key: Buffer.from('A'), value: Buffer.from('a'), partition: partition(0) })),
    );
    const b = process(
      runOf(consumed({ key: Buffer.from('B'), value: Buffer.from('b'), partition: partition(1) })),
    );
    answers.get('b')?.resolve('2');
    expect(textOf(await b)).to.deep.equal(['out:B/2/in-1-7']);
    answers.get('a')?.resolve('1');
    expect(textOf(await a)).to.deep.equal(['out:A/1/in-0-7']);
    expect((await b)[0]?.headers).to.deep.equal(NO_HEADERS);
  });
});

describe('the processors of a task', () => {
  const lifecycle = (broken: string): { readonly builder: StreamsBuilder; readonly calls: string[] } => {
    const calls: string[] = [];
    const builder = new StreamsBuilder();
    const act = (what: string): void => {
      calls.push(what);
      if (what === broken) throw new Error(`${what} is broken`);
    };
    const processor = (name: string) => (): FixedKeyProcessor<string, string, string> => ({
      init: (context) => act(`init ${name} ${context.taskId()}`),
      process: (record, context) => context.forward(record),
      close: async () => {
        await Promise.resolve();
        act(`close ${name}`);
      },
    });
    const stream = builder.stream('in', STRINGS);
    stream.processValues(processor('a')).processValues(processor('b')).processValues(processor('c'));
    return { builder, calls };
  };

  const taskOf = (builder: StreamsBuilder) => taskProcessorOf(builder.build());

  const failureOf = (promise: Promise<void>): Promise<unknown> =>
    promise.then(
      () => undefined,
      (error: unknown) => (error as Error).message,
    );

  it('are initialised downstream and closed upstream, once', async () => {
    const { builder, calls } = lifecycle('');
    const task = taskOf(builder);
    await task.init();
    await task.close();
    await task.close();
    expect(calls).to.deep.equal(['init a 0_2', 'init b 0_2', 'init c 0_2', 'close c', 'close b', 'close a']);
  });

  it('are closed again when one of them fails to start', async () => {
    const { builder, calls } = lifecycle('init c 0_2');
    expect(await failureOf(taskOf(builder).init())).to.equal('init c 0_2 is broken');
    expect(calls.slice(3)).to.deep.equal(['close b', 'close a']);
  });

  it('are all closed although one of them fails to', async () => {
    const { builder, calls } = lifecycle('close b');
    const task = taskOf(builder);
    await task.init();
    expect(await failureOf(task.close())).to.equal('close b is broken');
    expect(calls.at(-1)).to.equal('close a');
  });

  it('are not shared with other tasks', () => {
    let made = 0;
    const builder = new StreamsBuilder();
    builder.stream('in', STRINGS).processValues(() => {
      made += 1;
      return { process: () => undefined };
    });
    const topology = builder.build();
    made = 0;
    processorOf(topology);
    processorOf(topology);
    expect(made).to.equal(2);
  });
});
