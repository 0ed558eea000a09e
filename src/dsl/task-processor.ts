/**
 * Turns a sub-topology into what a task runs: its nodes are linked once, so that a record goes from
 * node to node by direct calls. Every task gets processors of its own.
 */
import type { ProducedRecord } from '../record/record.js';
import type { TaskId } from '../record/units.js';
import type { RecordRun, TaskProcessor } from './execution.js';
import { parentsOf } from './node-groups.js';
import { FilterNode, MapValuesNode, PeekNode } from './operator-nodes.js';
import { ProcessValuesNode } from './processor-node.js';
import { RecordPass, type RuntimeNode } from './runtime-node.js';
import { SinkRuntime, SourceRuntime } from './serde-nodes.js';
import type { Operator, TopologyNode } from './topology-node.js';
import type { Subtopology } from './topology.js';

export const createTaskProcessor = (sub: Subtopology, taskId: TaskId): TaskProcessor => {
  const { sources, processors } = link(sub);

  const process = (run: RecordRun): readonly ProducedRecord[] | Promise<readonly ProducedRecord[]> => {
    const source = sources.get(run.record.topic);
    if (source === undefined) throw new Error(`sub-topology ${sub.id} does not read ${run.record.topic}`);
    const pass = new RecordPass(run, source.keySerde);
    const pending = source.start(pass);
    return pending === undefined ? pass.outputs : outputsAfter(pending, pass);
  };

  const closeAll = async (open: readonly ProcessValuesNode[]): Promise<void> => {
    const failures: unknown[] = [];
    for (const processor of [...open].reverse()) {
      try {
        await processor.close();
      } catch (error) {
        failures.push(error);
      }
    }
    if (failures.length > 0) throw failures[0];
  };

  let open: readonly ProcessValuesNode[] = [];
  let isClosed = false;
  const close = (): Promise<void> => {
    isClosed = true;
    const closing = open;
    open = [];
    return closeAll(closing);
  };

  return {
    process,
    close,
    init: async () => {
      const context = { taskId: () => taskId };
      for (const processor of processors) {
        try {
          await processor.init(context);
        } catch (error) {
          // What stopped the start is what must be told; a close that fails as well adds nothing.
          await close().catch(() => undefined);
          throw error;
        }
        open = [...open, processor];
        // The task was dropped meanwhile: what has just been opened is closed, and nothing more is opened.
        if (isClosed) return close();
      }
    },
  };
};

const outputsAfter = async (pending: Promise<void>, pass: RecordPass): Promise<readonly ProducedRecord[]> => {
  await pending;
  return pass.outputs;
};

interface LinkedNodes {
  /** By topic. */
  readonly sources: ReadonlyMap<string, SourceRuntime>;
  /** Upstream first. */
  readonly processors: readonly ProcessValuesNode[];
}

const link = (sub: Subtopology): LinkedNodes => {
  const running = new Map<string, RuntimeNode>();
  const keyMayDiffer = new Set<string>();
  const sources = new Map<string, SourceRuntime>();
  const processors: ProcessValuesNode[] = [];
  for (const node of sub.nodes) {
    const parents = parentsOf(node);
    const differs = parents.some((parent) => keyMayDiffer.has(parent));
    if (differs || (node.kind === 'processor' && node.changesKey)) keyMayDiffer.add(node.name);
    const runtime = runtimeOf(node, differs);
    running.set(node.name, runtime);
    for (const parent of parents) running.get(parent)?.adopt(runtime);
    if (runtime instanceof ProcessValuesNode) processors.push(runtime);
    if (node.kind === 'source' && runtime instanceof SourceRuntime)
      for (const topic of node.topics) sources.set(topic, runtime);
  }
  return { sources, processors };
};

const runtimeOf = (node: TopologyNode, keyMayDiffer: boolean): RuntimeNode => {
  if (node.kind === 'processor') return runtimeOfOperator(node.operator);
  const { keySerde, valueSerde } = node;
  if (keySerde === undefined || valueSerde === undefined) throw new Error(`${node.name} has no serde`);
  return node.kind === 'source'
    ? new SourceRuntime(keySerde, valueSerde)
    : new SinkRuntime(node.topic, keySerde, valueSerde, keyMayDiffer);
};

const runtimeOfOperator = (operator: Operator): RuntimeNode => {
  switch (operator.type) {
    case 'filter':
      return new FilterNode(operator);
    case 'mapValues':
      return new MapValuesNode(operator);
    case 'peek':
      return new PeekNode(operator);
    case 'processValues':
      return new ProcessValuesNode(operator);
  }
};
