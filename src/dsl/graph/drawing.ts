/**
 * A topology as plain data for whoever draws it: the nodes of each sub-topology with the names of their
 * parents, and no function, serde or type. What JSON cannot hold is not in it. Pure.
 */
import { parentsOf } from './node-groups.js';
import type { TopologyNode } from './topology-node.js';
import type { Subtopology } from './topology.js';

export interface DrawnNode {
  readonly name: string;
  readonly kind: TopologyNode['kind'];
  /** Read by a source, written by a sink; empty for a processor, and for a sink that chooses one for each record. */
  readonly topics: readonly string[];
  /** Its topic is one of the topology's own. */
  readonly isInternal: boolean;
  readonly stores: readonly string[];
  readonly parents: readonly string[];
}

export interface DrawnSubtopology {
  readonly id: number;
  readonly nodes: readonly DrawnNode[];
}

const topicsOf = (node: TopologyNode): readonly string[] => {
  switch (node.kind) {
    case 'source':
      return node.topics;
    case 'sink':
      return typeof node.topic === 'string' ? [node.topic] : [];
    case 'processor':
      return [];
  }
};

export const drawingOf = (subtopologies: readonly Subtopology[]): readonly DrawnSubtopology[] =>
  subtopologies.map(({ id, nodes }) => ({
    id,
    nodes: nodes.map((node) => ({
      name: node.name,
      kind: node.kind,
      topics: topicsOf(node),
      isInternal: node.kind !== 'processor' && node.internal !== null,
      stores: node.kind === 'processor' ? node.stores : [],
      parents: parentsOf(node),
    })),
  }));
