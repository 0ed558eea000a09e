/** The topologies that `--topology NAME` knows: the name of a folder, and how it is built from settings. */
import { ConfigError } from '../../config/config-error.js';
import type { Settings } from '../../config/schema.js';
import { buildTopology as loginCounts } from '../../topology/login-counts/topology.js';
import { buildTopology as userActivity } from '../../topology/user-activity/topology.js';
import { buildTopology as userAudit } from '../../topology/user-audit/topology.js';
import type { Topology } from '../dsl/graph/topology.js';
import type { TopologyName } from './topology-names.js';

type Build = (settings: Settings) => Topology;

const BUILDS: Readonly<Record<TopologyName, Build>> = {
  'user-audit': ({ directory, kafka, processing, topics }) =>
    userAudit({
      applicationId: kafka.groupId,
      sourceTopics: topics.source,
      auditTopic: topics.audit,
      schemasStrict: processing.schemasStrict,
      directory: directory.url === null ? undefined : { url: directory.url, timeoutMs: directory.timeoutMs },
    }),
  'user-activity': ({ activity, kafka, processing, topics }) =>
    userActivity({
      applicationId: kafka.groupId,
      sourceTopics: topics.source,
      activityTopic: topics.activity,
      alertsTopic: topics.alerts,
      schemasStrict: processing.schemasStrict,
      ...activity,
    }),
  'login-counts': loginCounts,
};

/** By the name that somebody gave. */
export const TOPOLOGIES: Readonly<Record<string, Build>> = BUILDS;

/** Throws a ConfigError where there is none of that name, and what the topology throws. */
export const topologyOf = (settings: Settings): Topology => {
  const build = TOPOLOGIES[settings.topology];
  if (build !== undefined) return build(settings);
  throw new ConfigError([
    {
      setting: '--topology',
      value: settings.topology,
      origin: 'command line',
      problem: 'there is no such topology',
      allowed: Object.keys(TOPOLOGIES).join(', '),
    },
  ]);
};
