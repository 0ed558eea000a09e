/**
 * A small seeded random generator (mulberry32). The same seed gives the same numbers on every machine;
 * it is the only source of chance in src/testing. Never for anything secret.
 */
export class Random {
  #state: number;

  constructor(readonly seed: number) {
    this.#state = seed >>> 0;
  }

  /** A fraction of [0, 1). */
  next(): number {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0;
    let mixed = this.#state;
    mixed = Math.imul(mixed ^ (mixed >>> 15), mixed | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  }

  /** An integer of [0, end). */
  below(end: number): number {
    return Math.floor(this.next() * end);
  }

  /** An integer of [from, to], both included. */
  between(from: number, to: number): number {
    return from + this.below(to - from + 1);
  }

  /** True with the given probability. */
  chance(probability: number): boolean {
    return this.next() < probability;
  }

  pick<T>(from: readonly T[]): T {
    const picked = from[this.below(from.length)];
    if (picked === undefined) throw new RangeError('pick from nothing');
    return picked;
  }

  /** A generator of its own, so that one part's draws do not shift another's. */
  fork(): Random {
    return new Random(Math.floor(this.next() * 4294967296));
  }
}

/** No chance at all: nothing that merely may happen does, whole lots are taken, and orders stay as they are. */
export class NoChance extends Random {
  constructor() {
    super(0);
  }

  override next(): number {
    return 0;
  }

  override below(end: number): number {
    return end - 1;
  }

  override chance(): boolean {
    return false;
  }

  override fork(): Random {
    return this;
  }
}
