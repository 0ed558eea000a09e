/**
 * The source records of a task in source order, from the oldest that is not decided on. It says which
 * may start (the first of each key, oldest first) and hands out, at its front, what may be decided.
 *
 * An entry that may start is in the heap; any other hangs on the one before it of its key. Whether something
 * outside the queue (a lane, a command) keeps a key from starting is asked anew each time and never stored
 * with an entry (review F9): one that was found kept back is looked at again when `wake` names its key.
 *
 * Invariants: per key at most one entry is startable, running or backing off; entries leave in the
 * order in which they came.
 */
import { PriorityQueue } from '../lanes/priority-queue.js';
import type { QueueEntry } from './queue-entry.js';

/** How far the front may run ahead in the array before it is cut. */
const COMPACT_AT = 1024;

/** Beyond the orders of all entries of a task. */
const BEHIND = 2 ** 40;
/** The oldest first; what has failed as a probe of the breaker after what has not. It changes while it is not in the heap. */
const rankOf = ({ failedProbes, order }: QueueEntry): number => failedProbes * BEHIND + order;
const inTurn = ({ order }: QueueEntry): number => order;

export class EmissionQueue {
  #entries: QueueEntry[] = [];
  #front = 0;
  readonly #tails = new Map<string, QueueEntry>();
  readonly #startable: PriorityQueue<QueueEntry>;
  /** By key: the first entry that may start as far as the queue goes, while something else holds the key. */
  readonly #kept = new Map<string, QueueEntry>();

  /** `isStrict`: only the front may start, because records may look at the same state. */
  constructor(private readonly isStrict = false) {
    this.#startable = new PriorityQueue(isStrict ? inTurn : rankOf);
  }

  get length(): number {
    return this.#entries.length - this.#front;
  }

  add(entry: QueueEntry): void {
    this.#entries.push(entry);
    const slot = entry.slot;
    if (slot === undefined) {
      this.#startable.push(entry);
      return;
    }
    const tail = this.#tails.get(slot);
    this.#tails.set(slot, entry);
    if (tail === undefined) this.#startable.push(entry);
    else tail.nextOfKey = entry;
  }

  /** Takes the oldest entry that may start and whose key nothing holds; `onlyFront`: if it is the front. */
  takeStartable(
    isHeld: (entry: QueueEntry) => boolean = () => false,
    onlyFront = this.isStrict,
  ): QueueEntry | undefined {
    for (;;) {
      const entry = this.#startable.pop();
      if (entry === undefined) return undefined;
      // Decided meanwhile as a follower, or never to be run.
      if (entry.state !== 'waiting') continue;
      if (entry.slot !== undefined && isHeld(entry)) this.#kept.set(entry.slot, entry);
      else if (!onlyFront || entry === this.front()) return entry;
      else {
        this.putBack(entry);
        return undefined;
      }
    }
  }

  /** The same, and leaves it there. */
  startable(isHeld: (entry: QueueEntry) => boolean): QueueEntry | undefined {
    const entry = this.takeStartable(isHeld);
    if (entry !== undefined) this.putBack(entry);
    return entry;
  }

  /** It was taken and is not started now after all. */
  putBack(entry: QueueEntry): void {
    this.#startable.push(entry);
  }

  /** What failed as a probe has its place among the others again: the breaker has closed. */
  forgiveProbes(): void {
    const startable: QueueEntry[] = [];
    for (let entry = this.#startable.pop(); entry !== undefined; entry = this.#startable.pop())
      startable.push(entry);
    for (const entry of this) entry.failedProbes = 0;
    for (const entry of startable) this.#startable.push(entry);
  }

  /** What held the key is gone. */
  wake(slot: string): void {
    const entry = this.#kept.get(slot);
    if (entry === undefined) return;
    this.#kept.delete(slot);
    this.#startable.push(entry);
  }

  /** The key is free again: its next record may start. Once per entry. */
  freeKey(of: QueueEntry): void {
    const slot = of.slot;
    if (slot === undefined) return;
    if (this.#kept.get(slot) === of) this.#kept.delete(slot);
    if (of.nextOfKey !== undefined) {
      this.#startable.push(of.nextOfKey);
      of.nextOfKey = undefined;
    } else if (this.#tails.get(slot) === of) {
      this.#tails.delete(slot);
    }
  }

  /**
   * A record of the key has begun: it runs, waits to go on, or its result waits. Not one that waits in the lane
   * already: nothing of it is decided here. Looks at every entry: for rare questions.
   */
  isBusy(slot: string): boolean {
    for (const entry of this) {
      if (entry.slot !== slot || entry.outcome?.kind === 'known') continue;
      if (entry.state !== 'waiting' || entry.hasBegun) return true;
    }
    return false;
  }

  /** No result waits for its turn. Looks at every entry: for rare questions. */
  get isDecided(): boolean {
    for (const entry of this) if (entry.state !== 'waiting') return false;
    return true;
  }

  /** The oldest of a topic. Looks at those before it. */
  firstOf(topic: string): QueueEntry | undefined {
    for (const entry of this) if (entry.record.topic === topic) return entry;
    return undefined;
  }

  front(): QueueEntry | undefined {
    return this.#entries[this.#front];
  }

  shift(): void {
    this.#front += 1;
    if (this.#front < COMPACT_AT || this.#front * 2 < this.#entries.length) {
      if (this.#front === this.#entries.length) this.#reset();
      return;
    }
    this.#entries = this.#entries.slice(this.#front);
    this.#front = 0;
  }

  *[Symbol.iterator](): Generator<QueueEntry> {
    for (let i = this.#front; i < this.#entries.length; i++) {
      const entry = this.#entries[i];
      if (entry !== undefined) yield entry;
    }
  }

  clear(): void {
    this.#reset();
    this.#tails.clear();
    this.#startable.clear();
    this.#kept.clear();
  }

  #reset(): void {
    this.#entries = [];
    this.#front = 0;
  }
}
