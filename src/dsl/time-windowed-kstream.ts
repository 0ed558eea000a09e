/**
 * Records grouped by their key and the windows of time they fall into, to be aggregated: every new result of a
 * window is passed on, see `KTable.suppress`. A record that comes after its window's grace by stream time is left
 * out; one that was retried has its own timestamp, and can miss its window. Records with the value null are taken,
 * other than without windows, as in Kafka Streams.
 */
import type { Serde } from '../record/serde.js';
import { aggregating, counting, reducing, type StoredAggregate } from './aggregators.js';
import type { Aggregator, Initializer, Present, Reducer } from './functions.js';
import type { Grouping } from './graph/grouping.js';
import { KTable } from './ktable.js';
import type { Materialized } from './materialized.js';
import { NAME_PREFIX } from './graph/names.js';
import { longSerde } from './number-serdes.js';
import { type NamedAnd, splitOptions } from './options.js';
import { viewOf } from './graph/table-view.js';
import type { TimeWindows } from './time-windows.js';
import { TimeWindowedSerde } from './windowed-serdes.js';
import type { Windowed } from './windowed.js';

export class TimeWindowedKStream<K, V> {
  /** Only groups make these. */
  constructor(
    private readonly grouping: Grouping,
    private readonly windows: TimeWindows,
  ) {}

  /** See KGroupedStream.count. */
  count(...options: NamedAnd<Materialized<K, number>>): KTable<Windowed<K>, number> {
    return this.aggregated(NAME_PREFIX.aggregate, options, longSerde, counting);
  }

  /** See KGroupedStream.reduce. */
  reduce(reducer: Reducer<V>, ...options: NamedAnd<Materialized<K, Present<V>>>): KTable<Windowed<K>, V> {
    const { valueSerde } = this.grouping.place;
    return this.aggregated(NAME_PREFIX.reduce, options, valueSerde, reducing(reducer));
  }

  /** See KGroupedStream.aggregate. */
  aggregate<VR>(
    initializer: Initializer<VR>,
    aggregator: Aggregator<K, V, VR>,
    ...options: NamedAnd<Materialized<K, Present<VR>>>
  ): KTable<Windowed<K>, VR> {
    const stored = aggregating(initializer, aggregator);
    return this.aggregated(NAME_PREFIX.aggregate, options, undefined, stored);
  }

  private aggregated<VR>(
    prefix: string,
    options: NamedAnd<Materialized<never, never>>,
    valueSerde: Serde<unknown> | undefined,
    aggregate: StoredAggregate,
  ): KTable<Windowed<K>, VR> {
    const { name, config } = splitOptions(options);
    const { sizeMs, advanceMs, graceMs } = this.windows;
    const { place, store } = this.grouping.add({
      prefix,
      name,
      materialized: config,
      valueSerde,
      // What is dropped and what is passed on depends on stream time, so on the order across keys.
      store: { layout: 'window', perKey: false, retentionMs: config?.retentionMs ?? sizeMs + graceMs },
      graceMs,
      operator: (of) => ({
        type: 'windowAggregate',
        store: of,
        windows: { sizeMs, advanceMs, graceMs },
        ...aggregate,
      }),
    });
    const { keySerde } = place;
    return new KTable(
      { ...place, keySerde: keySerde === undefined ? undefined : new TimeWindowedSerde(keySerde, sizeMs) },
      viewOf(store),
    );
  }
}
