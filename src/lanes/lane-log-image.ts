/**
 * What a lane log says, built entry by entry while it is replayed: the lanes with their records, and what
 * became of commands. Pure. It judges only once everything was read, and then guesses nothing: a lane whose
 * head is not there refuses the partition. Except where writers were not fenced: a process that was put out can
 * write its lane after its successor has decided the head (a head leaves the log only once what it led to is
 * acknowledged), so that lane is over, and what still follows it is due. And records of a set whose commit was not
 * finished may be there in part: what lies at or behind the position is read again, in order, and is dropped here; what
 * lies before it is in source order, whoever wrote it last.
 *
 * Followers lie in the order of the log (review F16), of an entry that was written twice in that of its last
 * writing, as compaction would leave it. A follower without a lane makes a lane that is due now: without
 * transactions a crash can leave one behind, and it is in no other place (review F13).
 */
import { NotRetryableError } from '../record/record-error.js';
import type { CommitOffset, EpochMs, Partition } from '../record/units.js';
import type { CommandOutcome } from './command.js';
import { Lane } from './lane.js';
import type { LaneKey, LoggedLane } from './lane-log.js';
import { decodeLane, decodeOutcome, laneKeyOf, parseLaneLogKey, slotOf } from './lane-log.js';
import { LaneRecord } from './lane-record.js';
import { freshHead } from './lane-state.js';
import { ownedBytes } from './owned-bytes.js';
import { decodeOwned } from './record-codec.js';
import type { RecordId } from './record-id.js';
import { idText, sourceId } from './record-id.js';

/** Of the last lane log that was replayed. */
export interface RestoredLanes {
  readonly lanes: readonly Lane[];
  /** By the command's offset. */
  readonly outcomes: ReadonlyMap<number, CommandOutcome>;
  /** Lanes that were made of followers without one. */
  readonly orphans: number;
  /** Only where writers were not fenced: what is to leave the log. */
  readonly strays: Strays;
}

export interface Strays {
  /** Their heads are gone: they are over. */
  readonly lanes: readonly LaneKey[];
  /** Source records that are read again: they leave once they are decided, not before, or a crash could lose them. */
  readonly records: readonly RecordId[];
  /** Lanes whose records are not in the order of the log. */
  readonly disordered: readonly Lane[];
}

export class LaneLogImage {
  #lanes = new Map<string, { readonly key: LaneKey; readonly logged: LoggedLane }>();
  #followers = new Map<string, Follower>();
  #outcomes = new Map<number, CommandOutcome>();

  constructor(private readonly partition: Partition) {}

  /** A replay begins again. */
  clear(): void {
    this.#lanes.clear();
    this.#followers.clear();
    this.#outcomes.clear();
  }

  /** One entry; key and value are copied. Throws NotRetryableError for what no version has written. */
  apply(key: Buffer, value: Buffer | null): void {
    const parsed = parseLaneLogKey(key, this.partition);
    switch (parsed.kind) {
      case 'checkpoint':
        return;
      case 'command':
        if (value === null) this.#outcomes.delete(parsed.offset);
        else this.#outcomes.set(parsed.offset, decodeOutcome(value));
        return;
      case 'lane': {
        const slot = slotOf(parsed.lane);
        if (value === null) this.#lanes.delete(slot);
        else this.#lanes.set(slot, { key: parsed.lane, logged: decodeLane(value) });
        return;
      }
      case 'follower': {
        const name = key.toString('latin1');
        this.#followers.delete(name);
        if (value !== null) this.#followers.set(name, followerOf(parsed.id, ownedBytes(value)));
      }
    }
  }

