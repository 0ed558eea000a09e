import { producedOf } from '../../../src/record/output-record.js';
import { expect } from 'chai';
import {
  Branched,
  Consumed,
  type KStream,
  type KTable,
  Materialized,
  Named,
  Printed,
  Produced,
  type ProducedRecord,
  Serdes,
  StreamsBuilder,
  TimeWindows,
} from '../../../src/index.js';
import type { ConsumedRecord } from '../../../src/record/record.js';
import { murmur2, partitionForKey } from '../../../src/record/murmur2.js';
import { TaskStores } from '../../../src/state/task-stores.js';
import { consumed, deferred, processorOf, runOf, taskProcessorOf } from './support.js';

const STRING = Serdes.string();
const AS_STRINGS = Produced.with(STRING, STRING);

type Strings = KStream<string, string>;

/** Records one after the other, what each has put into stores being decided before the next one. */
const decided = (builder: StreamsBuilder) => {
  const topology = builder.build();
  const stores = new TaskStores(topology.subtopologies[0]?.stores.map(({ name }) => name) ?? []);
  const { process } = taskProcessorOf(topology, stores);
  return async (fields: Partial<ConsumedRecord>): Promise<readonly string[]> => {
    const { outputs, changes } = await process(runOf(consumed(fields)));
    for (const change of changes) stores.apply(change);
    return shown(outputs.map(producedOf));
  };
};

const shown = (outputs: readonly ProducedRecord[]): readonly string[] =>
  outputs.map(({ topic, key, value }) => `${topic}:${String(key)}=${String(value)}`);

const runOn = (write: (stream: Strings) => void) => {
  const builder = new StreamsBuilder();
  write(builder.stream('in', Consumed.with(STRING, STRING)));
  return processorOf(builder.build());
};

/** What is written for one record `k`, `a b`: synchronously. */
const outputsOf = (write: (stream: Strings) => void): readonly string[] => {
  const outputs = runOn(write)(runOf(consumed({ value: Buffer.from('a b') })));
  if (outputs instanceof Promise) throw new Error('a promise where none was needed');
  return shown(outputs.map(producedOf));
};

const laterOf = async (write: (stream: Strings) => void): Promise<readonly string[]> => {
  const outputs = runOn(write)(runOf(consumed({ value: Buffer.from('a b') })));
  expect(outputs).to.be.instanceOf(Promise);
  return shown(await outputs);
};

const words = (value: string): readonly string[] => value.split(' ');

