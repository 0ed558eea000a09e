/** The application of SideBySide.java in TypeScript: the same input must give the same output, key by key. */
import {
  BufferConfig,
  Consumed,
  Grouped,
  type KGroupedStream,
  type KStream,
  type KTable,
  Materialized,
  Produced,
  Serdes,
  StreamsBuilder,
  Suppressed,
  TimeWindows,
  type Topology,
  type Windowed,
} from '../../src/index.js';
import type { InputName, OutputName } from './side-by-side-topics.js';

const STRING = Serdes.string();
const NULLABLE = Serdes.nullable(STRING);
const TEN_SECONDS_MS = 10_000;

const store = (name: string) =>
  Materialized.as<string, string>(name).withKeySerde(STRING).withValueSerde(STRING);

/** Of a table whose stream has null values. */
const nullableStore = (name: string) =>
  Materialized.as<string, string | null>(name).withKeySerde(STRING).withValueSerde(NULLABLE);

const counts = (name: string) => Materialized.as<string, number>(name).withKeySerde(STRING);

type Write = <V extends string | null>(stream: KStream<string, V>, name: OutputName) => void;

/** The values of events are integers. */
const sum = (left: string, right: string): string => String(Number(left) + Number(right));

/** "least..greatest", as text. */
const range = (_key: string, value: string, before: string): string => {
  if (before === 'none') return `${value}..${value}`;
  const [least = '', greatest = ''] = before.split('..');
  return `${value < least ? value : least}..${value > greatest ? value : greatest}`;
};

const aggregations = (events: KGroupedStream<string, string>, write: Write): void => {
  write(
    events
      .count(counts('counts'))
      .toStream()
      .mapValues((count) => String(count)),
    'counts',
  );
  write(events.reduce(sum, store('sums')).toStream(), 'sums');
  write(events.aggregate(() => 'none', range, store('ranges')).toStream(), 'ranges');
};

const windowText = ({ key, window }: Windowed<string>): string => `${key}@${window.start}-${window.end}`;

const writeWindows = (table: KTable<Windowed<string>, number>, write: Write, name: OutputName): void =>
  write(
    table.toStream().map((windowed, count) => [windowText(windowed), String(count)]),
    name,
  );

const windows = (events: KGroupedStream<string, string>, write: Write): void => {
  const tumbling = events
    .windowedBy(TimeWindows.ofSizeAndGrace(TEN_SECONDS_MS, 5_000))
    .count(counts('tumbling'));
  writeWindows(tumbling, write, 'tumbling');
  writeWindows(
    tumbling.suppress(Suppressed.untilWindowCloses(BufferConfig.unbounded()).withName('final')),
    write,
    'final',
  );
  // The filter keeps back what neither passes nor passed, and with it the stream time of the suppression.
  const some = tumbling
    .filter((_windowed, count) => count > 2)
    .suppress(Suppressed.untilWindowCloses(BufferConfig.unbounded()).withName('final-some'))
    .mapValues((count) => count * 10);
  writeWindows(some, write, 'final-some');
  const hopping = events
    .windowedBy(TimeWindows.ofSizeWithNoGrace(TEN_SECONDS_MS).advanceBy(4_000))
    .count(counts('hopping'));
  writeWindows(hopping, write, 'hopping');
  const sums = events
    .windowedBy(TimeWindows.ofSizeAndGrace(TEN_SECONDS_MS, TEN_SECONDS_MS).advanceBy(5_000))
    .reduce(sum, store('window-sums'));
  write(
    sums.toStream().selectKey((windowed) => windowText(windowed)),
    'window-sums',
  );
};

/** Repartitioned. All records of a new key come from one partition: their order is one. */
const kinds = (events: KStream<string, string>, write: Write): void => {
  const table = events
    .selectKey((key, value) => `${key}/${Number(value) % 3}`)
    .groupByKey(Grouped.with(STRING, STRING))
    .count(counts('kinds'));
  write(
    table.toStream().mapValues((count) => String(count)),
    'kinds',
  );
};

const joins = (orders: KStream<string, string>, users: KTable<string, string | null>, write: Write): void => {
  write(
    orders.join(users, (order, user) => `${order}+${user}`),
    'joined',
  );
  write(
    orders.leftJoin(users, (order, user) => `${order}+${String(user)}`),
    'left-joined',
  );
  const view = users.filter((_key, user) => user < '5').mapValues((user) => `<${user}>`);
  write(
    orders.join(view, (order, user) => `${order}+${user}`),
    'joined-view',
  );
  write(
    orders.leftJoin(view, (order, user) => `${order}+${String(user)}`),
    'left-joined-view',
  );
  write(users.filter((_key, user) => !user.endsWith('0')).toStream(), 'kept-users');
};

const isEven = (_key: string, value: string | null): boolean => Number(value) % 2 === 0;

const tables = (changes: KStream<string, string | null>, write: Write): void => {
  const latest = changes.toTable(nullableStore('latest'));
  write(latest.filter(isEven).toStream(), 'even');
  write(latest.filterNot(isEven, nullableStore('odd')).toStream(), 'odd');
  write(latest.mapValues((value) => `<${value}>`).toStream(), 'mapped');
  write(latest.mapValues((value) => `[${value}]`, store('stored-mapped')).toStream(), 'stored-mapped');
  write(
    changes
      .groupByKey()
      .count(counts('change-counts'))
      .toStream()
      .mapValues((count) => String(count)),
    'change-counts',
  );
  // Windows count null values too, other than `count` without windows.
  const windowed = changes.groupByKey().windowedBy(TimeWindows.ofSizeWithNoGrace(TEN_SECONDS_MS));
  writeWindows(windowed.count(counts('change-windows')), write, 'change-windows');
};

/** Topics are `<prefix>.<name>`. */
export const buildSideBySide = (inputs: string, outputs: string): Topology => {
  const builder = new StreamsBuilder();
  const strings = (name: InputName) => Consumed.with(STRING, STRING).withName(name);
  const write: Write = (stream, name) => stream.to(`${outputs}.${name}`, Produced.with(STRING, NULLABLE));

  const events = builder.stream(`${inputs}.events`, strings('events'));
  aggregations(events.groupByKey(), write);
  windows(events.groupByKey(), write);
  kinds(events, write);
  const orders = builder.stream(`${inputs}.orders`, strings('orders'));
  joins(orders, builder.table(`${inputs}.users`, strings('users'), store('users')), write);
  tables(builder.stream(`${inputs}.changes`, Consumed.with(STRING, NULLABLE).withName('changes')), write);
  return builder.build();
};