  /**
   * `nowMs`: what makes a lane due of followers that have none. `unfenced`: others than the last owner can have
   * written, and here each source topic is read from; null: nobody can. Throws NotRetryableError.
   */
  restored(nowMs: EpochMs, unfenced: ReadonlyMap<string, CommitOffset> | null): RestoredLanes {
    const bySlot = new Map<string, LaneRecord[]>();
    const strays = { lanes: [] as LaneKey[], records: [] as RecordId[], disordered: [] as Lane[] };
    for (const { record, slot } of this.#followers.values()) {
      if (unfenced !== null && isReadAgain(record, unfenced)) {
        strays.records.push(record.id);
        continue;
      }
      const records = bySlot.get(slot);
      if (records === undefined) bySlot.set(slot, [record]);
      else records.push(record);
    }
    const lanes: Lane[] = [];
    const inOrder = (ofLog: readonly LaneRecord[]): readonly LaneRecord[] =>
      unfenced === null ? ofLog : inSourceOrder(ofLog);
    const add = (lane: Lane, records: readonly LaneRecord[], ofLog: readonly LaneRecord[]): void => {
      for (const record of records) if (record !== lane.head) lane.append(record);
      if (records.some((record, at) => record !== ofLog[at])) strays.disordered.push(lane);
      lanes.push(lane);
    };
    for (const [slot, { key, logged }] of this.#lanes) {
      const records = bySlot.get(slot) ?? [];
      const head = records.find(({ name }) => name === logged.head);
      if (head === undefined) {
        if (unfenced === null) throw headless(logged.head);
        strays.lanes.push(key);
        continue;
      }
      bySlot.delete(slot);
      const lane = new Lane(key, head, logged.state);
      lane.arm = logged.arm;
      add(lane, inOrder(records), records);
    }
    const orphans = bySlot.size;
    for (const ofLog of bySlot.values()) {
      const records = inOrder(ofLog);
      const [head] = records;
      if (head !== undefined) add(new Lane(keyOf(head), head, freshHead(nowMs)), records, ofLog);
    }
    return { lanes, outcomes: new Map(this.#outcomes), orphans, strays };
  }
}

/** A record as it waits, and its lane: to ask the record would decode it. */
interface Follower {
  readonly record: LaneRecord;
  readonly slot: string;
}

const isReadAgain = ({ id }: LaneRecord, positions: ReadonlyMap<string, CommitOffset>): boolean =>
  id.kind === 'source' && id.offset >= (positions.get(id.topic) ?? Infinity);

/** The places of a topic's records hold them in the order of their offsets: one that was put out may write again. */
const inSourceOrder = (records: readonly LaneRecord[]): LaneRecord[] => {
  const byTopic = new Map<string, LaneRecord[]>();
  for (const each of records) {
    if (each.id.kind !== 'source') continue;
    const ofTopic = byTopic.get(each.id.topic);
    if (ofTopic === undefined) byTopic.set(each.id.topic, [each]);
    else ofTopic.push(each);
  }
  // Last first: taken from the end.
  for (const ofTopic of byTopic.values()) ofTopic.sort((one, other) => other.id.offset - one.id.offset);
  return records.map((each) =>
    each.id.kind === 'source' ? (byTopic.get(each.id.topic)?.pop() ?? each) : each,
  );
};

/** A record at another place than its key says is no follower of ours: it would be lost as either. */
const followerOf = (id: RecordId, encoded: Buffer): Follower => {
  const record = decodeOwned(encoded);
  if (id.kind === 'source' && idText(sourceId(record)) !== idText(id)) throw misplaced(id);
  return { record: new LaneRecord(id, record, encoded), slot: slotOf(laneKeyOf(record.key, id)) };
};

const misplaced = (id: RecordId): NotRetryableError =>
  new NotRetryableError(
    'deserialization',
    `The lane log has another record at the key of ${idText(id)}. Was it copied from another topic or partition? Restore it.`,
  );

const keyOf = ({ id, record }: LaneRecord): LaneKey => laneKeyOf(record.key, id);

const headless = (head: string): NotRetryableError =>
  new NotRetryableError(
    'deserialization',
    `A lane in the lane log has ${head} at its head, and no record of it is there. Was the log written to, or compacted with cleanup.policy=delete? Restore it, or take the lane's key out of the log by hand once the record is seen to.`,
  );
