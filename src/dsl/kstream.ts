/**
 * A stream of records being written down: each method adds to the topology and returns the stream after it.
 * Functions may be async; records of one key still go one by one. An operator that can change the key makes the next
 * one that needs all records of a key (grouping, joins, tables) send them through a topic of its own first.
 */
import { BranchedKStream } from './branched-kstream.js';
import type {
  ForeachAction,
  KeyValueMapper,
  Predicate,
  Present,
  TopicNameExtractor,
  ValueJoiner,
  ValueMapper,
} from './functions.js';
import { type Place, placeAfter } from './graph/graph-builder.js';
import type { Grouped } from './grouped.js';
import { Grouping } from './graph/grouping.js';
import type { Joined } from './joined.js';
import { KGroupedStream } from './kgrouped-stream.js';
import { KTable } from './ktable.js';
import type { Materialized } from './materialized.js';
import type { Named } from './named.js';
import { NAME_PREFIX } from './graph/names.js';
import { type NamedAnd, type NamedAndStores, splitOptions, splitStores } from './options.js';
import type { Printed } from './printed.js';
import type { FixedKeyProcessorSupplier, ProcessorSupplier } from './processor.js';
import type { Produced } from './produced.js';
import { repartitionStep } from './graph/repartition-step.js';
import type { Repartitioned } from './repartitioned.js';
import { sinkStep } from './graph/sink-step.js';
import { joinPlace, repartitionForJoin } from './graph/stream-table-join.js';
import { materialize } from './graph/table-source.js';
import type { BranchOperator, Operator } from './graph/topology-node.js';
import { TopologyError } from './graph/topology-error.js';

export class KStream<K, V> {
  /** Shared by the joins that have no name of their own. */
  private forJoins: Place | undefined;

  /** Only the builder and the streams themselves make streams. */
  constructor(private readonly place: Place) {}

  /** Records for which the predicate holds. A type guard narrows the stream's type. */
  filter<VR extends V>(predicate: (key: K, value: V) => value is VR, named?: Named): KStream<K, VR>;
  filter(predicate: Predicate<K, V>, named?: Named): KStream<K, V>;
  filter(predicate: Predicate<K, V>, named?: Named): KStream<K, V> {
    return this.kept({ type: 'filter', keep: true, predicate }, NAME_PREFIX.filter, named);
  }

  /** Records for which the predicate does not hold. */
  filterNot(predicate: Predicate<K, V>, named?: Named): KStream<K, V> {
    return this.kept({ type: 'filter', keep: false, predicate }, NAME_PREFIX.filter, named);
  }

  /** A new key and value for each record, as `[key, value]`. The stream has no serdes after it. */
  map<KR, VR>(mapper: KeyValueMapper<K, V, readonly [KR, VR]>, named?: Named): KStream<KR, VR> {
    return this.rekeyed({ type: 'map', mapper }, NAME_PREFIX.map, named, undefined);
  }

  /** A new value for each record. The key stays, by type. The stream has no value serde after it. */
  mapValues<VR>(mapper: ValueMapper<K, V, VR>, named?: Named): KStream<K, VR> {
    return this.revalued({ type: 'mapValues', mapper }, NAME_PREFIX.mapValues, named);
  }

  /** Any number of records for each one, each as `[key, value]`. */
  flatMap<KR, VR>(mapper: KeyValueMapper<K, V, Iterable<readonly [KR, VR]>>, named?: Named): KStream<KR, VR> {
    return this.rekeyed({ type: 'flatMap', mapper }, NAME_PREFIX.flatMap, named, undefined);
  }

  /** Any number of values for each record, under the same key. */
  flatMapValues<VR>(mapper: ValueMapper<K, V, Iterable<VR> & object>, named?: Named): KStream<K, VR> {
    return this.revalued({ type: 'flatMapValues', mapper }, NAME_PREFIX.flatMapValues, named);
  }

  /** A new key for each record. The stream has no key serde after it. */
  selectKey<KR>(mapper: KeyValueMapper<K, V, KR>, named?: Named): KStream<KR, V> {
    const { valueSerde } = this.place;
    return this.rekeyed({ type: 'selectKey', mapper }, NAME_PREFIX.selectKey, named, valueSerde);
  }

