/** Which nodes are connected: one group per sub-topology, numbered by its first node as Kafka Streams does. */
import type { TopologyNode } from './topology-node.js';

export const parentsOf = (node: TopologyNode): readonly string[] =>
  node.kind === 'source' ? [] : node.parents;

/** Groups in order of id; nodes within a group in the order given. The nodes must have no problems. */
export const nodeGroups = (nodes: readonly TopologyNode[]): readonly (readonly TopologyNode[])[] => {
  const rootOf = new Map<string, string>();
  const find = (name: string): string => {
    const up = rootOf.get(name);
    return up === undefined || up === name ? name : find(up);
  };
  const storeUsers = new Map<string, string>();
  for (const node of nodes) {
    for (const parent of parentsOf(node)) rootOf.set(find(node.name), find(parent));
    for (const store of node.kind === 'processor' ? node.stores : []) {
      rootOf.set(find(node.name), find(storeUsers.get(store) ?? node.name));
      storeUsers.set(store, node.name);
    }
  }
  const groups = new Map<string, TopologyNode[]>();
  for (const node of nodes) {
    const root = find(node.name);
    const group = groups.get(root);
    if (group === undefined) groups.set(root, [node]);
    else group.push(node);
  }
  return [...groups.values()];
};
