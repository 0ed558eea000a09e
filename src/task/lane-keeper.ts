/**
 * Keeps the lanes of a task: applies what `decideHead` says to memory and, through the book, to the open
 * write-set, in one synchronous step; and knows which heads may run. It starts no handler and reads no
 * topic: the task does.
 *
 * What makes a head ready (DESIGN §6, retry records):
 * | the lane has …             | its alarm is at                            | then                |
 * | -------------------------- | ------------------------------------------ | ------------------- |
 * | no arm                     | its due time                               | ready               |
 * | an arm, its record unread  | due + 30 s (the watchdog)                  | ready, from the log |
 * | an arm, its record read    | max(due, the record's append time + delay) | ready               |
 * | a running head, or parked  | none                                       |                     |
 *
 * Invariants: a retrying lane has an alarm, or is ready, or its head runs (I3, I12), and never two of them
 * (I4); a head that is decided leaves no retry record unresolved; memory is what log and write-sets say (I8).
 */
import type { Arm } from '../lanes/arm.js';
import { isSameArm } from '../lanes/arm.js';
import { Lane } from '../lanes/lane.js';
import { laneKeyOf } from '../lanes/lane-log.js';
import type { RestoredLanes } from '../lanes/lane-log-image.js';
import type { LaneRecord } from '../lanes/lane-record.js';
import type { Attempted, HeadDecision, HeadEvent, LaneRules } from '../lanes/lane-state.js';
import { decideHead, freshHead } from '../lanes/lane-state.js';
import { LaneTable } from '../lanes/lane-table.js';
import type { Clock } from '../ports/clock.js';
import type { DeadLetterMark } from '../record/dead-letter.js';
import type { EpochMs, MonotonicMs } from '../record/units.js';
import { epochMs, monotonicMs } from '../record/units.js';
import { LaneAlarms } from './lane-alarms.js';
import type { LaneBook } from './lane-book.js';
import type { LaneBoundSettings } from './lane-bounds.js';
import { LaneBounds } from './lane-bounds.js';
import { LaneStrays } from './lane-strays.js';

/** A lane that is overdue by so much without its record having been read is run from the lane log. */
export const WATCHDOG_MS = 30_000;

export interface LaneKeeperEvents {
  /** A head may be ready. */
  ring(): void;
  /** The lane of that slot is gone. */
  over(slot: string): void;
  /** The head of that slot does not run any more. */
  rested(slot: string): void;
}

export class LaneKeeper {
  readonly table = new LaneTable();
  readonly strays: LaneStrays;
  readonly bounds: LaneBounds;
  readonly #alarms: LaneAlarms;
  readonly #ready = new Set<Lane>();
  readonly #running = new Set<Lane>();
  /** Lanes whose retry record was read; called when it is done with. */
  readonly #triggers = new Map<Lane, () => void>();

