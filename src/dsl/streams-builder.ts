/** Where a topology is written: sources first, then what happens to their records. */
import type { Consumed } from './consumed.js';
import { GraphBuilder, NAME_PREFIX } from './graph-builder.js';
import { KStream } from './kstream.js';
import type { Topology } from './topology.js';

export class StreamsBuilder {
  private readonly graph = new GraphBuilder();

  /**
   * A stream of one topic or of several. Several topics are read together by one task per partition:
   * they need the same number of partitions, and the source a name (`Consumed.withName`), which
   * becomes part of the names of internal topics.
   */
  stream<K, V>(topics: string | readonly string[], consumed: Consumed<K, V>): KStream<K, V> {
    const name = this.graph.nameOr(consumed.name, NAME_PREFIX.source);
    this.graph.add({
      kind: 'source',
      name,
      named: consumed.name !== undefined,
      topics: Object.freeze(typeof topics === 'string' ? [topics] : [...topics]),
      keySerde: consumed.keySerde,
      valueSerde: consumed.valueSerde,
    });
    return new KStream(this.graph, name, consumed.keySerde, consumed.valueSerde);
  }

  /** Throws a TopologyError that lists every problem. */
  build(): Topology {
    return this.graph.build();
  }
}
