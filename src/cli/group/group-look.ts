/** How far a group is, from one look or two at it. Pure. */
import type { Application } from '../cluster/application.js';
import type { ByPartition, Ends, GroupFacts } from '../cluster/inspector.js';

/** What was seen at one time. */
export interface GroupLook {
  readonly atMs: number;
  readonly group: GroupFacts;
  readonly committed: ByPartition<number>;
  readonly ends: ByPartition<Ends>;
}

export interface Progress {
  /** Records a second that the group went on by. */
  readonly perSecond: number;
  /** At this rate, with what comes in meanwhile; null: never, it falls behind or stands. */
  readonly drainMs: number | null;
}

export interface PartitionProgress {
  readonly topic: string;
  readonly partition: number;
  /** Null: nothing was ever committed. */
  readonly committed: number | null;
  readonly end: number;
  readonly lag: number;
  /** Member id. */
  readonly owner: string | null;
  /** Null: there was one look only. */
  readonly progress: Progress | null;
}

/**
 * Topics whose committed offset is a position. Retries and commands have theirs in the lane log, and the offset
 * of that is the number of the last checkpoint.
 */
export const topicsRead = ({ needs }: Application): readonly string[] => [
  ...new Set(needs.flatMap(({ sourceTopics }) => sourceTopics)),
];

const ownersOf = ({ group }: GroupLook): ReadonlyMap<string, string> =>
  new Map(
    group.members.flatMap(({ assigned, id }) =>
      [...assigned].flatMap(([topic, partitions]) =>
        partitions.map((partition) => [`${topic}-${partition}`, id] as const),
      ),
    ),
  );

interface Position {
  readonly committed: number | null;
  readonly lag: number;
}

/** Without a committed offset everything that is there is still to come. */
const positionOf = (look: GroupLook, topic: string, partition: number, ends: Ends): Position => {
  const committed = look.committed.get(topic)?.get(partition) ?? -1;
  return committed < 0
    ? { committed: null, lag: ends.high - ends.low }
    : { committed, lag: Math.max(0, ends.high - Math.max(committed, ends.low)) };
};

const progressOf = (before: Position, now: Position, spanMs: number): Progress => {
  const gone = now.committed === null ? 0 : Math.max(0, now.committed - (before.committed ?? now.committed));
  const drained = before.lag - now.lag;
  const drainMs = now.lag === 0 ? 0 : drained > 0 ? (now.lag / drained) * spanMs : null;
  return { perSecond: spanMs > 0 ? (gone * 1000) / spanMs : 0, drainMs };
};

/** By topic and number. `before`: an earlier look. */
export const partitionsOf = (look: GroupLook, before: GroupLook | null): readonly PartitionProgress[] => {
  const owners = ownersOf(look);
  const topics = [...look.ends].sort(([a], [b]) => (a < b ? -1 : 1));
  return topics.flatMap(([topic, of]) =>
    [...of]
      .sort(([a], [b]) => a - b)
      .map(([partition, ends]) => {
        const now = positionOf(look, topic, partition, ends);
        const endsBefore = before?.ends.get(topic)?.get(partition);
        return {
          topic,
          partition,
          ...now,
          end: ends.high,
          owner: owners.get(`${topic}-${partition}`) ?? null,
          progress:
            before === null || endsBefore === undefined
              ? null
              : progressOf(positionOf(before, topic, partition, endsBefore), now, look.atMs - before.atMs),
        };
      }),
  );
};

export const lagOf = (rows: readonly PartitionProgress[]): number =>
  rows.reduce((sum, { lag }) => sum + lag, 0);
