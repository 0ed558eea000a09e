/**
 * What commands ask about the cluster that the engine never does: how topics and groups are. It looks, and
 * changes settings of topics; it never joins a group. Methods reject with a KafkaError.
 */
export interface TopicPartitionFacts {
  /** Broker id; -1: none. */
  readonly leader: number;
  readonly replicas: readonly number[];
  readonly inSync: readonly number[];
}

export interface ConfigFact {
  readonly name: string;
  /** Null: the broker does not tell. */
  readonly value: string | null;
  /** Set on the topic itself; else it is the broker's. */
  readonly isOwn: boolean;
}

export interface Ends {
  readonly low: number;
  /** Where the next record goes, read uncommitted. */
  readonly high: number;
}

export interface MemberFacts {
  readonly id: string;
  readonly instanceId: string | null;
  readonly clientId: string;
  readonly host: string;
  /** By topic. */
  readonly assigned: ReadonlyMap<string, readonly number[]>;
}

export interface GroupFacts {
  readonly protocol: 'classic' | 'consumer';
  /** As the broker calls it. */
  readonly state: string;
  readonly assignor: string;
  readonly members: readonly MemberFacts[];
}

/** By topic, then by partition. */
export type ByPartition<T> = ReadonlyMap<string, ReadonlyMap<number, T>>;

export interface ClusterInspector {
  /** Of those that exist. Partitions by their numbers. */
  topics(names: readonly string[]): Promise<ReadonlyMap<string, readonly TopicPartitionFacts[]>>;
  configs(topics: readonly string[]): Promise<ReadonlyMap<string, readonly ConfigFact[]>>;
  setConfigs(topic: string, configs: Readonly<Record<string, string>>): Promise<void>;
  /** `partitions`: how many each topic has. */
  ends(partitions: ReadonlyMap<string, number>): Promise<ByPartition<Ends>>;
  /** Bytes on disk of one replica of each partition: the leader's, or of whichever broker answered. */
  sizes(partitions: ReadonlyMap<string, number>): Promise<ByPartition<number>>;
  /** Null: there is no such group. */
  group(id: string): Promise<GroupFacts | null>;
  committed(group: string): Promise<ByPartition<number>>;
  close(): Promise<void>;
}
