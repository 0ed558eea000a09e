/**
 * A topology: an immutable graph of source, processor and sink nodes, split into sub-topologies as
 * Kafka Streams splits and numbers it. Only `Topology.of` makes one, and only from parts without a
 * problem. Holds no state of a run.
 */
import { repeated } from './check.js';
import { describeTopology } from './describe.js';
import { inApplication } from './internal-topics.js';
import { nodeGroups } from './node-groups.js';
import type { StoreSpec } from './store-spec.js';
import { subtopology } from './subtopology.js';
import type { TopologyConfig } from '../topology-config.js';
import { TopologyError } from './topology-error.js';
import type { InternalTopic, TopologyNode, TopologyParts } from './topology-node.js';
import { topologyProblems } from './validate.js';

/** A topic of the topology's own that a sub-topology writes. */
export interface NamedInternalTopic extends InternalTopic {
  readonly name: string;
}

/** Nodes that are connected: the unit that a task runs. */
export interface Subtopology {
  readonly id: number;
  /** In the order in which they were added: parents before children. */
  readonly nodes: readonly TopologyNode[];
  readonly stores: readonly StoreSpec[];
  /** Its records run one after the other: some store's entries are looked at by records of other keys. */
  readonly isSerial: boolean;
  readonly sourceTopics: readonly string[];
  /** Those that are known before it runs, internal ones included. */
  readonly sinkTopics: readonly string[];
  /** Internal topics that it writes; another sub-topology reads each. */
  readonly internalTopics: readonly NamedInternalTopic[];
  /**
   * What its own topics are named after: its only source topic (an internal one without the application's id), or
   * else its first source node.
   */
  readonly sourceName: string;
}

/** Internal topics are named after the source. */
const nameClashes = (subtopologies: readonly Subtopology[]): readonly string[] =>
  [...repeated(subtopologies.map(({ sourceName }) => sourceName))].map(
    (name) =>
      `two sub-topologies would have the same internal topics, because both read "${name}" or have a source of that name: give the source of several topics another name (Consumed.withName)`,
  );

export class Topology {
  private constructor(
    readonly subtopologies: readonly Subtopology[],
    readonly config: TopologyConfig,
    private readonly description: string,
  ) {
    Object.freeze(this);
  }

  /** Throws a TopologyError that lists every problem of the parts. */
  static of(parts: TopologyParts, config: TopologyConfig = {}): Topology {
    const problems = topologyProblems(parts);
    if (problems.length > 0) throw new TopologyError(problems);
    const groups = nodeGroups(parts.nodes);
    const subtopologies = groups.map((group, id) => subtopology(group, parts.stores, id));
    const clashes = nameClashes(subtopologies);
    if (clashes.length > 0) throw new TopologyError(clashes);
    return new Topology(Object.freeze(subtopologies), config, describeTopology(groups));
  }

  /** The same, with its internal topics called as they are in Kafka: `<applicationId>-<name>`. */
  forApplication(applicationId: string): Topology {
    const subtopologies = this.subtopologies.map((sub) => inApplication(sub, applicationId));
    return new Topology(Object.freeze(subtopologies), this.config, this.description);
  }

  get sourceTopics(): readonly string[] {
    return this.subtopologies.flatMap((sub) => sub.sourceTopics);
  }

  /** Those that are known before it runs, see `KStream.to`. */
  get sinkTopics(): readonly string[] {
    return [...new Set(this.subtopologies.flatMap((sub) => sub.sinkTopics))];
  }

  /** The text of Kafka Streams' `TopologyDescription.toString()`, byte by byte. */
  describe(): string {
    return this.description;
  }
}
