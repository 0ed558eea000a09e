/**
 * The nodes of a topology while it is being written: names them as Kafka Streams does and keeps them in
 * order. Checks nothing: that is done on the whole.
 */
import { Topology } from './topology.js';
import type { TopologyNode } from './topology-node.js';

/** Kafka Streams' prefixes of generated names. */
export const NAME_PREFIX = {
  source: 'KSTREAM-SOURCE-',
  filter: 'KSTREAM-FILTER-',
  mapValues: 'KSTREAM-MAPVALUES-',
  peek: 'KSTREAM-PEEK-',
  processValues: 'KSTREAM-PROCESSVALUES-',
  sink: 'KSTREAM-SINK-',
} as const;

export class GraphBuilder {
  private readonly nodes: TopologyNode[] = [];
  private nextIndex = 0;

  /** A given name uses up an index too, so that naming one node renames no other. */
  nameOr(given: string | undefined, prefix: string): string {
    const generated = this.newName(prefix);
    return given ?? generated;
  }

  newName(prefix: string): string {
    const name = `${prefix}${String(this.nextIndex).padStart(10, '0')}`;
    this.nextIndex += 1;
    return name;
  }

  add(node: TopologyNode): void {
    this.nodes.push(Object.freeze(node));
  }

  build(): Topology {
    return Topology.of(this.nodes);
  }
}