  /** Does something with each record and passes it on as it is. */
  peek(action: ForeachAction<K, V>, named?: Named): KStream<K, V> {
    return this.kept({ type: 'peek', action }, NAME_PREFIX.peek, named);
  }

  /** Does something with each record, which ends here. */
  foreach(action: ForeachAction<K, V>, named?: Named): void {
    this.kept({ type: 'peek', action }, NAME_PREFIX.foreach, named);
  }

  /** Shows each record, see Printed. */
  print(printed: Printed<K, V>): void {
    const label = this.place.node.step.name;
    const action = (key: unknown, value: unknown): void => printed.write(printed.line(label, key, value));
    const name = this.place.graph.nameOr(printed.name, NAME_PREFIX.print);
    placeAfter(this.place, name, { type: 'peek', action });
  }

  /** Into branches, each with a name that begins with the one given here. */
  split<Prefix extends string = string>(named?: Named<Prefix>): BranchedKStream<K, V, Prefix, object> {
    const { graph, node } = this.place;
    const name = graph.nameOr(named?.name, NAME_PREFIX.branch);
    const branches: BranchOperator['branches'][number][] = [];
    const splitter = graph.add([node], {
      name,
      nodes: ({ parents }) => [
        {
          kind: 'processor',
          name,
          parents,
          stores: [],
          changesKey: false,
          operator: { type: 'branch', branches: [...branches] },
        },
      ],
    });
    return new BranchedKStream({ ...this.place, node: splitter }, name as Prefix, branches);
  }

  /** The records of both, each stream's in its own order. */
  merge(other: KStream<K, V>, named?: Named): KStream<K, V> {
    const { graph, node, keySerde, valueSerde, isRekeyed } = this.place;
    if (other.place.graph !== graph)
      throw new TopologyError(['a stream is merged with one of another StreamsBuilder']);
    const name = graph.nameOr(named?.name, NAME_PREFIX.merge);
    const merged = placeAfter(this.place, name, { type: 'passThrough' }, {}, [node, other.place.node]);
    return new KStream({
      ...merged,
      keySerde: keySerde === other.place.keySerde ? keySerde : undefined,
      valueSerde: valueSerde === other.place.valueSerde ? valueSerde : undefined,
      isRekeyed: isRekeyed || other.place.isRekeyed,
    });
  }

  /** A processor of one's own, which forwards any records. `options`: a name, then the stores that it uses. */
  process<KR, VR>(supplier: ProcessorSupplier<K, V, KR, VR>, ...options: NamedAndStores): KStream<KR, VR> {
    const { name, stores } = splitStores(options);
    // As in Kafka Streams, a name that is given here uses up no index; nor does it below.
    const node = name ?? this.place.graph.newName(NAME_PREFIX.process);
    const after = placeAfter(this.place, node, { type: 'process', supplier }, { stores, changesKey: true });
    return new KStream({ ...after, keySerde: undefined, valueSerde: undefined, isRekeyed: true });
  }

  /** A processor of one's own, which forwards any number of values under the same key. */
  processValues<VOut>(
    supplier: FixedKeyProcessorSupplier<K, V, VOut>,
    ...options: NamedAndStores
  ): KStream<K, VOut> {
    const { name, stores } = splitStores(options);
    const node = name ?? this.place.graph.newName(NAME_PREFIX.processValues);
    const after = placeAfter(this.place, node, { type: 'processValues', supplier }, { stores });
    return new KStream({ ...after, valueSerde: undefined });
  }

  /** Through a topic of the topology's own, whose records have tasks, lanes and retry topics of their own. */
  repartition(repartitioned: Repartitioned<K, V>): KStream<K, V> {
    const { graph, node } = this.place;
    const { options } = repartitioned;
    const name = options.name ?? graph.newName(NAME_PREFIX.repartition);
    const keySerde = options.keySerde ?? this.place.keySerde;
    const valueSerde = options.valueSerde ?? this.place.valueSerde;
    const step = repartitionStep(graph, { ...options, name, keySerde, valueSerde });
    return new KStream({ graph, node: graph.add([node], step), keySerde, valueSerde, isRekeyed: false });
  }