describe('operators without state', () => {
  const cases: readonly (readonly [string, (stream: Strings, isLate: boolean) => Strings, ...string[]])[] = [
    ['map', (on, late) => on.map(as(late, (key, value) => [value, key])), 'out:a b=k'],
    ['selectKey', (on, late) => on.selectKey(as(late, (_key, value) => value)), 'out:a b=a b'],
    ['mapValues', (on, late) => on.mapValues(as(late, (value, key) => key + value)), 'out:k=ka b'],
    [
      'flatMap',
      (on, late) =>
        on.flatMap(as(late, (key, value) => words(value).map((word): [string, string] => [word, key]))),
      'out:a=k',
      'out:b=k',
    ],
    ['flatMapValues', (on, late) => on.flatMapValues(as(late, words)), 'out:k=a', 'out:k=b'],
    ['flatMapValues to nothing', (on, late) => on.flatMapValues(as(late, (): string[] => []))],
    ['filter', (on, late) => on.filter(as(late, (key) => key === 'k')), 'out:k=a b'],
    ['filterNot', (on, late) => on.filterNot(as(late, (key) => key === 'k'))],
    ['peek', (on, late) => on.peek(as(late, () => undefined)), 'out:k=a b'],
    ['merge', (on, late) => on.merge(on.mapValues(as(late, () => 'c'))), 'out:k=c', 'out:k=a b'],
  ];
  const as =
    <A extends unknown[], R>(isLate: boolean, answer: (...args: A) => R) =>
    (...args: A): R =>
      (isLate ? Promise.resolve(answer(...args)) : answer(...args)) as R;

  for (const [name, write, ...expected] of cases) {
    it(`${name}, at once and later`, async () => {
      expect(outputsOf((on) => write(on, false).to('out', AS_STRINGS))).to.deep.equal(expected);
      expect(await laterOf((on) => write(on, true).to('out', AS_STRINGS))).to.deep.equal(expected);
    });
  }

  it('foreach and print see each record, which ends there', () => {
    const seen: string[] = [];
    outputsOf((on) => {
      on.foreach((key, value) => void seen.push(key + value));
      const printed = Printed.toWriter<string, string>((line) => void seen.push(line));
      on.mapValues((value) => value.length, Named.as('lengths')).print(
        Printed.toWriter((line) => void seen.push(line)),
      );
      on.print(printed.withLabel('label').withKeyValueMapper((key) => key.toUpperCase()));
    });
    expect(seen).to.deep.equal(['ka b', '[lengths]: k, 3', '[label]: K']);
  });

  it('a split gives each record to the first branch that takes it', async () => {
    const write = (isLate: boolean) => (on: Strings) => {
      const asked = (answer: boolean) => () => (isLate ? Promise.resolve(answer) : answer);
      const branches = on
        .split(Named.as('to-'))
        .branch(asked(false), Branched.as('none'))
        .branch(asked(true), Branched.as('first'))
        .branch(asked(true), Branched.as('second'))
        .defaultBranch(Branched.as('rest'));
      for (const name of ['none', 'first', 'second', 'rest'] as const) branches[`to-${name}`].to(name);
    };
    expect(outputsOf(write(false))).to.deep.equal(['first:k=a b']);
    expect(await laterOf(write(true))).to.deep.equal(['first:k=a b']);
  });

  it('a split gives the rest to the default branch, or to nobody', () => {
    const split = (on: Strings) => on.split(Named.as('to-')).branch(() => false, Branched.as('none'));
    expect(
      outputsOf((on) => split(on).defaultBranch(Branched.as('rest'))['to-rest'].to('rest')),
    ).to.deep.equal(['rest:k=a b']);
    expect(outputsOf((on) => split(on).noDefaultBranch()['to-none'].to('none'))).to.deep.equal([]);
  });

  it('branches stand under their names; those that are used up by a function do not', () => {
    const builder = new StreamsBuilder();
    const stream = builder.stream('in', Consumed.with(STRING, STRING));
    const branches = stream
      .split(Named.as('b-'))
      .branch(() => true)
      .branch(() => true, Branched.as('two'))
      .branch(
        () => true,
        Branched.withFunction((branch) => branch.filter(() => true), 'three'),
      )
      .branch(
        () => true,
        Branched.withConsumer((branch) => branch.to('out'), 'four'),
      )
      .defaultBranch();
    expect(Object.keys(branches)).to.deep.equal(['b-1', 'b-two', 'b-three', 'b-0']);
    expect(branches).to.be.frozen;
  });

  it('takes nothing more from an iterable before what came before it is done', async () => {
    const events: string[] = [];
    const gate = deferred<undefined>();
    const running = runOn((on) =>
      on
        .flatMapValues(function* () {
          for (const word of ['a', 'b']) {
            events.push(`given ${word}`);
            yield word;
          }
        })
        .peek(async (_key, word) => {
          await gate.promise;
          events.push(`done ${word}`);
        }),
    )(runOf(consumed()));
    expect(events).to.deep.equal(['given a']);
    gate.resolve(undefined);
    await running;
    expect(events).to.deep.equal(['given a', 'done a', 'given b', 'done b']);
  });

  it('starts nothing more of an attempt that was given up', async () => {
    const abort = new AbortController();
    const gate = deferred<boolean>();
    let reached = 0;
    const running = runOn((on) => {
      const taken = on
        .split(Named.as('b-'))
        .branch(() => gate.promise, Branched.as('one'))
        .noDefaultBranch();
      taken['b-one'].peek(() => void (reached += 1));
    })(runOf(consumed(), { signal: abort.signal }));
    abort.abort(new Error('given up'));
    gate.resolve(true);
    let failure: unknown;
    await Promise.resolve(running).catch((error: unknown) => (failure = error));
    expect(failure).to.have.property('message', 'given up');
    expect(reached).to.equal(0);
  });
});

