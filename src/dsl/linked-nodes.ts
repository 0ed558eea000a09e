/** The nodes of a sub-topology as they run in one task, linked once, so that a record goes from node to node by direct calls. */
import { AggregateNode } from './aggregate-node.js';
import type { FailureJudge } from './failure-judge.js';
import { parentsOf } from './node-groups.js';
import * as operators from './operator-nodes.js';
import type { TaskOfNodes } from './processor-node.js';
import { UserProcessorNode } from './processor-node.js';
import type { RuntimeNode } from './runtime-node.js';
import { SinkRuntime, SourceRuntime } from './serde-nodes.js';
import type { ProcessorNode, TopologyNode } from './topology-node.js';
import type { Subtopology } from './topology.js';
