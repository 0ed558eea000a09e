/**
 * The text of a topology, byte by byte what Kafka Streams' `TopologyDescription.toString()` says of the
 * same one: viewers of that text work on ours.
 * Kafka Streams sorts nodes by the size of what hangs below them, but while those sizes are still being
 * counted, in the order of a hash table. Where that makes a difference, it is made here too.
 */
import { copiedCapacity, hashOrder, JavaTreeSet } from './java-order.js';
import { parentsOf } from './node-groups.js';
import type { SinkNode, TopologyNode } from './topology-node.js';

/** Nodes by sub-topology, see `nodeGroups`. */
export const describeTopology = (groups: readonly (readonly TopologyNode[])[]): string =>
  `Topologies:\n ${groups.map((group, id) => `  Sub-topology: ${id}\n${nodesText(group)}\n`).join('')}`;

interface DescribedNode {
  readonly node: TopologyNode;
  /** Nodes below it and itself; one that is reached on two ways counts twice. */
  size: number;
  readonly predecessors: JavaTreeSet<DescribedNode>;
  readonly successors: JavaTreeSet<DescribedNode>;
}

/** Larger first, then by name (UTF-16 code units, as Java compares). */
const bySize = (a: DescribedNode, b: DescribedNode): number => {
  if (a === b) return 0;
  if (a.size !== b.size) return b.size - a.size;
  return a.node.name < b.node.name ? -1 : 1;
};

const nodesText = (group: readonly TopologyNode[]): string => {
  const byName = new Map<string, DescribedNode>();
  for (const node of group) {
    byName.set(node.name, {
      node,
      size: 1,
      predecessors: new JavaTreeSet(bySize),
      successors: new JavaTreeSet(bySize),
    });
  }
  // Kafka Streams puts the names into a HashSet and from there into a HashMap.
  const names = hashOrder(hashOrder(group.map((node) => node.name)));
  const described = names.flatMap((name) => byName.get(name) ?? []);
  for (const one of described) {
    for (const name of parentsOf(one.node)) {
      const predecessor = byName.get(name);
      if (predecessor === undefined) throw new Error(`node ${name} is not in the sub-topology of its child`);
      one.predecessors.add(predecessor);
      predecessor.successors.add(one);
      addSize(predecessor, one.size);
    }
  }
  const sorted = new JavaTreeSet(bySize);
  for (const one of described) sorted.add(one);
  return sorted
    .values()
    .map((one) => `    ${nodeText(one)}\n`)
    .join('');
};

const addSize = (to: DescribedNode, size: number): void => {
  to.size += size;
  for (const predecessor of to.predecessors.values()) addSize(predecessor, size);
};

const nodeText = ({ node, predecessors, successors }: DescribedNode): string => {
  const arrows = {
    to: `\n      --> ${namesText(successors)}`,
    from: `\n      <-- ${namesText(predecessors)}`,
  };
  switch (node.kind) {
    case 'source':
      return `Source: ${node.name} (topics: ${setText(node.topics)})${arrows.to}`;
    case 'processor':
      return `Processor: ${node.name} (stores: ${setText(node.stores)})${arrows.to}${arrows.from}`;
    case 'sink':
      return `Sink: ${node.name} (${sinkText(node.topic)})${arrows.from}`;
  }
};

/** A function has no class: its name stands there, if it has one. */
const sinkText = (topic: SinkNode['topic']): string =>
  typeof topic === 'string' ? `topic: ${topic}` : `extractor class: ${topic.name}`;

/** A Java set of strings, as its `toString` writes it. */
const setText = (texts: readonly string[]): string =>
  `[${hashOrder(texts, copiedCapacity(texts.length)).join(', ')}]`;

const namesText = (nodes: JavaTreeSet<DescribedNode>): string => {
  const names = nodes.values().map(({ node }) => node.name);
  return names.length === 0 ? 'none' : names.join(', ');
};
