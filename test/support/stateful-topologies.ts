/**
 * Topologies of the broker tests, run by stateful-program.ts as the service runs its own. Their source is the first of
 * SOURCE_TOPICS, a table the second; outputs are `<AUDIT_TOPIC>.<name>`.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Settings } from '../../config/schema.js';
import {
  BufferConfig,
  Consumed,
  type FixedKeyProcessor,
  Grouped,
  Joined,
  type KeyValueStore,
  type KStream,
  type KTable,
  Materialized,
  Named,
  NotRetryableError,
  Produced,
  Repartitioned,
  RetryableError,
  type Serde,
  Serdes,
  Stores,
  StreamsBuilder,
  Suppressed,
  TimeWindows,
  type Topology,
  type TopologyConfig,
} from '../../src/index.js';

const STRING = Serdes.string();
const NULLABLE = Serdes.nullable(STRING);

export type StatefulName =
  'counting' | 'latest' | 'repartitions' | 'windows' | 'rekeyed-join' | 'handlers-resume' | 'handlers-fail';

interface Place {
  readonly builder: StreamsBuilder;
  readonly source: string;
  readonly table: string;
  readonly output: (name: string) => string;
}

const topologyOf =
  (write: (place: Place) => void, config: TopologyConfig = {}) =>
  ({ topics }: Settings): Topology => {
    const builder = new StreamsBuilder(config);
    const [source = '', table = ''] = topics.source;
    write({ builder, source, table, output: (name) => `${topics.audit}.${name}` });
    return builder.build();
  };

const strings = (name: string) => Consumed.with(STRING, STRING).withName(name);
const keyed = (name: string) =>
  Materialized.as<string, string>(name).withKeySerde(STRING).withValueSerde(STRING);
const counts = (name: string) => Materialized.as<string, number>(name).withKeySerde(STRING);

const perKeyStore = (name: string) =>
  Stores.keyValueStoreBuilder(Stores.inMemoryKeyValueStore(name), STRING, STRING).perKey();

/** Of topology `counting`: `id`s of a key grow from 0. */
export interface Counted {
  readonly id: number;
  readonly group: string;
  /** How often it fails before it succeeds. */
  readonly fails: number;
}

/** What it makes of it. */
export interface Run {
  readonly id: number;
  readonly group: string;
  /** Records of its key so far. */
  readonly count: number;
}

const RUN_MS = 20;

/** Counts in the store before it fails: what it wrote must be gone. */
const counter = (): FixedKeyProcessor<string, Counted, Run> => ({
  process: async (record, context) => {
    const store = context.getStateStore<KeyValueStore<string, string>>('runs');
    const count = Number(store.get(record.key) ?? '0') + 1;
    store.put(record.key, String(count));
    const { id, group, fails } = record.value;
    await sleep(RUN_MS);
    if (context.attempt <= fails)
      throw new RetryableError('planned', `attempt ${context.attempt} is to fail`);
    context.forward(record.withValue({ id, group, count }));
  },
});

const counting = topologyOf(({ builder, output, source }) => {
  const json: Serde<Run> = Serdes.json<Run>();
  const runs = builder
    .addStateStore(perKeyStore('runs'))
    .stream(source, Consumed.with(STRING, Serdes.json<Counted>()).withName('in'))
    .processValues(counter, Named.as('counter'), 'runs');
  runs.to(output('runs'), Produced.with(STRING, json));
  runs
    .selectKey((_key, { group }) => group)
    .repartition(Repartitioned.with(STRING, json).withName('by-group'))
    .groupByKey()
    .count(counts('groups'))
    .toStream()
    .to(output('groups'), Produced.with(STRING, Serdes.long()));
});

const TOLD_EVERY = 5_000;

/** Writes down what it is told: what, task, records done, records in all, time; of batches only some. */
const toldListener = (): NonNullable<TopologyConfig['stateRestoreListener']> => {
  let last = 0;
  const tell = (what: string, task: string, done: number, total: number): void => {
    last = done;
    console.log(`restore ${what} ${task} ${done} ${total} ${Date.now()}`);
  };
  return {
    onRestoreStart: (task, total) => tell('start', task, 0, total),
    onBatchRestored: (task, done, total) => {
      if (done >= last + TOLD_EVERY) tell('batch', task, done, total);
    },
    onRestoreEnd: (task, total) => tell('end', task, total, total),
  };
};

