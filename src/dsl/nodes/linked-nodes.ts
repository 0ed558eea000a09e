/** The nodes of a sub-topology as they run in one task, linked once, so that a record goes from node to node by direct calls. */
import { AggregateNode } from './aggregate-node.js';
import type { FailureJudge } from './failure-judge.js';
import { MaterializeNode } from './materialize-node.js';
import { parentsOf } from '../graph/node-groups.js';
import { statelessNode } from './operator-nodes.js';
import type { TaskOfNodes } from './processor-node.js';
import { UserProcessorNode } from './processor-node.js';
import type { RuntimeNode } from './runtime-node.js';
import { SinkRuntime, SourceRuntime } from './serde-nodes.js';
import type { StoreSpec } from '../graph/store-spec.js';
import { StreamTableJoinNode } from './stream-table-join-node.js';
import { SuppressNode } from './suppress-node.js';
import { TableFilterNode } from './table-filter-node.js';
import { TableMapValuesNode } from './table-map-values-node.js';
import type { ProcessorNode, TopologyNode } from '../graph/topology-node.js';
import type { Subtopology } from '../graph/topology.js';
import { WindowAggregateNode } from './window-aggregate-node.js';

export interface LinkedNodes {
  /** By topic. */
  readonly sources: ReadonlyMap<string, SourceRuntime>;
  /** Processors of the user's, upstream first. */
  readonly processors: readonly UserProcessorNode[];
}

export const linkNodes = (sub: Subtopology, judge: FailureJudge, task: TaskOfNodes): LinkedNodes => {
  const running = new Map<string, RuntimeNode>();
  const keyMayDiffer = new Set<string>();
  const sources = new Map<string, SourceRuntime>();
  const processors: UserProcessorNode[] = [];
  const specs = new Map(sub.stores.map((spec) => [spec.name, spec]));
  const storeOf = (name: string): StoreSpec => {
    const spec = specs.get(name);
    if (spec === undefined) throw new Error(`sub-topology ${sub.id} has no store "${name}"`);
    return spec;
  };
  for (const node of sub.nodes) {
    const parents = parentsOf(node);
    const differs = parents.some((parent) => keyMayDiffer.has(parent));
    if (differs || (node.kind === 'processor' && node.changesKey)) keyMayDiffer.add(node.name);
    const runtime = runtimeOf(node, { differs, judge, storeOf, task });
    running.set(node.name, runtime);
    for (const parent of parents) running.get(parent)?.adopt(runtime, node.name);
    if (runtime instanceof UserProcessorNode) processors.push(runtime);
    if (node.kind === 'source' && runtime instanceof SourceRuntime)
      for (const topic of node.topics) sources.set(topic, runtime);
  }
  return { sources, processors };
};

interface Surroundings {
  /** Whether any node above can forward another key than it was given. */
  readonly differs: boolean;
  readonly judge: FailureJudge;
  readonly storeOf: (name: string) => StoreSpec;
  readonly task: TaskOfNodes;
}

const runtimeOf = (node: TopologyNode, around: Surroundings): RuntimeNode => {
  if (node.kind === 'processor') return runtimeOfProcessor(node, around);
  const { keySerde, valueSerde } = node;
  if (keySerde === undefined || valueSerde === undefined) throw new Error(`${node.name} has no serde`);
  return node.kind === 'source'
    ? new SourceRuntime(keySerde, valueSerde, node.readsTombstones, around.judge)
    : new SinkRuntime(node, keySerde, valueSerde, around.differs, around.judge);
};

const runtimeOfProcessor = (node: ProcessorNode, { storeOf, task }: Surroundings): RuntimeNode => {
  const { operator } = node;
  switch (operator.type) {
    case 'process':
    case 'processValues':
      return new UserProcessorNode(
        node.name,
        operator,
        operator.type === 'processValues',
        node.stores.map(storeOf),
        task,
      );
    case 'materialize':
      return new MaterializeNode(operator, storeOf(operator.store));
    case 'aggregate':
      return new AggregateNode(operator, storeOf(operator.store));
    case 'windowAggregate':
      return new WindowAggregateNode(operator, storeOf(operator.store));
    case 'tableFilter':
      return new TableFilterNode(operator, operator.store === null ? null : storeOf(operator.store));
    case 'tableMapValues':
      return new TableMapValuesNode(operator, operator.store === null ? null : storeOf(operator.store));
    case 'suppress':
      return new SuppressNode(operator, storeOf(operator.store));
    case 'streamTableJoin':
      return new StreamTableJoinNode(operator, storeOf(operator.store));
    default:
      return statelessNode(operator);
  }
};