describe('a sink', () => {
  it('can name the topic and the partition of each record', () => {
    const outputs = runOn((on) =>
      on.to(
        (key, value, { offset }) => `${key}-${value}-${offset}`,
        AS_STRINGS.withStreamPartitioner((_topic, _key, value, partitions) => value.length % partitions),
      ),
    )(runOf(consumed()));
    expect(outputs).to.have.length(1);
    expect((outputs as readonly ProducedRecord[])[0]).to.include({ topic: 'k-v-7', partition: 1 });
  });

  it('puts all windows of a key on the partition of the key, as Kafka Streams does', () => {
    const outputs = runOn((on) => {
      const counts = on
        .groupByKey()
        .windowedBy(TimeWindows.ofSizeWithNoGrace(10))
        .count(Materialized.as('counts'));
      counts.toStream().to('out');
    })(runOf(consumed(), { partitionCount: () => 7 }));
    const [output] = outputs as readonly ProducedRecord[];
    expect(output?.partition).to.equal(partitionForKey(Buffer.from('k'), 7));
    expect(murmur2(output?.key ?? Buffer.alloc(0))).not.to.equal(murmur2(Buffer.from('k')));
  });
});

describe('a table in the DSL', () => {
  it('is joined through what it is made of when it has no store of its own', async () => {
    const joined = async (
      make: (users: KTable<string, string | null>) => KTable<string, string | null>,
      isLeft: boolean,
    ) => {
      const builder = new StreamsBuilder();
      const users = builder.table(
        'users',
        Consumed.with(STRING, STRING).withName('users'),
        Materialized.as('users'),
      );
      const stream = builder.stream('in', Consumed.with(STRING, STRING));
      const both = (value: string, user: string | null): string => `${value}+${user ?? 'nobody'}`;
      (isLeft ? stream.leftJoin(make(users), both) : stream.join(make(users), both)).to('out', AS_STRINGS);
      const process = decided(builder);
      await process({ topic: 'users', value: Buffer.from('ann') });
      return process({});
    };
    expect(await joined((users) => users, false)).to.deep.equal(['out:k=v+ann']);
    expect(await joined((users) => users.mapValues((user) => user.toUpperCase()), false)).to.deep.equal([
      'out:k=v+ANN',
    ]);
    const later = (users: KTable<string, string | null>) =>
      users
        .filter(async (_key, user) => Promise.resolve(user === 'ann'))
        .mapValues(async (user) => Promise.resolve(`${user}!`));
    expect(await joined(later, false)).to.deep.equal(['out:k=v+ann!']);
    const none = (users: KTable<string, string | null>) =>
      users.filterNot(() => true).mapValues((user) => user);
    expect(await joined(none, false)).to.deep.equal([]);
    expect(await joined(none, true)).to.deep.equal(['out:k=v+nobody']);
  });

  it('counts, reduces and aggregates', async () => {
    const builder = new StreamsBuilder();
    const grouped = builder.stream('in', Consumed.with(STRING, STRING)).groupByKey();
    grouped.count(Materialized.as('count')).mapValues(String).toStream().to('count', AS_STRINGS);
    grouped
      .reduce((so, value) => so + value, Materialized.as('reduce'))
      .toStream()
      .to('reduce');
    grouped
      .aggregate(
        () => ['start'],
        (_key, value, so) => [...so, value],
        Materialized.as<string, string[]>('list').withValueSerde(Serdes.json<string[]>()),
      )
      .toStream()
      .to('list');
    const process = decided(builder);
    await process({ value: Buffer.from('a') });
    expect(await process({ value: Buffer.from('b') })).to.deep.equal([
      'count:k=2',
      'reduce:k=ab',
      'list:k=["start","a","b"]',
    ]);
  });
});
