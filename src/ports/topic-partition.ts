/** A partition of a topic, alone or with the position to read next. */
import type { CommitOffset, Partition } from '../record/units.js';

export interface TopicPartition {
  readonly topic: string;
  readonly partition: Partition;
}

export interface TopicPartitionOffset extends TopicPartition {
  readonly offset: CommitOffset;
}

/** A key for maps; also how messages name a partition. */
export const partitionName = (of: TopicPartition): string => `${of.topic}-${of.partition}`;