  /** Writes the records to a topic, or to the one that the function names for each. */
  to(topic: string | TopicNameExtractor<K, V>, produced?: Produced<K, V>): void {
    const { graph, node } = this.place;
    graph.add([node], sinkStep(this.place, topic, produced));
  }

  /** Records of one key together, to be aggregated. */
  groupByKey(grouped?: Grouped<K, V>): KGroupedStream<K, V> {
    return new KGroupedStream(this.groupedAt(this.place, grouped));
  }

  /** Records of one new key together, to be aggregated. The key needs its serde. */
  groupBy<KR>(selector: KeyValueMapper<K, V, KR>, grouped?: Grouped<KR, V>): KGroupedStream<KR, V> {
    const name = this.place.graph.nameOr(grouped?.name, NAME_PREFIX.selectKey);
    const operator: Operator = { type: 'selectKey', mapper: selector };
    const after = placeAfter(this.place, name, operator, { changesKey: true });
    return new KGroupedStream(this.groupedAt({ ...after, keySerde: undefined, isRekeyed: true }, grouped));
  }

  /** The last value of each key; null deletes it. The name is needed when the key may have changed. */
  toTable(...options: NamedAnd<Materialized<K, Present<V>>>): KTable<K, V> {
    const { name, config } = splitOptions(options);
    const { place, view } = materialize(this.place, name, config);
    return new KTable(place, view);
  }

  /** With what the table has of the record's key; without that the record is left out. */
  join<VT, VR>(
    table: KTable<K, VT>,
    joiner: ValueJoiner<K, V, Present<VT>, VR>,
    joined?: Joined<K, V, Present<VT>>,
  ): KStream<K, VR> {
    const place = this.placeForJoin(joined);
    return new KStream(joinPlace(place, { view: table.view, joiner, joined, isLeft: false }));
  }

  /** With what the table has of the record's key, or null. */
  leftJoin<VT, VR>(
    table: KTable<K, VT>,
    joiner: ValueJoiner<K, V, Present<VT> | null, VR>,
    joined?: Joined<K, V, Present<VT>>,
  ): KStream<K, VR> {
    const place = this.placeForJoin(joined);
    return new KStream(joinPlace(place, { view: table.view, joiner, joined, isLeft: true }));
  }

  private kept(operator: Operator, prefix: string, named: Named | undefined): KStream<K, V> {
    return new KStream(placeAfter(this.place, this.place.graph.nameOr(named?.name, prefix), operator));
  }

  private revalued<VR>(operator: Operator, prefix: string, named: Named | undefined): KStream<K, VR> {
    const name = this.place.graph.nameOr(named?.name, prefix);
    return new KStream({ ...placeAfter(this.place, name, operator), valueSerde: undefined });
  }

  private rekeyed<KR, VR>(
    operator: Operator,
    prefix: string,
    named: Named | undefined,
    valueSerde: Place['valueSerde'],
  ): KStream<KR, VR> {
    const name = this.place.graph.nameOr(named?.name, prefix);
    const after = placeAfter(this.place, name, operator, { changesKey: true });
    return new KStream({ ...after, keySerde: undefined, valueSerde, isRekeyed: true });
  }

  private groupedAt<KG>(place: Place, grouped: Grouped<KG, V> | undefined): Grouping {
    const keySerde = grouped?.keySerde ?? place.keySerde;
    const valueSerde = grouped?.valueSerde ?? place.valueSerde;
    return new Grouping({ ...place, keySerde, valueSerde }, grouped?.name);
  }

  private placeForJoin(joined: Joined<K, V, never> | undefined): Place {
    const { place } = this;
    if (!place.isRekeyed) return place;
    const through = repartitionForJoin(place, joined?.name ?? place.node.step.name, joined, this.forJoins);
    this.forJoins = joined?.name === undefined ? through : this.forJoins;
    return through;
  }
}
