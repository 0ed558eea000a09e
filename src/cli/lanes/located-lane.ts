/** A lane and where it is, out of the lane logs of several partitions; and how one of them is meant. Pure. */
import type { Lane } from '../../lanes/lane.js';
import type { EpochMs, Partition } from '../../record/units.js';
import { Unfulfilled } from '../exit-code.js';
import type { LaneLogView } from '../cluster/lane-log-view.js';
import type { LaneChoice } from './lanes-request.js';

export interface LocatedLane {
  readonly lane: Lane;
  readonly partition: Partition;
  readonly view: LaneLogView;
}

/** A lane log that cannot be what a task wrote; its partition is refused by the service too. */
export interface UnreadableLog {
  readonly view: LaneLogView;
  readonly why: string;
}

export interface AllLanes {
  readonly lanes: readonly LocatedLane[];
  readonly unreadable: readonly UnreadableLog[];
}

export const lanesOf = (views: readonly LaneLogView[], nowMs: EpochMs): AllLanes => {
  const lanes: LocatedLane[] = [];
  const unreadable: UnreadableLog[] = [];
  for (const view of views) {
    try {
      for (const lane of view.read(nowMs).lanes) lanes.push({ lane, partition: view.partition, view });
    } catch (error) {
      unreadable.push({ view, why: error instanceof Error ? error.message : String(error) });
    }
  }
  return { lanes, unreadable };
};

/** Oldest first: by the time of the head. */
export const byAge = (a: LocatedLane, b: LocatedLane): number =>
  a.lane.head.record.timestamp - b.lane.head.record.timestamp || a.partition - b.partition;

const hasKey = ({ lane }: LocatedLane, key: Buffer): boolean =>
  lane.key.kind === 'keyed' && lane.key.key.equals(key);

/** Throws Unfulfilled when it is none or more than one. The messages hold ids only. */
export const chooseLane = ({ lanes, unreadable }: AllLanes, choice: LaneChoice): LocatedLane => {
  const { key, head } = choice;
  const ofKey = key === null ? lanes : lanes.filter((one) => hasKey(one, key));
  const found = head === null ? ofKey : ofKey.filter(({ lane }) => lane.head.name === head);
  const [first, ...others] = found;
  if (first !== undefined && others.length === 0) return first;
  if (first !== undefined) {
    const places = found
      .map(({ lane, partition }) => `${lane.head.name} in partition ${partition}`)
      .join(', ');
    throw new Unfulfilled(`Several lanes have that key, with the heads ${places}: name one with --head.`);
  }
  const [current] = ofKey;
  if (key !== null && head !== null && current !== undefined)
    throw new Unfulfilled(
      `${head} is not at the head of that lane, ${current.lane.head.name} is: the lane has gone on. Look again with "lanes show", then name that one.`,
    );
  const doubt =
    unreadable.length === 0
      ? ''
      : ` Not read was partition ${unreadable.map(({ view }) => view.partition).join(', ')}: ${unreadable[0]?.why ?? ''}`;
  throw new Unfulfilled(
    `${head === null ? 'No lane has that key' : `No lane has ${head} at its head`}: nothing of it waits for a retry or is parked. "lanes list" shows all.${doubt}`,
  );
};
