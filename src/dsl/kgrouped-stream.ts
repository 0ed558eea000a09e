/**
 * Records grouped by their key, to be aggregated. Records without a key or with the value null are left out.
 * Every aggregate needs a store, so a name: `Materialized.as(name)`.
 */
import { aggregating, counting, reducing, type StoredAggregate } from './aggregators.js';
import type { Serde } from '../record/serde.js';
import type { Aggregator, Initializer, Present, Reducer } from './functions.js';
import type { Grouping } from './graph/grouping.js';
import { KTable } from './ktable.js';
import type { Materialized } from './materialized.js';
import { NAME_PREFIX } from './graph/names.js';
import { longSerde } from './number-serdes.js';
import { type NamedAnd, splitOptions } from './options.js';
import { viewOf } from './graph/table-view.js';
import type { TimeWindows } from './time-windows.js';
import { TimeWindowedKStream } from './time-windowed-kstream.js';

export class KGroupedStream<K, V> {
  /** Only streams make groups. */
  constructor(private readonly grouping: Grouping) {}

  /** How many records each key has had, as Java's Long unless another serde is given. */
  count(...options: NamedAnd<Materialized<K, number>>): KTable<K, number> {
    return this.aggregated(NAME_PREFIX.aggregate, options, longSerde, counting);
  }

  /** The first value of each key, then what the reducer makes of it and the next one. */
  reduce(
    reducer: Reducer<Present<V>>,
    ...options: NamedAnd<Materialized<K, Present<V>>>
  ): KTable<K, Present<V>> {
    const { valueSerde } = this.grouping.place;
    return this.aggregated(NAME_PREFIX.reduce, options, valueSerde, reducing(reducer));
  }

  /** From what the initializer gives on, the aggregate of each key; null deletes it. The store needs its serde. */
  aggregate<VR>(
    initializer: Initializer<VR>,
    aggregator: Aggregator<K, Present<V>, VR>,
    ...options: NamedAnd<Materialized<K, Present<VR>>>
  ): KTable<K, VR> {
    const stored = aggregating(initializer, aggregator);
    return this.aggregated(NAME_PREFIX.aggregate, options, undefined, stored);
  }

  /** To be aggregated by window. */
  windowedBy(windows: TimeWindows): TimeWindowedKStream<K, V> {
    return new TimeWindowedKStream(this.grouping, windows);
  }

  private aggregated<VR>(
    prefix: string,
    options: NamedAnd<Materialized<never, never>>,
    valueSerde: Serde<unknown> | undefined,
    aggregate: StoredAggregate,
  ): KTable<K, VR> {
    const { name, config } = splitOptions(options);
    const { place, store } = this.grouping.add({
      prefix,
      name,
      materialized: config,
      valueSerde,
      store: { layout: 'timestamped', perKey: true, retentionMs: null },
      operator: (of) => ({ type: 'aggregate', store: of, ...aggregate }),
    });
    return new KTable(place, viewOf(store));
  }
}
