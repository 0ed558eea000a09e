/**
 * Runs a process under a test driver. Two clocks: that of the engine is in the test's hand and stands still but
 * for `pass`; that of the cluster runs on as far as it must. So nothing that waits for time, a retry above all,
 * happens before the test has let that time pass, however much work lies between. One call at a time runs.
 */
import { setImmediate as settled, setTimeout as realTime } from 'node:timers/promises';
import { monotonicMs } from '../record/units.js';
import type { VirtualClock } from './virtual-clock.js';

/** What is run: the life that the process is in. */
export interface Driven {
  readonly isAtRest: boolean;
  readonly inFlight: number;
  /** Begins what nobody waits for time for: a restart, a commit. False: there is nothing of the kind. */
  goOn(): boolean;
  /** The next timer of the engine is about to fire; true: it must not, `goOn` is asked first. */
  interrupts(): boolean;
  /** Throws when it cannot go on at all. */
  verify(): void;
  describe(): string;
}

/** Of the cluster, in one call; everything that it waits for is over long before. */
const PATIENCE_MS = 120_000;
/** From here on real time is given too: to the user's own code at the start of a processor. */
const REAL_TIME_AFTER_MS = 10_000;
const REAL_TICK_MS = 1;

/** Real ticks that a handler is given before time passes beside it. */
const TICKS_BEFORE_MEANWHILE = 25;

/** A wish that time may pass, see `meanwhile`. */
interface Wish {
  readonly byMs: number;
  isFulfilled: boolean;
}

export class DrivenTime {
  readonly #wishes: Wish[] = [];
  #isStopped = false;

  constructor(
    readonly engineClock: VirtualClock,
    private readonly clusterClock: VirtualClock,
    private readonly driven: Driven,
  ) {}

  /** Runs until nothing more can happen, and `until` holds, while time stands still. */
  async rest(until: () => boolean = () => true): Promise<void> {
    const endMs = this.clusterClock.monotonic() + PATIENCE_MS;
    for (let ticks = 0; ;) {
      await settled();
      if (this.#isStopped) throw new Error('The driver is closed.');
      this.driven.verify();
      if (this.#fireDue() || this.driven.goOn()) continue;
      if (this.driven.isAtRest && until()) return;
      if (this.driven.inFlight === 0) await this.#moveCluster(endMs);
      else if (ticks++ < TICKS_BEFORE_MEANWHILE) await realTime(REAL_TICK_MS);
      else await this.#waitForHandler();
    }
  }

  /** Lets time pass, at rest at each moment at which something is due. */
  async pass(byMs: number): Promise<void> {
    const endMs = this.engineClock.monotonic() + byMs;
    await this.rest();
    for (let at = this.#next(); at <= endMs; at = this.#next()) {
      this.engineClock.moveTo(monotonicMs(at));
      if (!this.driven.interrupts()) this.engineClock.fireNext();
      await this.rest();
    }
    this.engineClock.moveTo(monotonicMs(endMs));
    await this.rest();
  }

  /**
   * For a call that has to wait until another one is over: when that one waits for a function of the topology,
   * time passes beside it, or the function's time-out could never be seen. Returns what the call has left to do.
   */
  meanwhile(byMs: number): () => Promise<void> {
    const wish: Wish = { byMs, isFulfilled: false };
    this.#wishes.push(wish);
    return async () => {
      if (wish.isFulfilled) return this.rest();
      this.#wishes.splice(this.#wishes.indexOf(wish), 1);
      return this.pass(byMs);
    };
  }

  /** Calls that still run are over, whatever they wait for; `complete` remains. */
  stop(): void {
    this.#isStopped = true;
  }

  /** Runs until the promise has settled, however much time must pass for it. */
  async complete(promise: Promise<void>): Promise<void> {
    let isDone = false;
    const done = (): void => void (isDone = true);
    promise.then(done, done);
    const endMs = this.clusterClock.monotonic() + PATIENCE_MS;
    for (;;) {
      await settled();
      if (isDone || this.clusterClock.monotonic() > endMs) return;
      if (this.#fireDue()) continue;
      // Also what limits a drain: the engine's clock is nobody's any more.
      this.engineClock.fireNext();
      this.clusterClock.fireNext();
    }
  }

  #next(): number {
    return this.engineClock.nextAt() ?? Infinity;
  }

  /** All that is due now; false: nothing was. */
  #fireDue(): boolean {
    let isFired = false;
    for (const clock of [this.engineClock, this.clusterClock]) {
      if ((clock.nextAt() ?? Infinity) > clock.monotonic()) continue;
      clock.fireNext();
      isFired = true;
    }
    return isFired;
  }

  async #waitForHandler(): Promise<void> {
    const wish = this.#wishes.shift();
    if (wish === undefined) {
      await realTime(REAL_TICK_MS);
      return;
    }
    wish.isFulfilled = true;
    const endMs = this.engineClock.monotonic() + wish.byMs;
    while (this.#next() <= endMs) {
      this.engineClock.fireNext();
      do await settled();
      while (this.#fireDue());
    }
    this.engineClock.moveTo(monotonicMs(endMs));
  }

  async #moveCluster(endMs: number): Promise<void> {
    const now = this.clusterClock.monotonic();
    if (now > endMs || !this.clusterClock.fireNext()) {
      throw new Error(`The engine does not come to rest: ${this.driven.describe()}`);
    }
    if (now > endMs - PATIENCE_MS + REAL_TIME_AFTER_MS) await realTime(REAL_TICK_MS);
  }
}
