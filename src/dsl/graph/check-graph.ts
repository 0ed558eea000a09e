/** Whether the nodes of a topology are a graph that records can flow through: from sources, downwards. */
import { type Check, processorsOf, repeated, sourcesOf } from './check.js';
import { nameProblem } from '../named.js';
import { parentsOf } from './node-groups.js';

const hasSource: Check = (parts) =>
  sourcesOf(parts).length > 0
    ? []
    : ['the topology has no source: begin with StreamsBuilder.stream(topic, …)'];

const namesAreUsable: Check = ({ nodes }) =>
  nodes.flatMap((node) => {
    const problem = nameProblem(node.name);
    return problem === undefined ? [] : [`${node.kind} node: ${problem}`];
  });

const namesAreUnique: Check = ({ nodes }) =>
  [...repeated(nodes.map((node) => node.name))].map((name) => `two nodes are named "${name}"`);

/** Parents come first, which also keeps nodes from feeding each other in a circle. */
const parentsComeFirst: Check = ({ nodes }) => {
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
const sinksAvoidTheirSources: Check = ({ nodes }) => {
  const topicsAbove = new Map<string, ReadonlySet<string>>();
  const writers = new Map<string, ReadonlySet<string>>();
  return nodes.flatMap((node) => {
    const above = new Set(
      node.kind === 'source'
        ? node.topics.flatMap((topic) => [topic, ...(writers.get(topic) ?? [])])
        : node.parents.flatMap((parent) => [...(topicsAbove.get(parent) ?? [])]),
    );
    topicsAbove.set(node.name, above);
    if (node.kind === 'sink' && node.internal !== null && typeof node.topic === 'string')
      writers.set(node.topic, above);
    return node.kind === 'sink' && typeof node.topic === 'string' && above.has(node.topic)
      ? [`sink "${node.name}" writes to "${node.topic}", which its own source reads`]
      : [];
  });
};

const splitsHaveBranches: Check = (parts) =>
  processorsOf(parts).flatMap(({ name, operator }) =>
    operator.type === 'branch' && operator.branches.length === 0
      ? [`the split "${name}" has no branch: add one with branch(predicate)`]
      : [],
  );

export const GRAPH_CHECKS: readonly Check[] = [
  hasSource,
  namesAreUsable,
  namesAreUnique,
  parentsComeFirst,
  sinksAvoidTheirSources,
  splitsHaveBranches,
];
