/** Everything that is wrong with a topology's nodes, each as one sentence that names the node. Empty: it can run. */
import { nameProblem } from './named.js';
import { parentsOf } from './node-groups.js';
import type { SinkNode, SourceNode, TopologyNode } from './topology-node.js';

export const topologyProblems = (nodes: readonly TopologyNode[]): readonly string[] => [
  ...CHECKS.flatMap((check) => check(nodes)),
];

type Check = (nodes: readonly TopologyNode[]) => readonly string[];

const sourcesOf = (nodes: readonly TopologyNode[]): readonly SourceNode[] =>
  nodes.filter((node): node is SourceNode => node.kind === 'source');

const sinksOf = (nodes: readonly TopologyNode[]): readonly SinkNode[] =>
  nodes.filter((node): node is SinkNode => node.kind === 'sink');

const repeated = (texts: readonly string[]): ReadonlySet<string> =>
  new Set(texts.filter((text, at) => texts.indexOf(text) !== at));

const hasSource: Check = (nodes) =>
  sourcesOf(nodes).length > 0
    ? []
    : ['the topology has no source: begin with StreamsBuilder.stream(topic, …)'];

const namesAreUsable: Check = (nodes) =>
  nodes.flatMap((node) => {
    const problem = nameProblem(node.name);
    return problem === undefined ? [] : [`${node.kind} node: ${problem}`];
  });

const namesAreUnique: Check = (nodes) =>
  [...repeated(nodes.map((node) => node.name))].map((name) => `two nodes are named "${name}"`);

const topicsAreUsable: Check = (nodes) =>
  nodes.flatMap((node) => {
    const topics = node.kind === 'source' ? node.topics : node.kind === 'sink' ? [node.topic] : [];
    return topics.flatMap((topic) => {
      const problem = nameProblem(topic);
      return problem === undefined ? [] : [`topic of ${node.kind} "${node.name}": ${problem}`];
    });
  });

/** Records in lanes are named `topic-partition-offset`, those that were redriven `dlq-partition-offset`. */
const REDRIVEN = 'dlq';

const sourcesAreComplete: Check = (nodes) =>
  sourcesOf(nodes).flatMap((source) => [
    ...(source.topics.length === 0 ? [`source "${source.name}" has no topic`] : []),
    ...(source.topics.includes(REDRIVEN)
      ? [
          `source "${source.name}" reads the topic "${REDRIVEN}": its records would be called as redriven dead letters are`,
        ]
      : []),
    ...(source.topics.length > 1 && !source.named
      ? [
          `the source of the topics ${source.topics.join(', ')} needs a name (Consumed.withName): ` +
            'its internal topics are named after it',
        ]
      : []),
    ...(source.keySerde === undefined ? [missingSerde(source, 'key', 'Consumed.with')] : []),
    ...(source.valueSerde === undefined ? [missingSerde(source, 'value', 'Consumed.with')] : []),
  ]);

const sinksHaveSerdes: Check = (nodes) =>
  sinksOf(nodes).flatMap((sink) => [
    ...(sink.keySerde === undefined ? [missingSerde(sink, 'key', 'Produced.with')] : []),
    ...(sink.valueSerde === undefined ? [missingSerde(sink, 'value', 'Produced.with')] : []),
  ]);

const missingSerde = (node: SourceNode | SinkNode, of: 'key' | 'value', give: string): string =>
  `${node.kind} "${node.name}" has no ${of} serde: give one with ${give}`;

const topicsHaveOneSource: Check = (nodes) =>
  [...repeated(sourcesOf(nodes).flatMap((source) => source.topics))].map(
    (topic) => `the topic "${topic}" has two sources: use one stream of it twice`,
  );

/** Parents come first, which also keeps nodes from feeding each other in a circle. */
const parentsComeFirst: Check = (nodes) => {
  const kinds = new Map(nodes.map((node) => [node.name, node.kind]));
  const earlier = new Set<string>();
  return nodes.flatMap((node) => {
    const parents = parentsOf(node);
    const problems = parents.flatMap((parent) => {
      if (!kinds.has(parent)) return [`${node.kind} "${node.name}" has an unknown parent "${parent}"`];
      if (kinds.get(parent) === 'sink')
        return [`${node.kind} "${node.name}" has the sink "${parent}" as parent`];
      return earlier.has(parent) ? [] : [`${node.kind} "${node.name}" comes before its parent "${parent}"`];
    });
    earlier.add(node.name);
    return node.kind !== 'source' && parents.length === 0
      ? [`${node.kind} "${node.name}" has no parent`]
      : problems;
  });
};

/** The record would come back to where it was read, for ever. */
const sinksAvoidTheirSources: Check = (nodes) => {
  const topicsAbove = new Map<string, ReadonlySet<string>>();
  return nodes.flatMap((node) => {
    const above = new Set(
      node.kind === 'source'
        ? node.topics
        : node.parents.flatMap((parent) => [...(topicsAbove.get(parent) ?? [])]),
    );
    topicsAbove.set(node.name, above);
    return node.kind === 'sink' && above.has(node.topic)
      ? [`sink "${node.name}" writes to "${node.topic}", which its own source reads`]
      : [];
  });
};

const suppliersMakeNewProcessors: Check = (nodes) =>
  nodes.flatMap((node) => {
    if (node.kind !== 'processor' || node.operator.type !== 'processValues') return [];
    const { supplier } = node.operator;
    return supplier() === supplier()
      ? [`the supplier of processor "${node.name}" gives the same processor twice: each task needs its own`]
      : [];
  });

const CHECKS: readonly Check[] = [
  hasSource,
  namesAreUsable,
  namesAreUnique,
  topicsAreUsable,
  sourcesAreComplete,
  sinksHaveSerdes,
  topicsHaveOneSource,
  parentsComeFirst,
  sinksAvoidTheirSources,
  suppliersMakeNewProcessors,
];
