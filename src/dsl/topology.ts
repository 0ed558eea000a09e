/**
 * A topology: an immutable graph of source, processor and sink nodes, split into sub-topologies as
 * Kafka Streams splits and numbers it. Only `Topology.of` makes one, and only from parts without a
 * problem. Holds no state of a run.
 */
import { describeTopology } from './describe.js';
import { inApplication } from './internal-topics.js';
import { nodeGroups } from './node-groups.js';
import { subtopology, type Subtopology } from './subtopology.js';
import type { TopologyConfig } from './topology-config.js';
import { TopologyError } from './topology-error.js';
import type { TopologyParts } from './topology-node.js';
import { topologyProblems } from './validate.js';

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
    return new Topology(
      Object.freeze(groups.map((group, id) => subtopology(group, parts.stores, id))),
      config,
      describeTopology(groups),
    );
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
