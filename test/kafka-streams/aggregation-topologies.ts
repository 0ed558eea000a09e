/** Topologies of DescribeDsl.java: aggregations, with and without windows. */
import {
  BufferConfig,
  Grouped,
  Named,
  Repartitioned,
  type StreamsBuilder,
  Suppressed,
  TimeWindows,
} from '../../src/index.js';
import {
  add,
  byValue,
  concat,
  counts,
  countStore,
  empty,
  nothing,
  read,
  same,
  store,
  STRING,
  strings,
  swap,
  topology,
  type Topologies,
  windowText,
  yes,
} from './dsl-support.js';

const TEN_SECONDS_MS = 10_000;

/** Named, and with serdes. */
const group = (name: string) => Grouped.as<string, string>(name).withKeySerde(STRING).withValueSerde(STRING);

export const AGGREGATION_TOPOLOGIES: Topologies = {
  'grouped by the key of the topic': topology((builder) => {
    read(builder, 'a').groupByKey().count(countStore('counts')).toStream().to('counts-out', counts());
    read(builder, 'b').groupByKey().reduce(add, store('reduced')).toStream().to('reduced-out', strings());
    read(builder, 'c')
      .groupByKey()
      .aggregate(empty, concat, store('aggregated'))
      .toStream()
      .to('aggregated-out', strings());
  }),

  'grouped by the key of the topic, given names': topology((builder) => {
    read(builder, 'a')
      .groupByKey()
      .count(Named.as('count'), countStore('counts'))
      .toStream(Named.as('count-stream'))
      .to('counts-out', counts());
    read(builder, 'b')
      .groupByKey()
      .reduce(add, Named.as('reduce'), store('reduced'))
      .toStream(Named.as('reduce-stream'))
      .to('reduced-out', strings());
    read(builder, 'c')
      .groupByKey()
      .aggregate(empty, concat, Named.as('aggregate'), store('aggregated'))
      .toStream()
      .to('aggregated-out', strings());
  }),

  'grouped after selectKey, the repartition has the name of the store': topology((builder) => {
    read(builder, 'in')
      .selectKey(byValue)
      .groupByKey(Grouped.with(STRING, STRING))
      .count(countStore('counts'))
      .toStream()
      .to('out', counts());
  }),

  'grouped after map, the repartition has its own name': topology((builder) => {
    read(builder, 'in')
      .map(swap)
      .filter(yes)
      .groupByKey(group('swapped'))
      .reduce(add, store('reduced'))
      .toStream()
      .to('out', strings());
  }),

  'groupBy, the repartition has the name of the store': topology((builder) => {
    read(builder, 'in')
      .groupBy(byValue, Grouped.with(STRING, STRING))
      .reduce(add, Named.as('reduce'), store('reduced'))
      .toStream()
      .to('out', strings());
  }),

  'groupBy, the repartition has its own name': topology((builder) => {
    read(builder, 'in')
      .groupBy(byValue, group('by-value'))
      .aggregate(empty, concat, store('aggregated'))
      .toStream()
      .to('out', strings());
  }),

  'two aggregations of one group': topology((builder) => {
    const grouped = read(builder, 'in').groupByKey();
    grouped.count(countStore('counts')).toStream().to('counts-out', counts());
    grouped.reduce(add, store('reduced')).toStream().to('reduced-out', strings());
  }),

  'two aggregations of one group that is repartitioned': topology((builder) => {
    const grouped = read(builder, 'in').groupBy(byValue, group('by-value'));
    grouped.count(countStore('counts')).toStream().to('counts-out', counts());
    grouped.aggregate(empty, concat, store('aggregated')).toStream().to('aggregated-out', strings());
    grouped.windowedBy(TimeWindows.ofSizeWithNoGrace(TEN_SECONDS_MS)).count(countStore('windows'));
  }),

  'two aggregations, the repartitions have the names of the stores': topology((builder) => {
    const grouped = read(builder, 'in').selectKey(byValue).groupByKey(Grouped.with(STRING, STRING));
    grouped.count(countStore('counts')).toStream().to('counts-out', counts());
    grouped.reduce(add, store('reduced')).toStream().to('reduced-out', strings());
  }),

  'an aggregation of a repartition': topology((builder) => {
    const repartitioned = read(builder, 'in')
      .selectKey(byValue)
      .repartition(Repartitioned.as<string, string>('by-value').withKeySerde(STRING).withValueSerde(STRING));
    repartitioned.groupByKey().count(countStore('counts')).toStream().to('counts-out', counts());
    repartitioned.mapValues(same).groupByKey(Grouped.with(STRING, STRING)).reduce(add, store('reduced'));
  }),
};

