/** The topics of a topology's own in Kafka: named `<application id>-<name>`, as Kafka Streams names them. */
import { topicsOf } from './subtopology.js';
import type { TopologyNode } from './topology-node.js';
import type { Subtopology } from './topology.js';

const renamed = (node: TopologyNode, applicationId: string): TopologyNode => {
  if (node.kind === 'processor' || node.internal === null) return node;
  if (node.kind === 'source')
    return Object.freeze({
      ...node,
      topics: Object.freeze(node.topics.map((topic) => `${applicationId}-${topic}`)),
    });
  return typeof node.topic === 'string'
    ? Object.freeze({ ...node, topic: `${applicationId}-${node.topic}` })
    : node;
};

export const inApplication = (sub: Subtopology, applicationId: string): Subtopology => {
  const nodes = sub.nodes.map((node) => renamed(node, applicationId));
  return Object.freeze({ ...sub, nodes: Object.freeze(nodes), ...topicsOf(nodes) });
};
