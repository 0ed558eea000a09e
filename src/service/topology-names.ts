/** The names of the topologies, for whoever must not wait until those are loaded. */
export const TOPOLOGY_NAMES = ['user-audit', 'user-activity', 'login-counts'] as const;

export type TopologyName = (typeof TOPOLOGY_NAMES)[number];
