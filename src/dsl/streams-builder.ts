/** Where a topology is written: sources first, then what happens to their records. */
import type { Consumed } from './consumed.js';
import { GraphBuilder } from './graph/graph-builder.js';
import { KStream } from './kstream.js';
import { KTable } from './ktable.js';
import type { Materialized } from './materialized.js';
import { NAME_PREFIX } from './graph/names.js';
import type { StoreBuilder } from './stores.js';
import { tableOfTopic } from './graph/table-source.js';
import type { TopologyConfig } from './topology-config.js';
import type { Topology } from './graph/topology.js';

export class StreamsBuilder {
  private readonly graph = new GraphBuilder((place) => new KStream(place));

  constructor(private readonly config: TopologyConfig = {}) {}

  /**
   * A stream of one topic or of several. Several topics are read together by one task per partition:
   * they need the same number of partitions, and the source a name (`Consumed.withName`), which
   * becomes part of the names of internal topics.
   */
  stream<K, V>(topics: string | readonly string[], consumed: Consumed<K, V>): KStream<K, V> {
    const { graph } = this;
    const { keySerde, valueSerde } = consumed;
    const name = graph.nameOr(consumed.name, NAME_PREFIX.source);
    const node = graph.add([], {
      name,
      nodes: () => [
        {
          kind: 'source',
          name,
          named: consumed.name !== undefined,
          topics: Object.freeze(typeof topics === 'string' ? [topics] : [...topics]),
          internal: null,
          keySerde,
          valueSerde,
          readsTombstones: false,
        },
      ],
    });
    return new KStream({ graph, node, keySerde, valueSerde, isRekeyed: false });
  }

  /**
   * The last value of each key of a topic; a record whose value is null deletes it. It needs a store, so a name
   * (`Materialized.as`), when a stream is joined with it.
   */
  table<K, V>(
    topic: string,
    consumed: Consumed<K, V>,
    materialized?: Materialized<K, V>,
  ): KTable<K, V | null> {
    const { name, keySerde, valueSerde } = consumed;
    const serdes = { keySerde, valueSerde };
    const { place, view } = tableOfTopic(this.graph, topic, name, serdes, materialized?.name);
    return new KTable(place, view);
  }

  /** A store for processors, which name it in `KStream.process`. */
  addStateStore<K, V>(store: StoreBuilder<K, V>): this {
    this.graph.addStore(store.spec);
    return this;
  }

  /** Throws a TopologyError that lists every problem. */
  build(): Topology {
    return this.graph.build(this.config);
  }
}