/** Writes what its key had before. A value null deletes. */
const latest = topologyOf(
  ({ builder, output, source }) => {
    const before = (): FixedKeyProcessor<string, string | null, string> => ({
      process: (record, context) => {
        const store = context.getStateStore<KeyValueStore<string, string>>('latest');
        context.forward(record.withValue(store.get(record.key) ?? 'nothing'));
        store.put(record.key, record.value);
      },
    });
    builder
      .addStateStore(perKeyStore('latest'))
      .stream(source, Consumed.with(STRING, NULLABLE).withName('in'))
      .processValues(before, Named.as('before'), 'latest')
      .to(output('before'), Produced.with(STRING, STRING));
  },
  { stateRestoreListener: toldListener() },
);

/** Keys of orders are any, their values are the keys of the table. */
const repartitions = topologyOf(({ builder, output, source, table }) => {
  const orders: KStream<string, string> = builder
    .stream(source, strings('orders'))
    .selectKey((_key, value) => value, Named.as('by-user'));
  const through = (name: string, as: Repartitioned<string, string>): void =>
    orders.repartition(as.withKeySerde(STRING)).to(output(name), Produced.with(STRING, STRING));
  through('derived', Repartitioned.as('derived'));
  through('explicit', Repartitioned.as<string, string>('explicit').withNumberOfPartitions(5));
  const users: KTable<string, string | null> = builder.table(table, strings('users'), keyed('users'));
  orders
    .leftJoin(
      users,
      (order, user) => `${order}+${String(user)}`,
      Joined.with(STRING, STRING).withName('orders-by-user'),
    )
    .to(output('joined'), Produced.with(STRING, STRING));
});

const windows = topologyOf(({ builder, output, source, table }) => {
  const orders = builder.stream(source, strings('orders'));
  const users = builder.table(table, strings('users'), keyed('users'));
  orders
    .leftJoin(users, (order, user) => `${order}+${String(user)}`)
    .to(output('joined'), Produced.with(STRING, STRING));
  orders
    .groupByKey(Grouped.with(STRING, STRING))
    .windowedBy(TimeWindows.ofSizeAndGrace(10_000, 5_000))
    .count(counts('windows'))
    .suppress(Suppressed.untilWindowCloses(BufferConfig.unbounded()).withName('final'))
    .toStream()
    .map(({ key, window }, count) => [`${key}@${window.start}`, String(count)])
    .to(output('final'), Produced.with(STRING, STRING));
});

/** `broken` breaks the function, `unwritable` the serde of the output; bytes that are not UTF-8 break the reading. */
const handlers = (response: 'resume' | 'fail') => {
  const unwritable: Serde<string> = {
    ...STRING,
    serialize: (data, context) => {
      if (data === 'unwritable') throw new NotRetryableError('serialization', 'planned');
      return STRING.serialize(data, context);
    },
  };
  const work = (value: string): string => {
    if (value === 'broken') throw new Error('planned');
    return value;
  };
  return topologyOf(
    ({ builder, output, source }) => {
      const worked = builder.stream(source, strings('in')).mapValues(work);
      worked.to(output('first'), Produced.with(STRING, unwritable));
      worked.to(output('second'), Produced.with(STRING, STRING));
    },
    {
      deserializationExceptionHandler: () => response,
      processingExceptionHandler: () => response,
      productionExceptionHandler: () => response,
    },
  );
};

/** One source, and yet a task of two topics: both are repartition topics. */
const rekeyedJoin = topologyOf(({ builder, output, source }) => {
  const rekeyed = builder
    .stream(source, strings('in'))
    .selectKey((_key, value) => value, Named.as('by-value'));
  const table = rekeyed.toTable(Named.as('table'), keyed('last'));
  const joined = Joined.with(STRING, STRING).withName('joined');
  rekeyed.leftJoin(table, (value) => value, joined).to(output('joined'), Produced.with(STRING, STRING));
});

export const STATEFUL: Readonly<Record<StatefulName, (settings: Settings) => Topology>> = {
  counting,
  latest,
  repartitions,
  windows,
  'rekeyed-join': rekeyedJoin,
  'handlers-resume': handlers('resume'),
  'handlers-fail': handlers('fail'),
};