  constructor(
    private readonly book: LaneBook,
    private readonly rules: LaneRules,
    bounds: LaneBoundSettings,
    private readonly clock: Clock,
    private readonly events: LaneKeeperEvents,
  ) {
    this.bounds = new LaneBounds(this.table, bounds);
    this.strays = new LaneStrays(this.table, book);
    this.#alarms = new LaneAlarms(clock, () => {
      // Also while none may start: an alarm that is left where it is rings for ever.
      this.#collect();
      events.ring();
    });
  }

  /** Lanes as the log has them. One whose delay is not configured any more gets another retry record. */
  restore({ lanes, strays }: Pick<RestoredLanes, 'lanes' | 'strays'>): void {
    const wall = this.clock.now();
    this.strays.restore(strays);
    for (const lane of lanes) {
      this.table.add(lane);
      const { status, due, delayMs } = lane.state;
      if (status === 'parked') continue;
      // A wall clock that went back, or that of the last owner, must not make it wait longer than its delay.
      const leftMs = Math.min(Math.max(0, due - wall), delayMs ?? 0);
      if (lane.arm !== null && delayMs !== null && !this.rules.tiers.has(delayMs)) this.#rearm(lane, leftMs);
      else this.#alarm(lane, leftMs);
    }
  }

  /** After a restore: the bounds may be others than those that the lanes grew under. */
  makeRoom(): void {
    for (const lane of this.table) this.#makeRoom(lane);
  }

  /** A lane can take it. */
  fits(record: LaneRecord): boolean {
    return this.book.fits(record);
  }

  /** What it would be as a dead letter can be written. */
  fitsDeadLetters({ head, state }: Lane, mark: DeadLetterMark | undefined): boolean {
    return this.book.fitsDeadLetters(head, state, 'skipped', mark);
  }

  isRunning(lane: Lane): boolean {
    return this.#running.has(lane);
  }

  /** Heads that wait for their time. */
  get held(): number {
    return this.#alarms.size;
  }

  get nextDueAt(): MonotonicMs | null {
    return this.#alarms.nextAt;
  }

  /** A head waits whose retry record has not been read yet. */
  get isAwaitingRecord(): boolean {
    for (const lane of this.table)
      if (this.#alarms.at(lane) !== undefined && this.book.isArmed(lane) && !this.#triggers.has(lane))
        return true;
    return false;
  }

  /** The head that has been ready longest. */
  get ready(): Lane | undefined {
    const [lane] = this.#ready;
    return lane;
  }

  /** The head that has been ready longest; it runs from now on. */
  takeReady(): Lane | undefined {
    this.#collect();
    for (const lane of this.#ready) {
      this.#ready.delete(lane);
      this.#running.add(lane);
      return lane;
    }
    return undefined;
  }

  /** It did not run after all, or its run does not count: it is ready again. */
  giveBack(lane: Lane): void {
    this.#running.delete(lane);
    this.#ready.add(lane);
    this.events.rested(lane.slot);
  }

  /** A record that is no head yet failed: a lane, or its end in the dead letters, as the rules say. */
  open(record: LaneRecord, attempted: Attempted, event: HeadEvent): HeadDecision['kind'] {
    const state = freshHead(this.clock.now(), attempted);
    const decision = decideHead(state, event, this.rules);
    if (decision.kind === 'leaves') {
      if (decision.deadLetter !== null) this.book.deadLetter(record, decision.state, decision.deadLetter);
      return 'leaves';
    }
    const lane = this.#add(record, state);
    this.#wait(lane, decision);
    return 'waits';
  }

  /** A lane whose head is due now. `isRunning`: its handler runs already and goes on as the head's. */
  openDue(record: LaneRecord, attempted: Attempted, isRunning: boolean): Lane {
    const lane = this.#add(record, freshHead(this.clock.now(), attempted));
    this.book.write(lane, null);
    if (isRunning) this.#running.add(lane);
    else this.#alarm(lane, 0);
    this.#makeRoom(lane);
    return lane;
  }

  append(lane: Lane, record: LaneRecord): void {
    this.book.follow(record);
    this.table.append(lane, record);
    this.#makeRoom(lane);
  }

  /** What a head's run, or a command, leads to. */
  conclude(lane: Lane, event: HeadEvent, mark?: DeadLetterMark): HeadDecision {
    const decision = decideHead(lane.state, event, this.rules);
    this.#rest(lane);
    if (decision.kind === 'waits') {
      this.#wait(lane, decision);
      return decision;
    }
    if (decision.deadLetter !== null)
      this.book.deadLetter(lane.head, decision.state, decision.deadLetter, mark);
    this.#leave(lane);
    return decision;
  }

  /**
   * A retry record of the lane was read; `done` is called once it is done with. False: it is not the one that
   * the lane waits for.
   */
  trigger(lane: Lane, arm: Arm, appendedAt: EpochMs, done: () => void): boolean {
    if (!isSameArm(lane.arm, arm) || this.#running.has(lane) || this.#triggers.has(lane)) return false;
    this.#triggers.set(lane, done);
    const watchedAt = this.#alarms.at(lane);
    // Overdue: the watchdog has made it ready.
    if (watchedAt === undefined) return true;
    const delayMs = lane.state.delayMs ?? 0;
    const leftMs = Math.min(delayMs, Math.max(0, appendedAt + delayMs - this.clock.now()));
    const at = Math.max(watchedAt - WATCHDOG_MS, this.clock.monotonic() + leftMs);
    this.#alarms.set(lane, monotonicMs(at));
    return true;
  }

  clear(): void {
    this.#alarms.clear();
    this.#ready.clear();
    this.#running.clear();
    this.#triggers.clear();
    this.strays.clear();
  }

  #add(record: LaneRecord, state: Lane['state']): Lane {
    this.book.follow(record);
    const lane = new Lane(laneKeyOf(record.record.key, record.id), record, state);
    this.table.add(lane);
    return lane;
  }

  #collect(): void {
    for (let lane = this.#alarms.take(); lane !== undefined; lane = this.#alarms.take())
      this.#ready.add(lane);
  }

  /** Nothing runs or waits for it, and what its retry record was for is done. */
  #rest(lane: Lane): void {
    this.#running.delete(lane);
    this.#ready.delete(lane);
    this.#alarms.cancel(lane);
    this.book.disarm(lane);
    this.#triggers.get(lane)?.();
    this.#triggers.delete(lane);
    this.events.rested(lane.slot);
  }

  #wait(lane: Lane, { state, retryOn, notice }: Extract<HeadDecision, { kind: 'waits' }>): void {
    if (notice !== null) this.book.deadLetter(lane.head, state, notice, { state: 'parked' });
    lane.state = state;
    this.book.write(lane, retryOn);
    if (state.status === 'retrying') this.#alarm(lane, retryOn?.delayMs ?? 0);
    this.#makeRoom(lane);
  }

  #leave(lane: Lane): void {
    this.book.leave(lane.head);
    if (this.table.shift(lane)) {
      lane.state = freshHead(this.clock.now());
      this.book.write(lane, null);
      this.#alarm(lane, 0);
      this.bounds.changed(lane);
      return;
    }
    this.book.end(lane);
    this.bounds.over(lane);
    this.events.over(lane.slot);
  }

  /** After a lane has changed: a full one asks intake to wait, unless followers of a parked head can go. */
  #makeRoom(lane: Lane): void {
    this.bounds.changed(lane);
    for (let full = this.bounds.toEmpty(lane); full !== null; full = this.bounds.toEmpty(lane)) {
      this.#empty(full);
      this.bounds.changed(full);
    }
  }

  /** Its followers go to the dead letters, in order: its head is parked, and there is no room. */
  #empty(lane: Lane): void {
    const cause = lane.head.name;
    for (const follower of this.table.takeFollowers(lane)) {
      this.book.deadLetter(follower, freshHead(this.clock.now()), 'lane-full', { cause });
      this.book.leave(follower);
      this.book.count(follower, 'unknown', 'dead-letter');
    }
  }

  /** On the shortest delay that is long enough, else the longest; without tiers by the alarm alone. */
  #rearm(lane: Lane, leftMs: number): void {
    const tier = this.rules.tiers.atLeast(leftMs);
    const waitMs = tier?.delayMs ?? leftMs;
    const delayMs = tier?.delayMs ?? lane.state.delayMs;
    this.book.beginDecision();
    this.book.disarm(lane);
    lane.state = { ...lane.state, delayMs, due: epochMs(this.clock.now() + waitMs) };
    this.book.write(lane, tier);
    this.#alarm(lane, waitMs);
  }

  /** The head may run in `leftMs`; while a retry record is on its way the alarm is the watchdog's. */
  #alarm(lane: Lane, leftMs: number): void {
    const graceMs = this.book.isArmed(lane) ? WATCHDOG_MS : 0;
    this.#alarms.set(lane, monotonicMs(this.clock.monotonic() + leftMs + graceMs));
  }
}
