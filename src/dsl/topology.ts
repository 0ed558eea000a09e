/**
 * A topology: an immutable graph of source, processor and sink nodes, split into sub-topologies as
 * Kafka Streams splits and numbers it. Only `Topology.of` makes one, and only from nodes without a
 * problem. Holds no state of a run.
 */
import { describeTopology } from './describe.js';
import type { SinkNode, SourceNode, TopologyNode } from './topology-node.js';
import { TopologyError } from './topology-error.js';
import { nodeGroups } from './node-groups.js';
import { topologyProblems } from './validate.js';

/** Nodes that are connected: the unit that a task runs. */
export interface Subtopology {
  readonly id: number;
  /** In the order in which they were added: parents before children. */
  readonly nodes: readonly TopologyNode[];
  readonly sourceTopics: readonly string[];
  readonly sinkTopics: readonly string[];
  /** What its internal topics are named after: its only source topic, or else its first source node. */
  readonly sourceName: string;
}

export class Topology {
  private constructor(
    readonly subtopologies: readonly Subtopology[],
    private readonly description: string,
  ) {
    Object.freeze(this);
  }

  /** Throws a TopologyError that lists every problem of the nodes. */
  static of(nodes: readonly TopologyNode[]): Topology {
    const problems = topologyProblems(nodes);
    if (problems.length > 0) throw new TopologyError(problems);
    const groups = nodeGroups(nodes);
    return new Topology(Object.freeze(groups.map(subtopology)), describeTopology(groups));
  }

  get sourceTopics(): readonly string[] {
    return this.subtopologies.flatMap((sub) => sub.sourceTopics);
  }

  get sinkTopics(): readonly string[] {
    return [...new Set(this.subtopologies.flatMap((sub) => sub.sinkTopics))];
  }

  /** The text of Kafka Streams' `TopologyDescription.toString()`, byte by byte. */
  describe(): string {
    return this.description;
  }
}

const subtopology = (group: readonly TopologyNode[], id: number): Subtopology => {
  const sources = group.filter((node): node is SourceNode => node.kind === 'source');
  const sinks = group.filter((node): node is SinkNode => node.kind === 'sink');
  const sourceTopics = sources.flatMap((source) => source.topics);
  const [onlyTopic] = sourceTopics;
  const [first] = sources;
  if (onlyTopic === undefined || first === undefined) throw new Error(`sub-topology ${id} has no source`);
  return Object.freeze({
    id,
    nodes: Object.freeze([...group]),
    sourceTopics: Object.freeze(sourceTopics),
    sinkTopics: Object.freeze([...new Set(sinks.map((sink) => sink.topic))]),
    sourceName: sourceTopics.length === 1 ? onlyTopic : first.name,
  });
};
