/**
 * The lanes of a task by slot, with the sums that bounds and status ask for, and the way from a record to
 * its place in a lane. Data only. Every change of a lane's records goes through it, so that its sums are true.
 */
import type { Lane } from './lane.js';
import { LaneAges } from './lane-ages.js';
import { laneKeyOf, slotOf } from './lane-log.js';
import type { LaneRecord } from './lane-record.js';
import { SlotFilter } from './slot-filter.js';

export class LaneTable {
  readonly #lanes = new Map<string, Lane>();
  readonly #records = new Map<string, LaneRecord>();
  /** By topic: no record at or above it is in a lane. */
  readonly #above = new Map<string, number>();
  readonly #ages = new LaneAges();
  readonly #filter = new SlotFilter();
  #bytes = 0;

  get size(): number {
    return this.#lanes.size;
  }

  get followers(): number {
    return this.#records.size - this.#lanes.size;
  }

  get parked(): number {
    return this.#ages.parked;
  }

  /** Since when the head fails that has been failing for longest, parked ones too; undefined: none has failed. */
  get oldestFailure(): number | undefined {
    return this.#ages.oldestFailure;
  }

  get bytes(): number {
    return this.#bytes;
  }

  /** A record without a key has no slot. */
  get(slot: string | undefined): Lane | undefined {
    return slot === undefined ? undefined : this.#lanes.get(slot);
  }

  has(slot: string): boolean {
    return this.#lanes.has(slot);
  }

  /** False only when the key has no lane; cheap, for every record read. */
  mayHoldKey(key: Buffer | null): boolean {
    return this.#lanes.size > 0 && key !== null && this.#filter.mayHold(key);
  }

  add(lane: Lane): void {
    this.#lanes.set(lane.slot, lane);
    this.#filter.add(lane.slot);
    lane.onState = () => this.#ages.changed(lane);
    this.#ages.changed(lane);
    this.#bytes += lane.bytes;
    for (const record of lane) this.#note(record);
  }

  append(lane: Lane, record: LaneRecord): void {
    lane.append(record);
    this.#bytes += record.bytes;
    this.#note(record);
  }

  /** The head is done; false when the lane is over. */
  shift(lane: Lane): boolean {
    const before = lane.bytes;
    this.#records.delete(lane.head.name);
    const goesOn = lane.shift();
    this.#bytes += goesOn ? lane.bytes - before : -before;
    if (!goesOn) {
      this.#lanes.delete(lane.slot);
      this.#filter.remove(lane.slot);
      lane.onState = undefined;
      this.#ages.over(lane);
    }
    return goesOn;
  }

  takeFollowers(lane: Lane): readonly LaneRecord[] {
    const before = lane.bytes;
    const taken = lane.takeFollowers();
    this.#bytes += lane.bytes - before;
    for (const { name } of taken) this.#records.delete(name);
    return taken;
  }

  /** By its name, as `idText` writes it. */
  record(name: string): LaneRecord | undefined {
    return this.#records.get(name);
  }

  /** The lane whose head has that name. */
  laneOf(head: string): Lane | undefined {
    const record = this.#records.get(head);
    const lane = record && this.#lanes.get(slotOf(laneKeyOf(record.record.key, record.id)));
    return lane?.head === record ? lane : undefined;
  }

  /** False only when no record of the topic at that offset can be in a lane; cheap, for every record read. */
  mayHold(topic: string, offset: number): boolean {
    return this.#records.size > 0 && offset < (this.#above.get(topic) ?? 0);
  }

  [Symbol.iterator](): IterableIterator<Lane> {
    return this.#lanes.values();
  }

  #note(record: LaneRecord): void {
    this.#records.set(record.name, record);
    const { id } = record;
    if (id.kind === 'source' && id.offset >= (this.#above.get(id.topic) ?? 0))
      this.#above.set(id.topic, id.offset + 1);
  }
}
