/**
 * When the heads of a task's lanes may run, on the monotonic clock, so that a jump of the wall clock shortens
 * no wait. One alarm a lane, one timer for all. It only rings; whether the head runs is the keeper's matter.
 */
import type { Lane } from '../lanes/lane.js';
import type { Clock } from '../ports/clock.js';
import type { MonotonicMs } from '../record/units.js';
import { monotonicMs } from '../record/units.js';
import { PriorityQueue } from '../lanes/priority-queue.js';

interface Alarm {
  readonly lane: Lane;
  readonly at: MonotonicMs;
}

/** A timer that is set far ahead fires at once (2^31 ms, Node's limit): it is set again on the way. */
const LONGEST_TIMER_MS = 3_600_000;

export class LaneAlarms {
  readonly #heap = new PriorityQueue<Alarm>((alarm) => alarm.at);
  readonly #alarms = new Map<Lane, Alarm>();
  #timerAt: MonotonicMs | null = null;
  #cancelTimer: () => void = () => undefined;

  constructor(
    private readonly clock: Clock,
    private readonly ring: () => void,
  ) {}

  get size(): number {
    return this.#alarms.size;
  }

  /** In place of the lane's last one. */
  set(lane: Lane, at: MonotonicMs): void {
    const alarm = { lane, at };
    this.#alarms.set(lane, alarm);
    this.#heap.push(alarm);
    this.#watch();
  }

  cancel(lane: Lane): void {
    this.#alarms.delete(lane);
    if (this.#alarms.size === 0) this.#watch();
  }

  at(lane: Lane): MonotonicMs | undefined {
    return this.#alarms.get(lane)?.at;
  }

  /** Of the next one that rings. */
  get nextAt(): MonotonicMs | null {
    return this.#first()?.at ?? null;
  }

  /** The lane of the oldest alarm that is due; it has none then. */
  take(): Lane | undefined {
    const first = this.#first();
    if (first === undefined || first.at > this.clock.monotonic()) {
      this.#watch();
      return undefined;
    }
    this.#heap.pop();
    this.#alarms.delete(first.lane);
    return first.lane;
  }

  clear(): void {
    this.#heap.clear();
    this.#alarms.clear();
    this.#watch();
  }

  /** Alarms that were set anew or cancelled are left in the heap until they come up. */
  #first(): Alarm | undefined {
    for (;;) {
      const first = this.#heap.peek();
      if (first === undefined || this.#alarms.get(first.lane) === first) return first;
      this.#heap.pop();
    }
  }

  #watch(): void {
    const at = this.nextAt;
    if (at === this.#timerAt) return;
    this.#cancelTimer();
    this.#timerAt = at;
    if (at === null) {
      this.#cancelTimer = () => undefined;
      return;
    }
    const now = this.clock.monotonic();
    const delayMs = Math.min(LONGEST_TIMER_MS, Math.max(0, at - now));
    if (now + delayMs < at) this.#timerAt = monotonicMs(now + delayMs);
    this.#cancelTimer = this.clock.after(delayMs, () => {
      this.#timerAt = null;
      this.ring();
      this.#watch();
    });
  }
}
