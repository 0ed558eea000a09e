/** What the tests of the DSL share: the project's root, and runs of one record without an engine. */
import { producedOf } from '../../../src/record/output-record.js';
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { RecordRun, TaskProcessor } from '../../../src/dsl/execution.js';
import { createTaskProcessor } from '../../../src/dsl/nodes/task-processor.js';
import type { Topology } from '../../../src/dsl/graph/topology.js';
import { TaskStores } from '../../../src/state/task-stores.js';
import { NO_HEADERS, type ConsumedRecord, type ProducedRecord } from '../../../src/record/record.js';
import { epochMs, offset, partition, taskId } from '../../../src/record/units.js';

/** Compiled tests run from wherever they were compiled to; fixtures stay with the sources. */
export const projectRoot = (): string => {
  let folder = dirname(fileURLToPath(import.meta.url));
  while (!existsSync(join(folder, 'package.json'))) {
    if (folder === dirname(folder)) throw new Error('no package.json above the test');
    folder = dirname(folder);
  }
  return folder;
};

export const consumed = (fields: Partial<ConsumedRecord> = {}): ConsumedRecord => ({
  topic: 'in',
  partition: partition(2),
  offset: offset(7),
  timestamp: epochMs(1000),
  key: Buffer.from('k'),
  value: Buffer.from('v'),
  headers: NO_HEADERS,
  ...fields,
});

export const runOf = (record: ConsumedRecord, fields: Partial<RecordRun> = {}): RecordRun => ({
  record,
  taskId: taskId(0, record.partition),
  attempt: 1,
  nowMs: epochMs(5000),
  signal: new AbortController().signal,
  partitionCount: () => 3,
  noteType: () => undefined,
  ...fields,
});

/** The first sub-topology, with stores of its own. */
export const taskProcessorOf = (
  topology: Topology,
  stores = new TaskStores(topology.subtopologies[0]?.stores.map(({ name }) => name) ?? []),
): TaskProcessor => {
  const [sub] = topology.subtopologies;
  if (sub === undefined) throw new Error('the topology is empty');
  return createTaskProcessor(sub, topology, {
    taskId: taskId(0, partition(2)),
    stores: (name) => stores.store(name),
    streamTimeMs: () => stores.streamTimeMs,
    nowMs: () => epochMs(5000),
  });
};

type Outputs = readonly ProducedRecord[];
export type RunRecord = (run: RecordRun) => Outputs | Promise<Outputs>;

/** The first sub-topology, ready to run: what it writes to topics. */
export const processorOf = (topology: Topology): RunRecord => {
  const { process } = taskProcessorOf(topology);
  return (run) => {
    const effects = process(run);
    return effects instanceof Promise
      ? effects.then(({ outputs }) => outputs.map(producedOf))
      : effects.outputs.map(producedOf);
  };
};

export const textOf = (outputs: readonly ProducedRecord[]): readonly string[] =>
  outputs.map((output) => `${output.topic}:${output.value?.toString() ?? 'null'}`);

export interface Deferred<T> {
  readonly promise: Promise<T>;
  resolve(value: T): void;
  reject(error: unknown): void;
}

export const deferred = <T>(): Deferred<T> => {
  let resolve: (value: T) => void = () => undefined;
  let reject: (error: unknown) => void = () => undefined;
  const promise = new Promise<T>((onResolve, onReject) => {
    resolve = onResolve;
    reject = onReject;
  });
  return { promise, resolve, reject };
};
