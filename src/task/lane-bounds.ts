/**
 * How much may wait in a task's lanes. A retrying lane that is full drains by itself, so intake waits for it;
 * one whose head is parked drains by a command only, so its followers must go (review F21). Pure arithmetic.
 */
import type { AdmissionVerdict } from '../ports/flow-control.js';
import type { Lane } from '../lanes/lane.js';
import type { LaneTable } from '../lanes/lane-table.js';

export interface LaneBoundSettings {
  readonly laneMaxFollowers: number;
  /** Of the whole task: half of it is for lanes, the rest for what is not committed yet. */
  readonly taskMaxBufferBytes: number;
}

export class LaneBounds {
  /** Retrying lanes at their bound. */
  readonly #full = new Set<Lane>();
  /** Parked lanes with followers. */
  readonly #parked = new Set<Lane>();

  constructor(
    private readonly table: LaneTable,
    private readonly settings: LaneBoundSettings,
  ) {}

  isFull(lane: Lane): boolean {
    const { laneMaxFollowers, taskMaxBufferBytes } = this.settings;
    return lane.followers >= laneMaxFollowers || lane.bytes >= taskMaxBufferBytes / 4;
  }

  get isTaskFull(): boolean {
    return this.table.bytes >= this.settings.taskMaxBufferBytes / 2;
  }

  /** The parked lane that is to be emptied so that this one's partition need not wait; null: none. */
  toEmpty(lane: Lane): Lane | null {
    if (lane.state.status === 'parked' && lane.followers > 0 && this.isFull(lane)) return lane;
    if (!this.isTaskFull) return null;
    let largest: Lane | null = null;
    for (const each of this.#parked) if (each.bytes > (largest?.bytes ?? 0)) largest = each;
    return largest;
  }

  /** After a lane's records or status have changed. */
  changed(lane: Lane): void {
    if (lane.state.status === 'parked' && lane.followers > 0) this.#parked.add(lane);
    else this.#parked.delete(lane);
    if (lane.state.status === 'retrying' && this.isFull(lane)) this.#full.add(lane);
    else if (lane.state.status === 'parked' || this.#isHalfEmpty(lane)) this.#full.delete(lane);
  }

  over(lane: Lane): void {
    this.#full.delete(lane);
    this.#parked.delete(lane);
  }

  /** What it asks of the intake; resumed at half of a lane, and at three quarters of the task's bytes. */
  get verdict(): AdmissionVerdict {
    if (this.#full.size > 0 || this.isTaskFull) return 'pause';
    return this.table.bytes <= (this.settings.taskMaxBufferBytes * 3) / 8 ? 'resume' : 'keep';
  }

  #isHalfEmpty(lane: Lane): boolean {
    const { laneMaxFollowers, taskMaxBufferBytes } = this.settings;
    return lane.followers <= laneMaxFollowers / 2 && lane.bytes <= taskMaxBufferBytes / 8;
  }
}
