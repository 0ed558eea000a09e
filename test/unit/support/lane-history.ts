/**
 * A random history of a task's lanes, as the entries that each of its transactions writes to the lane log,
 * and the model of what a restore must find after each. Within a transaction the entries lie as
 * at_least_once orders them: followers, lanes, tombstones, and a lane's before those of its records.
 */
import fc from 'fast-check';
import type { CommandOutcome } from '../../../src/lanes/command.js';
import type { LaneKey, LoggedLane } from '../../../src/lanes/lane-log.js';
import {
  commandKey,
  encodeLane,
  encodeOutcome,
  followerKey,
  laneKeyOf,
  laneLogKey,
  slotOf,
} from '../../../src/lanes/lane-log.js';
import type { LaneState } from '../../../src/lanes/lane-state.js';
import { freshHead } from '../../../src/lanes/lane-state.js';
import { encodeRecord } from '../../../src/lanes/record-codec.js';
import type { RecordId } from '../../../src/lanes/record-id.js';
import { idText } from '../../../src/lanes/record-id.js';
import type { ConsumedRecord } from '../../../src/record/record.js';
import { epochMs } from '../../../src/record/units.js';
import { CHECKPOINT_KEY } from '../../../src/state/checkpoint.js';
import { bytesOrNull, header, laneState } from './lane-arbitraries.js';
import { consumed } from './records.js';

export const PARTITION = 2;

export interface Entry {
  readonly key: Buffer;
  readonly value: Buffer | null;
}

interface Waiting {
  readonly id: RecordId;
  readonly record: ConsumedRecord;
}

export interface ModelLane {
  readonly key: LaneKey;
  logged: LoggedLane;
  /** Head first. */
  readonly records: Waiting[];
}

export interface Model {
  readonly lanes: Map<string, ModelLane>;
  readonly outcomes: Map<number, CommandOutcome>;
}

interface Step {
  readonly kind: 'put' | 'redrive' | 'change' | 'leave' | 'overflow' | 'outcome' | 'expire' | 'idle';
  readonly key: Buffer | null;
  readonly value: Buffer | null;
  readonly headers: ConsumedRecord['headers'];
  readonly state: LaneState;
  readonly sequence: number;
}

export const steps: fc.Arbitrary<readonly Step[]> = fc.array(
  fc.record({
    kind: fc.constantFrom(
      ...(['put', 'put', 'put', 'redrive', 'change', 'change'] as const),
      ...(['leave', 'leave', 'overflow', 'outcome', 'expire', 'idle'] as const),
    ),
    // Few keys, and among them those whose bytes look like other entries.
    key: fc.constantFrom(
      null,
      Buffer.alloc(0),
      Buffer.from('k'),
      Buffer.from([2, 0]),
      Buffer.from([1, 1, 0x61]),
    ),
    value: bytesOrNull,
    headers: fc.array(header, { maxLength: 2 }),
    state: laneState,
    sequence: fc.nat(1000),
  }),
  { maxLength: 60 },
);

const tombstone = (key: Buffer): Entry => ({ key, value: null });

export class LaneHistory {
  readonly #model: Model = { lanes: new Map(), outcomes: new Map() };
  #offset = 0;
  #checkpoints = 0;

  get model(): Model {
    return this.#model;
  }

  /** Applies the step to the model and gives the entries of its transaction. */
  transaction(step: Step): readonly Entry[] {
    // What is in it is another's matter: an image of lanes passes over it.
    const checkpoint = Buffer.from(String((this.#checkpoints += 1)));
    return [...this.#entries(step), { key: CHECKPOINT_KEY, value: checkpoint }];
  }

  #entries(step: Step): readonly Entry[] {
    this.#offset += 1;
    const lane = this.#laneOf(step);
    switch (step.kind) {
      case 'put':
        return this.#put(step, {
          kind: 'source',
          topic: 'user.events',
          partition: PARTITION,
          offset: this.#offset,
        });
      case 'redrive':
        return this.#put(step, { kind: 'redriven', partition: PARTITION, offset: this.#offset });
      case 'change':
        if (lane === undefined) return [];
        lane.logged = { ...lane.logged, state: step.state, arm: { sequence: step.sequence, ordinal: 0 } };
        return [{ key: laneLogKey(lane.key), value: encodeLane(lane.logged) }];
      case 'leave':
        return lane === undefined ? [] : this.#leave(lane);
      case 'overflow':
        return (lane?.records.splice(1) ?? []).map(({ id }) => tombstone(followerKey(id)));
      case 'outcome': {
        const outcome = {
          command: 'skip',
          outcome: 'done',
          why: '',
          deadLetter: null,
          askedAt: epochMs(1),
          at: epochMs(1),
        } as const;
        this.#model.outcomes.set(this.#offset, outcome);
        return [{ key: commandKey(this.#offset), value: encodeOutcome(outcome) }];
      }
      case 'expire': {
        const [oldest] = this.#model.outcomes.keys();
        if (oldest === undefined) return [];
        this.#model.outcomes.delete(oldest);
        return [tombstone(commandKey(oldest))];
      }
      case 'idle':
        return [];
    }
  }

  /** Of the step's key; without one, the oldest lane. */
  #laneOf({ key }: Step): ModelLane | undefined {
    if (key === null) return this.#model.lanes.values().next().value;
    return this.#model.lanes.get(slotOf({ kind: 'keyed', key }));
  }

  #put({ key, value, headers, state }: Step, id: RecordId): readonly Entry[] {
    const record = { ...consumed(this.#offset, { partition: PARTITION, key, value }), headers };
    const follower = { key: followerKey(id), value: encodeRecord(record) };
    const lane = this.#model.lanes.get(slotOf(laneKeyOf(key, id)));
    if (lane !== undefined) {
      lane.records.push({ id, record });
      return [follower];
    }
    const opened = {
      key: laneKeyOf(key, id),
      logged: { state, head: idText(id), arm: null },
      records: [{ id, record }],
    };
    this.#model.lanes.set(slotOf(opened.key), opened);
    return [follower, { key: laneLogKey(opened.key), value: encodeLane(opened.logged) }];
  }

  #leave(lane: ModelLane): readonly Entry[] {
    const gone = lane.records.shift();
    const next = lane.records[0];
    if (gone === undefined) return [];
    if (next === undefined) {
      this.#model.lanes.delete(slotOf(lane.key));
      return [tombstone(laneLogKey(lane.key)), tombstone(followerKey(gone.id))];
    }
    lane.logged = { state: freshHead(epochMs(this.#offset)), head: idText(next.id), arm: null };
    return [{ key: laneLogKey(lane.key), value: encodeLane(lane.logged) }, tombstone(followerKey(gone.id))];
  }
}

/**
 * The log after the cleaner ran up to `cut`: of each key only the newest entry before it; `drop` says which
 * tombstones there are old enough to go too.
 */
export const compacted = (
  log: readonly Entry[],
  cut: number,
  drop: (at: number) => boolean,
): readonly Entry[] => {
  const newest = new Map<string, number>();
  for (const [at, { key }] of log.slice(0, cut).entries()) newest.set(key.toString('latin1'), at);
  return log.filter(({ key, value }, at) => {
    if (at >= cut) return true;
    return newest.get(key.toString('latin1')) === at && !(value === null && drop(at));
  });
};
