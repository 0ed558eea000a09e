/** What a read_committed reader sees of a run, sorted by the source record that each entry speaks of. */
import type { ConsumedRecord } from '../../src/record/record.js';
import { placeOf } from '../../src/record/record.js';
import { deadLetterTopic, laneLogTopic } from '../../src/record/topic-names.js';
import type { Checkpoint } from '../../src/state/checkpoint.js';
import { CHECKPOINT_KEY, decodeCheckpoint } from '../../src/state/checkpoint.js';
import type { SimulatedCluster } from '../../src/testing/simulated-cluster.js';
import type { EventValue, Expected, Payload } from './behaviour.js';
import { expectedOf } from './behaviour.js';
import type { Scenario } from './scenario.js';
import { GROUP, OUTPUT, sourceNameOf } from './scenario.js';
import type { OutputValue } from './topology.js';

export interface SourceRecord {
  readonly place: string;
  readonly topic: string;
  readonly partition: number;
  readonly offset: number;
  readonly key: string | null;
  readonly expected: Expected;
}

export interface Output {
  /** Where it lies. */
  readonly at: ConsumedRecord;
  readonly value: OutputValue;
}

export interface DeadLetter {
  readonly at: ConsumedRecord;
  readonly record: string;
  readonly reason: string;
}

export interface LoggedCheckpoint extends Checkpoint {
  readonly offset: number;
}

/** One sub-topology's partition number. */
export interface TaskView {
  /** `<source name>-<partition>`. */
  readonly name: string;
  readonly laneLog: string;
  readonly partition: number;
  readonly sources: readonly string[];
  readonly checkpoints: readonly LoggedCheckpoint[];
}

export interface CommittedView {
  readonly sources: ReadonlyMap<string, SourceRecord>;
  /** In log order, partition after partition. */
  readonly outputs: readonly Output[];
  readonly deadLetters: readonly DeadLetter[];
  readonly tasks: readonly TaskView[];
  readonly groupOffsets: ReadonlyMap<string, number>;
}

/** The position of a source partition: the group's, or the checkpoint's once the group's has expired. */
export const positionOf = (view: CommittedView, topic: string, partition: number): number =>
  view.groupOffsets.get(`${topic}-${partition}`) ?? checkpointedPosition(view, topic, partition);

export const checkpointedPosition = (view: CommittedView, topic: string, partition: number): number =>
  view.tasks
    .find((one) => one.partition === partition && one.sources.includes(topic))
    ?.checkpoints.at(-1)
    ?.source.get(topic) ?? 0;

export const payloadOf = (value: Buffer | null): Payload => {
  if (value === null) return { kind: 'null' };
  try {
    return { kind: 'event', behaviour: (JSON.parse(value.toString()) as EventValue).behaviour };
  } catch {
    return { kind: 'broken' };
  }
};

const header = (record: ConsumedRecord, name: string): string =>
  record.headers.find((one) => one.name === name)?.value?.toString() ?? '?';

export const committedView = (cluster: SimulatedCluster, scenario: Scenario): CommittedView => {
  const { retryImmediate } = scenario.config;
  const sources = new Map<string, SourceRecord>();
  for (const topic of scenario.subtopologies.flat()) {
    for (const { partition, offset, key, value } of cluster.read(topic)) {
      const place = placeOf({ topic, partition, offset });
      const expected = expectedOf(payloadOf(value), retryImmediate);
      sources.set(place, { place, topic, partition, offset, key: key?.toString() ?? null, expected });
    }
  }
  const outputs = cluster
    .read(OUTPUT)
    .map((at) => ({ at, value: JSON.parse(at.value?.toString() ?? '{}') as OutputValue }));
  const names = scenario.subtopologies.map(sourceNameOf);
  const deadLetters = names
    .flatMap((name) => cluster.read(deadLetterTopic(GROUP, name)))
    .map((at) => ({
      at,
      record: placeOf({
        topic: header(at, '__streams.errors.topic'),
        partition: Number(header(at, '__streams.errors.partition')),
        offset: Number(header(at, '__streams.errors.offset')),
      }),
      reason: header(at, 'x-lanes-reason'),
    }));
  const tasks = scenario.subtopologies.flatMap((topics) => tasksOf(cluster, topics));
  return { sources, outputs, deadLetters, tasks, groupOffsets: cluster.committedOffsets(GROUP) };
};

const tasksOf = (cluster: SimulatedCluster, sources: readonly string[]): readonly TaskView[] => {
  const name = sourceNameOf(sources);
  const laneLog = laneLogTopic(GROUP, name);
  return Array.from({ length: cluster.partitionsOf(laneLog) }, (_, partition) => ({
    name: `${name}-${partition}`,
    laneLog,
    partition,
    sources,
    checkpoints: cluster
      .read(laneLog, partition)
      .filter(({ key }) => key?.equals(CHECKPOINT_KEY))
      .map(({ offset, value }) => ({ offset, ...decodeCheckpoint(value ?? Buffer.alloc(0)) })),
  }));
};
