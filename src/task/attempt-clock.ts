/**
 * When the attempts of a task begin, and how long those took that ended where they began. Asking the clock is a hundredth of
 * what a record costs, so one reading serves several attempts in a row: as many more each time as together take no
 * millisecond, sixteen at most, and a single one after some that took longer. So an attempt may be told a time that is as
 * old as those before it took, as the system time of Kafka Streams' contexts is, and of several that share a reading it
 * is told how long they took together.
 */
import type { Clock } from '../ports/clock.js';
import type { EpochMs } from '../record/units.js';
import { epochMs } from '../record/units.js';

const MOST_ATTEMPTS = 16;

export class AttemptClock {
  #readAt: EpochMs = epochMs(0);
  /** Of the attempt that began last, if its end is not known; those that share its reading with it are before it. */
  #topic: string | undefined;
  /** How many share a reading. */
  #sharing = 1;
  /** How many more may share the last one. */
  #left = 0;

  constructor(
    private readonly clock: Clock,
    /** Told of attempts that took a millisecond or more. */
    private readonly took: (topic: string, tookMs: number) => void,
  ) {}

  /** An attempt begins: the time. The one before it has ended. */
  begin(topic: string): EpochMs {
    if (this.#left > 0) this.#left -= 1;
    else {
      const nowMs = this.clock.now();
      if (this.#topic !== undefined) this.#measure(this.#topic, nowMs);
      this.#readAt = nowMs;
      this.#left = this.#sharing - 1;
    }
    this.#topic = topic;
    return this.#readAt;
  }

  /** The attempt that began last goes on, and somebody else looks how long it takes. */
  leave(): void {
    if (this.#left === this.#sharing - 1) this.#forget();
    else this.pause();
    this.#sharing = 1;
  }

  /** The attempt that began last has ended, and nothing more begins for now. */
  pause(): void {
    if (this.#topic !== undefined) this.#measure(this.#topic, this.clock.now());
    this.#forget();
  }

  #measure(topic: string, nowMs: EpochMs): void {
    const tookMs = nowMs - this.#readAt;
    if (tookMs > 0) this.took(topic, tookMs);
    this.#sharing = tookMs > 0 ? 1 : Math.min(MOST_ATTEMPTS, this.#sharing * 2);
  }

  #forget(): void {
    this.#topic = undefined;
    this.#left = 0;
  }
}
