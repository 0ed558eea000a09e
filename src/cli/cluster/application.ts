/** The application that the settings describe: its topology, and the topics that it needs. Pure. */
import type { Settings } from '../../../config/schema.js';
import type { Topology } from '../../dsl/graph/topology.js';
import { streamsConfig } from '../../service/client-options.js';
import { topologyOf as serviceTopologyOf } from '../../service/topologies.js';
import { topicNeedsOf } from '../../topic-needs.js';
import type { TopicNeeds, TopicRules } from '../../topics/topic-plan.js';

export interface Application {
  readonly id: string;
  /** Made for this application: topics of its own are named. */
  readonly topology: Topology;
  readonly needs: readonly TopicNeeds[];
  readonly rules: TopicRules;
}

/** Throws ConfigError when there is no topology of that name, and TopologyError. */
export const topologyOf = (settings: Settings): Topology =>
  serviceTopologyOf(settings).forApplication(settings.kafka.groupId);

export const applicationOf = (settings: Settings): Application => {
  const topology = topologyOf(settings);
  const { maxMessageBytes, retryTiers, topics } = streamsConfig(settings);
  return {
    id: settings.kafka.groupId,
    topology,
    needs: topicNeedsOf(topology),
    rules: { ...topics, maxMessageBytes, retryTiers },
  };
};
