/**
 * A rate over the last minute, from sums that are told now and then: a ring of buckets of one second each. Time is
 * an argument, in milliseconds, and only its differences mean anything; where it goes back, it stands still. Pure.
 * Before a first minute has passed it is the rate since the beginning.
 */
const BUCKETS = 60;
const BUCKET_MS = 1000;

export class RateWindow {
  readonly #sums = new Array<number>(BUCKETS).fill(0);
  readonly #beganMs: number;
  /** Of the newest bucket, counted from the beginning. */
  #newest = 0;
  #total = 0;

  constructor(nowMs: number) {
    this.#beganMs = nowMs;
  }

  add(count: number, nowMs: number): void {
    this.#advance(nowMs);
    const at = this.#newest % BUCKETS;
    this.#sums[at] = (this.#sums[at] ?? 0) + count;
    this.#total += count;
  }

  perSecond(nowMs: number): number {
    this.#advance(nowMs);
    return this.#total / Math.min(BUCKETS, this.#newest + 1);
  }

  /** Empties the buckets that time has come to again: no more than there are. */
  #advance(nowMs: number): void {
    const now = Math.max(this.#newest, Math.floor((nowMs - this.#beganMs) / BUCKET_MS));
    const first = Math.max(this.#newest + 1, now - BUCKETS + 1);
    for (let bucket = first; bucket <= now; bucket++) {
      const at = bucket % BUCKETS;
      this.#total -= this.#sums[at] ?? 0;
      this.#sums[at] = 0;
    }
    this.#newest = now;
  }
}
