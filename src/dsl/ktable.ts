/**
 * A table being written down: the last value of each key. null in V says that keys can be deleted, which is passed
 * on as a record with the value null; functions see what is there only.
 */
import type { KeyValueMapper, Predicate, Present, ValueMapper } from './functions.js';
import { graceAbove, type Place, placeAfter } from './graph/graph-builder.js';
import type { KStream } from './kstream.js';
import type { Materialized } from './materialized.js';
import { Named } from './named.js';
import { NAME_PREFIX } from './graph/names.js';
import { type NamedAnd, splitOptions } from './options.js';
import { Serdes } from './serdes.js';
import type { Suppressed } from './suppressed.js';
import { keepIf, tableStore, type TableView, viewOf, viewThrough } from './graph/table-view.js';
import { TimeWindowedSerde } from './windowed-serdes.js';
import type { Windowed } from './windowed.js';

/** The grace of a table that has no windows: none, which is refused when the topology is built. */
const NO_WINDOWS = -1;

export class KTable<K, V> {
  /** Only the builder, streams and the tables themselves make tables. */
  constructor(
    private readonly place: Place,
    /** How a join looks into it. */
    readonly view: TableView,
  ) {}

  /**
   * Its changes as a stream: a record for each new value, and one with the value null for each key that was deleted.
   * `mapper`: a new key for each.
   */
  toStream(named?: Named): KStream<K, V>;
  toStream<KR>(mapper: KeyValueMapper<K, V, KR>, named?: Named): KStream<KR, V>;
  toStream<KR>(first?: Named | KeyValueMapper<K, V, KR>, second?: Named): KStream<K, V> | KStream<KR, V> {
    const mapper = first instanceof Named ? undefined : first;
    const named = first instanceof Named ? first : second;
    const { graph, valueSerde } = this.place;
    const name = graph.nameOr(named?.name, NAME_PREFIX.toStream);
    const stream = graph.streamAt<K, V>({
      ...placeAfter(this.place, name, { type: 'passThrough' }),
      valueSerde: valueSerde === undefined ? undefined : Serdes.nullable(valueSerde),
    });
    return mapper === undefined ? stream : stream.selectKey(mapper);
  }

  /** What does not pass is deleted. With a store, a join need not ask the predicate again. */
  filter(
    predicate: Predicate<K, Present<V>>,
    ...options: NamedAnd<Materialized<K, Present<V>>>
  ): KTable<K, V | null> {
    return this.filtered(true, predicate, options);
  }

  /** What passes is deleted. */
  filterNot(
    predicate: Predicate<K, Present<V>>,
    ...options: NamedAnd<Materialized<K, Present<V>>>
  ): KTable<K, V | null> {
    return this.filtered(false, predicate, options);
  }

  /** A new value for each. The key stays, by type. Only a store's serde is its value serde. */
  mapValues<VR>(
    mapper: ValueMapper<K, Present<V>, VR>,
    ...options: NamedAnd<Materialized<K, Present<VR>>>
  ): KTable<K, VR | Extract<V, null>> {
    const { name, config } = splitOptions(options);
    const { graph, keySerde } = this.place;
    const prefix = NAME_PREFIX.tableMapValues;
    const store = tableStore(graph, config, { prefix, keySerde, valueSerde: undefined });
    const operator = { type: 'tableMapValues', store, mapper } as const;
    return new KTable(
      {
        ...placeAfter(this.place, graph.nameOr(name, prefix), operator, { stores: storesOf(store) }),
        keySerde: config?.keySerde ?? keySerde,
        valueSerde: config?.valueSerde,
      },
      viewThrough(this.view, store, mapper),
    );
  }

  /** Of a table of windows: only the final result of each goes on. */
  suppress<KW>(this: KTable<Windowed<KW>, V>, suppressed: Suppressed): KTable<Windowed<KW>, Present<V>> {
    const { graph, node, keySerde, valueSerde } = this.place;
    const given = suppressed.name;
    const name = given ?? graph.newName(NAME_PREFIX.suppress);
    const store = given === undefined ? graph.newStoreName(NAME_PREFIX.suppress) : `${given}-store`;
    graph.addStore({
      name: store,
      layout: 'suppress',
      keySerde: keySerde instanceof TimeWindowedSerde ? keySerde.inner : undefined,
      valueSerde,
      perKey: false,
      retentionMs: null,
    });
    const operator = { type: 'suppress', store, graceMs: graceAbove(node) ?? NO_WINDOWS } as const;
    // It passes on results of other keys than that of the record that made stream time go on.
    return new KTable(
      placeAfter(this.place, name, operator, { stores: [store], changesKey: true }),
      viewOf(store),
    );
  }

  private filtered(
    keep: boolean,
    predicate: Predicate<K, Present<V>>,
    options: NamedAnd<Materialized<K, Present<V>>>,
  ): KTable<K, V | null> {
    const { name, config } = splitOptions(options);
    const { graph, keySerde, valueSerde } = this.place;
    const prefix = NAME_PREFIX.tableFilter;
    const store = tableStore(graph, config, { prefix, keySerde, valueSerde });
    const operator = { type: 'tableFilter', keep, store, predicate } as const;
    return new KTable(
      {
        ...placeAfter(this.place, graph.nameOr(name, prefix), operator, { stores: storesOf(store) }),
        keySerde: config?.keySerde ?? keySerde,
        valueSerde: config?.valueSerde ?? valueSerde,
      },
      viewThrough(this.view, store, keepIf(predicate, keep)),
    );
  }
}

const storesOf = (store: string | null): readonly string[] => (store === null ? [] : [store]);
