/** Aggregates get the group's types and give the table's; stores and windows fit them. */
import {
  BufferConfig,
  Consumed,
  Grouped,
  Materialized,
  Produced,
  Serdes,
  StreamsBuilder,
  Suppressed,
  TimeWindows,
} from '../../src/index.js';

interface Login {
  readonly user: string;
  readonly at: number;
}

const stream = new StreamsBuilder().stream('in', Consumed.with(Serdes.string(), Serdes.json<Login>()));
const grouped = stream.groupBy((_key, login) => login.at, Grouped.with(Serdes.long(), Serdes.json<Login>()));
// expect TS2322
stream.groupBy((_key, login) => login.at, Grouped.with(Serdes.string(), Serdes.json<Login>()));
// expect TS2345
stream.groupByKey(Grouped.valueSerde(Serdes.string()));

grouped.reduce((last, login) => (last.at > login.at ? last : login), Materialized.as('last'));
// expect TS2322
grouped.reduce((last, login) => last.at + login.at, Materialized.as('last'));

const sums = grouped.aggregate(
  () => 0,
  (_key, login, sum) => sum + login.at,
  Materialized.as<number, number>('sums').withValueSerde(Serdes.long()),
);
sums.toStream().to('out', Produced.with(Serdes.long(), Serdes.long()));
// expect TS2345
sums.toStream().to('out', Produced.with(Serdes.string(), Serdes.long()));
grouped.aggregate(
  () => 0,
  // expect TS2339
  (_key, login, sum) => sum + login.ip,
  Materialized.as('sums'),
);
grouped.aggregate(
  () => 0,
  (_key, login, sum) => sum + login.at,
  // expect TS2345
  Materialized.as<number, string>('sums').withValueSerde(Serdes.string()),
);
// expect TS2345
grouped.count(Materialized.with(Serdes.long(), Serdes.string()));

const windows = grouped.windowedBy(TimeWindows.ofSizeWithNoGrace(1000)).count(Materialized.as('counts'));
const final = Suppressed.untilWindowCloses(BufferConfig.unbounded()).withName('final');
windows.suppress(final).filter((windowed) => windowed.window.start > windowed.key);
// expect TS2684
sums.suppress(final);
// expect TS2339
windows.filter((key) => key.start > 0);
