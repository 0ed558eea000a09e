/**
 * How far each partition is behind: as the client says, which counts what it may read. A client does not look while a
 * partition is paused, and knows nothing before its first record; there it is the end of the log, as the broker said
 * when it was asked last (every 30 s). Pure.
 */
import type { TaskSteps } from '../ports/progress.js';
import { partitionName } from '../ports/topic-partition.js';
import { partition as partitionOf } from '../record/units.js';
import type { PartitionLag } from './cluster-view.js';

/** `told`: by the client, of partitions that may have been given up since. */
export const lagOf = (
  told: readonly PartitionLag[],
  tasks: readonly Pick<TaskSteps, 'intake'>[],
): readonly PartitionLag[] => {
  const nameOf = (topic: string, partition: number): string =>
    partitionName({ topic, partition: partitionOf(partition) });
  const toldOf = new Map(told.map(({ partition, records, topic }) => [nameOf(topic, partition), records]));
  return tasks.flatMap(({ intake }) =>
    intake.flatMap(({ logEnd, partition, paused, position, topic }): readonly PartitionLag[] => {
      const byClient = toldOf.get(nameOf(topic, partition));
      const byBroker =
        logEnd === undefined || position === undefined ? undefined : Math.max(0, logEnd - position);
      if (byClient !== undefined && paused.length === 0) return [{ topic, partition, records: byClient }];
      if (byClient === undefined && byBroker === undefined) return [];
      return [{ topic, partition, records: Math.max(byClient ?? 0, byBroker ?? 0) }];
    }),
  );
};
