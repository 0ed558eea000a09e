/** Makes the sub-topologies of a topology: nodes that are connected, with what they use. */
import type { StoreSpec } from './store-spec.js';
import type { InternalTopic, SinkNode, SourceNode, TopologyNode } from './topology-node.js';
import type { Subtopology } from './topology.js';

export const subtopology = (
  nodes: readonly TopologyNode[],
  allStores: readonly StoreSpec[],
  id: number,
): Subtopology => {
  const sources = nodes.filter((node): node is SourceNode => node.kind === 'source');
  const used = new Set(nodes.flatMap((node) => (node.kind === 'processor' ? node.stores : [])));
  const stores = allStores.filter(({ name }) => used.has(name));
  const sourceTopics = sources.flatMap((source) => source.topics);
  const [onlyTopic] = sourceTopics;
  const [first] = sources;
  if (onlyTopic === undefined || first === undefined) throw new Error(`sub-topology ${id} has no source`);
  return Object.freeze({
    id,
    nodes: Object.freeze([...nodes]),
    stores: Object.freeze(stores),
    isSerial: stores.some(({ perKey }) => !perKey),
    ...topicsOf(nodes),
    sourceName: sourceTopics.length === 1 ? onlyTopic : first.name,
  });
};

/** Of its nodes as they are now. */
export const topicsOf = (
  nodes: readonly TopologyNode[],
): Pick<Subtopology, 'sourceTopics' | 'sinkTopics' | 'internalTopics'> => {
  const sinks = nodes.filter((node): node is SinkNode => node.kind === 'sink');
  const written = new Map<string, InternalTopic | null>();
  for (const { topic, internal } of sinks) if (typeof topic === 'string') written.set(topic, internal);
  return {
    sourceTopics: Object.freeze(nodes.flatMap((node) => (node.kind === 'source' ? node.topics : []))),
    sinkTopics: Object.freeze([...written.keys()]),
    internalTopics: Object.freeze(
      [...written].flatMap(([name, internal]) =>
        internal === null ? [] : [{ name, partitions: internal.partitions }],
      ),
    ),
  };
};
