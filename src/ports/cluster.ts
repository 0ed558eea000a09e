/** What the engine asks of the cluster outside the flow of records. Methods reject with a KafkaError. */
import type { CommitOffset } from '../record/units.js';
import type { TopicPartition } from './topic-partition.js';

export interface NewTopic {
  readonly name: string;
  readonly partitions: number;
  readonly replicationFactor: number;
  /** Topic configuration as Kafka names it: `cleanup.policy`, `retention.ms`, … */
  readonly config: Readonly<Record<string, string>>;
}

export interface Watermarks {
  /** The log's start. */
  readonly low: CommitOffset;
  /** The log's end, read uncommitted: records of open transactions count. */
  readonly high: CommitOffset;
}

export interface ClusterAdmin {
  connect(): Promise<void>;
  /** The number of partitions of each topic; 0 for one that does not exist. */
  partitionCounts(topics: readonly string[]): Promise<ReadonlyMap<string, number>>;
  watermarks(of: TopicPartition): Promise<Watermarks>;
  /** Resolves also when it exists already. */
  createTopic(topic: NewTopic): Promise<void>;
  /** Resolves also when it has that many partitions already. */
  createPartitions(topic: string, total: number): Promise<void>;
  close(): Promise<void>;
}
