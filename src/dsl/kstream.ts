/**
 * A stream of records being written down: each method adds a node to the topology and returns the
 * stream after it. Functions may be async wherever one is taken; records of one key still go one by one.
 */
import type { Serde } from '../record/serde.js';
import type { FixedKeyProcessorSupplier } from './processor.js';
import { type GraphBuilder, NAME_PREFIX } from './graph-builder.js';
import type { Named } from './named.js';
import type { Produced } from './produced.js';
import type { Operator } from './topology-node.js';

export type Predicate<K, V> = (key: K, value: V) => boolean | Promise<boolean>;

/**
 * Kafka Streams has one mapper of the value and one of (key, value), told apart by the number of their
 * parameters. JavaScript cannot tell safely (`JSON.parse` has two), so the key comes second here.
 */
export type ValueMapper<K, V, VR> = (value: V, readOnlyKey: K) => VR | Promise<VR>;

export type ForeachAction<K, V> = (key: K, value: V) => void | Promise<void>;

export class KStream<K, V> {
  /** Only the builder and the streams themselves make streams. */
  constructor(
    private readonly graph: GraphBuilder,
    private readonly name: string,
    private readonly keySerde: Serde<K> | undefined,
    private readonly valueSerde: Serde<V> | undefined,
  ) {}

  /** Records for which the predicate holds. A type guard narrows the stream's type. */
  filter<VR extends V>(predicate: (key: K, value: V) => value is VR, named?: Named): KStream<K, VR>;
  filter(predicate: Predicate<K, V>, named?: Named): KStream<K, V>;
  filter(predicate: Predicate<K, V>, named?: Named): KStream<K, V> {
    const name = this.graph.nameOr(named?.name, NAME_PREFIX.filter);
    return this.with(name, { type: 'filter', keep: true, predicate }, this.valueSerde);
  }

  /** Records for which the predicate does not hold. */
  filterNot(predicate: Predicate<K, V>, named?: Named): KStream<K, V> {
    const name = this.graph.nameOr(named?.name, NAME_PREFIX.filter);
    return this.with(name, { type: 'filter', keep: false, predicate }, this.valueSerde);
  }

  /** A new value for each record. The key stays, by type. The stream has no value serde after it. */
  mapValues<VR>(mapper: ValueMapper<K, V, VR>, named?: Named): KStream<K, VR> {
    const name = this.graph.nameOr(named?.name, NAME_PREFIX.mapValues);
    return this.with<VR>(name, { type: 'mapValues', mapper }, undefined);
  }

  /** Does something with each record and passes it on as it is. */
  peek(action: ForeachAction<K, V>, named?: Named): KStream<K, V> {
    const name = this.graph.nameOr(named?.name, NAME_PREFIX.peek);
    return this.with(name, { type: 'peek', action }, this.valueSerde);
  }

  /** A processor of one's own, which forwards any number of values under the same key. */
  processValues<VOut>(supplier: FixedKeyProcessorSupplier<K, V, VOut>, named?: Named): KStream<K, VOut> {
    // As in Kafka Streams, a name that is given here uses up no index.
    const name = named?.name ?? this.graph.newName(NAME_PREFIX.processValues);
    return this.with<VOut>(name, { type: 'processValues', supplier }, undefined);
  }

  /** Writes the records to a topic. */
  to(topic: string, produced?: Produced<K, V>): void {
    this.graph.add({
      kind: 'sink',
      name: this.graph.nameOr(produced?.name, NAME_PREFIX.sink),
      parents: [this.name],
      topic,
      keySerde: produced?.keySerde ?? this.keySerde,
      valueSerde: produced?.valueSerde ?? this.valueSerde,
    });
  }

  private with<VR>(name: string, operator: Operator, valueSerde: Serde<VR> | undefined): KStream<K, VR> {
    this.graph.add({
      kind: 'processor',
      name,
      parents: [this.name],
      stores: [],
      changesKey: false,
      operator,
    });
    return new KStream(this.graph, name, this.keySerde, valueSerde);
  }
}
