/**
 * The topics of the simulated cluster: their partitions' logs and their configuration. Tells its
 * watchers when a topic appears or grows (groups rebalance) and when a log changes (readers wake up).
 */
import type { Header, ProducedHeader, ProducedRecord } from '../record/record.js';
import type { NewTopic, Watermarks } from '../ports/cluster.js';
import { partitionName, type TopicPartition } from '../ports/topic-partition.js';
import { epochMs, type EpochMs, type Offset } from '../record/units.js';
import { brokerError } from './broker-error.js';
import { PartitionLog, type ProducerEpoch } from './partition-log.js';

/** Kafka's default of `max.message.bytes`. */
const MAX_MESSAGE_BYTES = 1_048_588;
/** What a record costs beside its key, value and headers, about. */
const RECORD_OVERHEAD_BYTES = 70;

export type RecordsAppended = (of: TopicPartition, base: Offset, count: number) => void;

interface Topic {
  readonly config: Readonly<Record<string, string>>;
  readonly logs: PartitionLog[];
}

export const recordBytes = (record: ArrivingRecord): number => {
  let bytes = RECORD_OVERHEAD_BYTES + (record.key?.length ?? 0) + (record.value?.length ?? 0);
  for (const { name, value } of record.headers)
    bytes += name.length + (value === null ? 0 : Buffer.byteLength(value)) + 4;
  return bytes;
};

const toHeader = ({ name, value }: Header | ProducedHeader): Header => ({
  name,
  value: value === null ? null : Buffer.from(value as string),
});

/** What arrives here: also what the clients of the engine would not write. */
type ArrivingRecord = Omit<ProducedRecord, 'headers'> & {
  readonly headers: readonly (Header | ProducedHeader)[];
};

export class TopicCatalog {
  readonly #topics = new Map<string, Topic>();
  readonly #onShape = new Set<(topic: string) => void>();
  readonly #onAppend = new Set<() => void>();
  readonly #onRecords = new Set<RecordsAppended>();

  constructor(readonly brokers: number) {}

  partitionsOf(topic: string): number {
    return this.#topics.get(topic)?.logs.length ?? 0;
  }

  create(topic: NewTopic): void {
    if (this.#topics.has(topic.name)) return;
    if (topic.partitions < 1) throw brokerError('invalid-partitions', topic.name);
    if (topic.replicationFactor > this.brokers) throw brokerError('invalid-replication', topic.name);
    this.#topics.set(topic.name, { config: { ...topic.config }, logs: [] });
    this.#grow(topic.name, topic.partitions);
  }

  grow(topic: string, total: number): void {
    const have = this.partitionsOf(topic);
    if (have === 0) throw brokerError('unknown-partition', topic);
    if (total < have) throw brokerError('invalid-partitions', topic);
    if (total > have) this.#grow(topic, total);
  }

  delete(topic: string): void {
    if (this.#topics.delete(topic)) this.#onShape.forEach((tell) => tell(topic));
  }

  log(of: TopicPartition): PartitionLog {
    const log = this.#topics.get(of.topic)?.logs[of.partition];
    if (!log) throw brokerError('unknown-partition', partitionName(of));
    return log;
  }

  watermarks(of: TopicPartition): Watermarks {
    const log = this.log(of);
    return { low: log.low, high: log.highWatermark };
  }

  /** Appends a batch or none of it. `at` is the time at which it arrived. */
  append(
    of: TopicPartition,
    records: readonly ArrivingRecord[],
    by: ProducerEpoch | null,
    at: EpochMs,
  ): Offset {
    const log = this.log(of);
    const config = this.#topics.get(of.topic)?.config ?? {};
    const limit = Number(config['max.message.bytes'] ?? MAX_MESSAGE_BYTES);
    const tooLarge = records.find((record) => recordBytes(record) > limit);
    if (tooLarge) throw brokerError('record-too-large', partitionName(of));
    const byAppendTime = config['message.timestamp.type'] === 'LogAppendTime';
    const base = log.append(
      records.map(({ key, value, headers, timestamp }) => ({
        key: key && Buffer.from(key),
        value: value && Buffer.from(value),
        headers: headers.map(toHeader),
        timestamp: epochMs(byAppendTime ? at : (timestamp ?? at)),
      })),
      by,
    );
    this.#onRecords.forEach((tell) => tell(of, base, records.length));
    this.changed();
    return base;
  }

  /** Something may have become readable. */
  changed(): void {
    this.#onAppend.forEach((tell) => tell());
  }

  watchShape(tell: (topic: string) => void): void {
    this.#onShape.add(tell);
  }

  /** Returns the end of the watch. */
  watchAppend(tell: () => void): () => void {
    this.#onAppend.add(tell);
    return () => this.#onAppend.delete(tell);
  }

  /** Told of every append, also of what is aborted later. */
  watchRecords(tell: RecordsAppended): void {
    this.#onRecords.add(tell);
  }

  #grow(name: string, total: number): void {
    const logs = this.#topics.get(name)?.logs ?? [];
    for (let next = logs.length; next < total; next++) logs.push(new PartitionLog(`${name}-${next}`));
    this.#onShape.forEach((tell) => tell(name));
  }
}
