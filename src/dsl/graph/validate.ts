/** Everything that is wrong with a topology, each as one sentence that says where and what to do. Empty: it can run. */
import { GRAPH_CHECKS } from './check-graph.js';
import { OPERATOR_CHECKS } from './check-operators.js';
import { STORE_CHECKS } from './check-stores.js';
import { TOPIC_CHECKS } from './check-topics.js';
import type { TopologyParts } from './topology-node.js';

const CHECKS = [...GRAPH_CHECKS, ...TOPIC_CHECKS, ...STORE_CHECKS, ...OPERATOR_CHECKS];

export const topologyProblems = (parts: TopologyParts): readonly string[] =>
  CHECKS.flatMap((check) => check(parts));