const tenSecondsOf = (builder: StreamsBuilder) =>
  read(builder, 'in').groupByKey().windowedBy(TimeWindows.ofSizeWithNoGrace(TEN_SECONDS_MS));

export const WINDOW_TOPOLOGIES: Topologies = {
  'tumbling windows': topology((builder) => {
    const windows = tenSecondsOf(builder);
    windows
      .count(countStore('counts'))
      .toStream()
      .map((windowed, count) => [windowText(windowed), count])
      .to('counts-out', counts());
    windows
      .reduce(add, store('reduced'))
      .toStream()
      .selectKey((windowed) => windowText(windowed))
      .to('reduced-out', strings());
    windows
      .aggregate(empty, concat, store('aggregated'))
      .toStream()
      .selectKey((windowed) => windowText(windowed))
      .to('aggregated-out', strings());
  }),

  'hopping windows with grace': topology((builder) => {
    const windows = read(builder, 'in')
      .groupByKey()
      .windowedBy(TimeWindows.ofSizeAndGrace(TEN_SECONDS_MS, 5_000).advanceBy(4_000));
    windows
      .count(Named.as('count'), countStore('counts'))
      .toStream(Named.as('count-stream'))
      .map((windowed, count) => [windowText(windowed), count])
      .to('counts-out', counts());
    windows.reduce(add, Named.as('reduce'), store('reduced'));
    windows.aggregate(empty, concat, Named.as('aggregate'), store('aggregated'));
  }),

  'windows after selectKey': topology((builder) => {
    read(builder, 'in')
      .selectKey(byValue)
      .groupByKey(Grouped.with(STRING, STRING))
      .windowedBy(TimeWindows.ofSizeWithNoGrace(TEN_SECONDS_MS))
      .count(countStore('counts'))
      .toStream()
      .map((windowed, count) => [windowText(windowed), count])
      .to('out', counts());
  }),

  'windows of a named group': topology((builder) => {
    read(builder, 'in')
      .groupBy(byValue, group('by-value'))
      .windowedBy(TimeWindows.ofSizeAndGrace(TEN_SECONDS_MS, 5_000))
      .reduce(add, store('reduced'))
      .toStream()
      .selectKey((windowed) => windowText(windowed))
      .to('out', strings());
  }),

  'final results of windows': topology((builder) => {
    read(builder, 'in')
      .groupByKey()
      .windowedBy(TimeWindows.ofSizeAndGrace(TEN_SECONDS_MS, 5_000))
      .count(countStore('counts'))
      .suppress(Suppressed.untilWindowCloses(BufferConfig.unbounded()).withName('final-counts'))
      .toStream()
      .map((windowed, count) => [windowText(windowed), count])
      .to('out', counts());
  }),

  'operators of a windowed table': topology((builder) => {
    const table = tenSecondsOf(builder).count(countStore('counts'));
    table
      .filter((_windowed, count) => count > 1)
      .suppress(Suppressed.untilWindowCloses(BufferConfig.unbounded()).withName('final-counts'))
      .mapValues((count) => count + 1)
      .toStream()
      .map((windowed, count) => [windowText(windowed), count])
      .to('out', counts());
    table.toStream().foreach(nothing);
  }),
};
