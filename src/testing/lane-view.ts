/** Lanes of a task as a test sees them: decoded copies, from memory. Pure. */
import type { Lane } from '../lanes/lane.js';
import type { LaneFailure } from '../lanes/lane-state.js';
import type { ConsumedRecord } from '../record/record.js';
import type { Deserializer } from '../record/serde.js';
import type { EpochMs, Offset, Partition, TaskId } from '../record/units.js';
import type { Task } from '../task/task.js';
import { TestRecord } from './test-record.js';

/** How keys and values are shown. */
export interface Shown<K, V> {
  readonly key: Deserializer<K>;
  readonly value: Deserializer<V>;
}

/** Where a record was read. */
export interface Source {
  readonly topic: string;
  readonly partition: Partition;
  readonly offset: Offset;
}

export interface LaneRecordView<K, V> {
  readonly record: TestRecord<K, V>;
  readonly source: Source;
}

export interface LaneView<K, V> {
  readonly taskId: TaskId;
  readonly key: K;
  readonly status: 'retrying' | 'parked';
  /** The record that failed. */
  readonly head: LaneRecordView<K, V>;
  /** Records of the key that wait behind it, in order. */
  readonly followers: readonly LaneRecordView<K, V>[];
  /** Failed runs of the head. */
  readonly attempts: number;
}

/** A record that waits for another attempt. */
export interface RetryView<K, V> extends LaneRecordView<K, V> {
  readonly taskId: TaskId;
  readonly key: K;
  /** Failed runs so far. */
  readonly attempts: number;
  /** Of the retry topic that it waits in; null: it is due at once, and in none. */
  readonly delayMs: number | null;
  /** By the wall clock of the driver. */
  readonly dueAt: EpochMs;
  /** The last one; null: it has not failed as the head of its lane. */
  readonly failure: LaneFailure | null;
}

export const shownRecord = <K, V>(of: ConsumedRecord, { key, value }: Shown<K, V>): TestRecord<K, V> => {
  const { topic, headers, timestamp } = of;
  return new TestRecord(
    key.deserialize(of.key, { topic, headers, isKey: true }),
    value.deserialize(of.value, { topic, headers, isKey: false }),
    headers,
    timestamp,
  );
};

const laneRecord = <K, V>(record: ConsumedRecord, shown: Shown<K, V>): LaneRecordView<K, V> => ({
  record: shownRecord(record, shown),
  source: { topic: record.topic, partition: record.partition, offset: record.offset },
});

export const laneView = <K, V>({ id }: Task, lane: Lane, shown: Shown<K, V>): LaneView<K, V> => {
  const [head, ...followers] = [...lane].map(({ record }) => laneRecord(record, shown));
  if (head === undefined) throw new Error('a lane without a head');
  const { attempts, status } = lane.state;
  return { taskId: id, key: head.record.key, status, head, followers, attempts };
};

export const retryView = <K, V>({ id }: Task, lane: Lane, shown: Shown<K, V>): RetryView<K, V> => {
  const { attempts, delayMs, due, failure } = lane.state;
  const head = laneRecord(lane.head.record, shown);
  return { ...head, taskId: id, key: head.record.key, attempts, delayMs, dueAt: due, failure };
};
