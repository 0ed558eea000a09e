/** What the checks of a topology share. Each says everything that is wrong in its field, one sentence a problem. */
import type { ProcessorNode, SinkNode, SourceNode, TopologyNode, TopologyParts } from './topology-node.js';

export type Check = (parts: TopologyParts) => readonly string[];

export const sourcesOf = ({ nodes }: Pick<TopologyParts, 'nodes'>): readonly SourceNode[] =>
  nodes.filter((node): node is SourceNode => node.kind === 'source');

export const sinksOf = ({ nodes }: Pick<TopologyParts, 'nodes'>): readonly SinkNode[] =>
  nodes.filter((node): node is SinkNode => node.kind === 'sink');

export const processorsOf = ({ nodes }: Pick<TopologyParts, 'nodes'>): readonly ProcessorNode[] =>
  nodes.filter((node): node is ProcessorNode => node.kind === 'processor');

export const repeated = (texts: readonly string[]): ReadonlySet<string> =>
  new Set(texts.filter((text, at) => texts.indexOf(text) !== at));

/** The topics that a node names, by kind; not those that a function will name. */
export const topicsNamedBy = (node: TopologyNode): readonly string[] => {
  if (node.kind === 'source') return node.topics;
  return node.kind === 'sink' && typeof node.topic === 'string' ? [node.topic] : [];
};
