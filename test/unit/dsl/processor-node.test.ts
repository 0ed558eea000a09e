import { expect } from 'chai';
import {
  Consumed,
  type FixedKeyProcessor,
  type FixedKeyProcessorContext,
  type FixedKeyRecord,
  type KStream,
  Produced,
  Serdes,
  StreamsBuilder,
} from '../../../src/index.js';
import type { RunRecord } from './support.js';
import { consumed, deferred, processorOf, runOf, textOf } from './support.js';

type Process = FixedKeyProcessor<string, string, string>['process'];
type Context = FixedKeyProcessorContext<string, string>;

const through = (
  process: Process,
  then: (stream: KStream<string, string>) => void = (stream) =>
    stream.to('out', Produced.with(Serdes.string(), Serdes.string())),
): RunRecord => {
  const builder = new StreamsBuilder();
  then(
    builder.stream('in', Consumed.with(Serdes.string(), Serdes.string())).processValues(() => ({ process })),
  );
  return processorOf(builder.build());
};

const failureOf = async (run: () => unknown): Promise<unknown> => {
  try {
    await run();
  } catch (error) {
    return error instanceof Error ? error.message : error;
  }
  return 'no failure';
};

describe('a processor', () => {
  it('forwards any number of values, in order, under the key it was given', () => {
    const process = through((record, context) => {
      context.forward(record.withValue('1'));
      context.forward(record.withValue('2'));
    });
    expect(textOf(process(runOf(consumed())) as never)).to.deep.equal(['out:1', 'out:2']);
  });

  it('knows the place, the attempt, the time and the abort signal of its record', async () => {
    let seen: unknown;
    const run = runOf(consumed(), { attempt: 3 });
    const process = through((_record, context) => {
      const { attempt, idempotencyKey, signal } = context;
      seen = [
        attempt,
        idempotencyKey,
        signal,
        context.taskId(),
        context.currentSystemTimeMs(),
        context.recordMetadata(),
      ];
    });
    await process(run);
    expect(seen).to.deep.equal([
      3,
      'in-2-7',
      run.signal,
      '0_2',
      5000,
      { topic: 'in', partition: 2, offset: 7 },
    ]);
  });

  it('makes its later forwards wait for what an earlier one does asynchronously', async () => {
    const slow = deferred<string>();
    const process = through(
      (record, context) => {
        context.forward(record.withValue('slow'));
        context.forward(record.withValue('fast'));
      },
      (stream) =>
        stream
          .mapValues((value) => (value === 'slow' ? slow.promise : value))
          .to('out', Produced.with(Serdes.string(), Serdes.string())),
    );
    const outputs = process(runOf(consumed()));
    slow.resolve('slow, at last');
    expect(textOf(await outputs)).to.deep.equal(['out:slow, at last', 'out:fast']);
  });

  it('fails with its child, and forwards nothing after that, even when it catches the error', async () => {
    const seen: string[] = [];
    const process = through(
      (record, context) => {
        for (const value of ['1', '2', '3']) {
          try {
            context.forward(record.withValue(value));
          } catch {
            // What a careless processor does.
          }
        }
      },
      (stream) =>
        stream.peek((_key, value) => {
          seen.push(value);
          if (value === '2') throw new Error('two is refused');
        }),
    );
    expect(await failureOf(() => process(runOf(consumed())))).to.equal('two is refused');
    expect(seen).to.deep.equal(['1', '2']);
  });

  it('fails with an asynchronous child, and later forwards do not run', async () => {
    const seen: string[] = [];
    const process = through(
      (record, context) => {
        context.forward(record.withValue('1'));
        context.forward(record.withValue('2'));
      },
      (stream) =>
        stream.peek(async (_key, value) => {
          seen.push(value);
          await Promise.resolve();
          throw new Error(`${value} is refused`);
        }),
    );
    expect(await failureOf(() => process(runOf(consumed())))).to.equal('1 is refused');
    expect(seen).to.deep.equal(['1']);
  });

  for (const [how, fail] of [
    [
      'throws',
      () => {
        throw new Error('process failed');
      },
    ],
    ['rejects', () => Promise.reject(new Error('process failed'))],
  ] as const) {
    it(`that ${how} ends only after what it had forwarded has ended`, async () => {
      const slow = deferred<undefined>();
      let ended = false;
      const process = through(
        (record, context) => {
          context.forward(record);
          return fail();
        },
        (stream) => stream.peek(() => slow.promise),
      );
      const failure = failureOf(() => process(runOf(consumed()))).finally(() => (ended = true));
      for (let turn = 0; turn < 10; turn += 1) await Promise.resolve();
      expect(ended).to.equal(false);
      slow.resolve(undefined);
      expect(await failure).to.equal('process failed');
    });
  }

  it('may not forward once its record has ended', async () => {
    const kept: { context: Context; record: FixedKeyRecord<string, string> }[] = [];
    const process = through((record, context) => void kept.push({ context, record }));
    expect(await process(runOf(consumed()))).to.deep.equal([]);
    expect(() => kept.forEach(({ context, record }) => context.forward(record))).to.throw(
      'forward() came after process() had ended (in-2@7)',
    );
  });

  it('may not forward once its attempt was given up', async () => {
    const seen: string[] = [];
    const slow = deferred<undefined>();
    const process = through(
      async (record, context) => {
        await slow.promise;
        context.forward(record);
      },
      (stream) => stream.peek((_key, value) => void seen.push(value)),
    );
    const abort = new AbortController();
    const failure = failureOf(() => process(runOf(consumed(), { signal: abort.signal })));
    abort.abort(new Error('too slow'));
    slow.resolve(undefined);
    expect(await failure).to.equal('too slow');
    expect(seen).to.deep.equal([]);
  });

  it('of an attempt that was overtaken has an aborted signal, its own attempt, and may not forward', async () => {
    const slow = deferred<undefined>();
    const seen: unknown[] = [];
    const process = through(async (record, context) => {
      if (context.attempt > 1) return;
      await slow.promise;
      seen.push(context.attempt, context.signal.aborted);
      context.forward(record);
    });
    const run = { ...runOf(consumed()), attempt: 1 };
    const failure = failureOf(() => process(run));
    run.attempt = 2;
    await process(run);
    slow.resolve(undefined);
    expect(await failure).to.equal('a later attempt of the same record has begun');
    expect(seen).to.deep.equal([1, true]);
  });

  it('may not forward a record that it kept from another key', async () => {
    let kept: FixedKeyRecord<string, string> | undefined;
    const process = through((record, context) => {
      kept ??= record;
      context.forward(kept);
    });
    await process(runOf(consumed({ key: Buffer.from('a') })));
    expect(await failureOf(() => process(runOf(consumed({ key: Buffer.from('b') }))))).to.equal(
      'processValues cannot change the key (in-2@7)',
    );
    expect(await failureOf(() => process(runOf(consumed({ key: Buffer.from('a') }))))).to.equal('no failure');
  });

  it('reads and writes headers as bytes or as text', () => {
    const process = through((record, context) => {
      const copy = record.withHeaders([
        { name: 'text', value: 'é' },
        { name: 'cut', value: 'a\0b' },
      ]);
      expect(copy.headers[0]?.value).to.deep.equal(Buffer.from('é'));
      context.forward(copy.withHeaders([...copy.headers, { name: 'bytes', value: Buffer.from([0xc3]) }]));
    });
    const [output] = process(runOf(consumed())) as never as { headers: unknown }[];
    expect(output?.headers).to.deep.equal([
      { name: 'text', value: 'é' },
      { name: 'x-lanes-binary-headers', value: '[[1,"cut","YQBi"],[2,"bytes","ww=="]]' },
    ]);
  });

  it('looks at every header anew, though one before it was written as it stands', () => {
    const header = { name: 'a', value: 'b' };
    const process = through((record, context) => context.forward(record.withHeaders([header])));
    const written = (): unknown => {
      const [output] = process(runOf(consumed())) as never as { headers: { name: string }[] }[];
      return output?.headers.map(({ name }) => name);
    };
    expect(written()).to.deep.equal(['a']);
    expect(written()).to.deep.equal(['a']);
    header.value = 'a\0b';
    expect(written()).to.deep.equal(['x-lanes-binary-headers']);
    header.value = 'b';
    header.name = 'x-lanes-mine';
    expect(written()).to.deep.equal(['x-lanes-binary-headers']);
  });
});
