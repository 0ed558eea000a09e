/**
 * One lane in memory: its state, its head, its followers in the order of the lane log. It holds data and
 * counts; what an event leads to is `decideHead`'s, what is run and when is the task's.
 *
 * Invariant: it has a head for as long as it is in a table. What has left it, it holds no more: its bytes are
 * counted no more either.
 */
import type { Arm } from './arm.js';
import type { LaneKey } from './lane-log.js';
import { slotOf } from './lane-log.js';
import type { LaneRecord } from './lane-record.js';
import { ownedBytes } from './owned-bytes.js';
import type { LaneState } from './lane-state.js';

/** What a lane costs in memory beside its records, about. */
const OVERHEAD_BYTES = 400;
/** How far the front may run ahead in the array before it is cut. */
const COMPACT_AT = 1024;

export class Lane {
  readonly slot: string;
  readonly key: LaneKey;
  arm: Arm | null = null;
  /** Told after its state has become another one. */
  onState: (() => void) | undefined;
  #state: LaneState;
  #records: (LaneRecord | undefined)[];
  #front = 0;
  #bytes: number;

  constructor(key: LaneKey, head: LaneRecord, state: LaneState) {
    this.#state = state;
    this.slot = slotOf(key);
    // The head's own key would keep all its bytes alive when it has long left.
    this.key = key.kind === 'keyed' ? { kind: 'keyed', key: ownedBytes(key.key) } : key;
    this.#records = [head];
    // Slot and key.
    this.#bytes = OVERHEAD_BYTES + 2 * this.slot.length + head.bytes;
  }

  get state(): LaneState {
    return this.#state;
  }

  set state(next: LaneState) {
    this.#state = next;
    this.onState?.();
  }

  get head(): LaneRecord {
    const head = this.#records[this.#front];
    if (head === undefined) throw new Error('a lane without a head');
    return head;
  }

  /** Behind the head. */
  get followers(): number {
    return this.#records.length - this.#front - 1;
  }

  get bytes(): number {
    return this.#bytes;
  }

  append(record: LaneRecord): void {
    this.#records.push(record);
    this.#bytes += record.bytes;
  }

  /** The head is done. False: nobody followed, and the lane is over. */
  shift(): boolean {
    this.#bytes -= this.head.bytes;
    this.#records[this.#front] = undefined;
    this.#front += 1;
    if (this.#front >= COMPACT_AT && this.#front * 2 >= this.#records.length) {
      this.#records = this.#records.slice(this.#front);
      this.#front = 0;
    }
    return this.#front < this.#records.length;
  }

  /** Takes all followers out, in order. */
  takeFollowers(): readonly LaneRecord[] {
    const [, ...taken] = this;
    this.#records = [this.head];
    this.#front = 0;
    for (const { bytes } of taken) this.#bytes -= bytes;
    return taken;
  }

  /** Head first. */
  *[Symbol.iterator](): Generator<LaneRecord> {
    for (let i = this.#front; i < this.#records.length; i++) {
      const record = this.#records[i];
      if (record !== undefined) yield record;
    }
  }
}
