/**
 * The source records of a task in source order, from the oldest that is not decided on. It says which
 * may start (the first of each key, oldest first) and hands out, at its front, what may be decided.
 * "Waiting" is derived and never stored: an entry that may start is in the heap, any other hangs on the
 * one before it of its key (review F9).
 *
 * Invariants: per key at most one entry is startable, running or backing off; entries leave in the
 * order in which they came.
 */
import { PriorityQueue } from './priority-queue.js';
import type { QueueEntry } from './queue-entry.js';

/** How far the front may run ahead in the array before it is cut. */
const COMPACT_AT = 1024;

export class EmissionQueue {
  #entries: QueueEntry[] = [];
  #front = 0;
  readonly #tails = new Map<string, QueueEntry>();
  readonly #startable = new PriorityQueue<QueueEntry>((entry) => entry.order);

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

  /** Takes the oldest entry that may start. */
  takeStartable(): QueueEntry | undefined {
    return this.#startable.pop();
  }

  /** The key is free again: its next record may start. Once per entry. */
  freeKey(of: QueueEntry): void {
    const slot = of.slot;
    if (slot === undefined) return;
    if (of.nextOfKey !== undefined) {
      this.#startable.push(of.nextOfKey);
      of.nextOfKey = undefined;
    } else if (this.#tails.get(slot) === of) {
      this.#tails.delete(slot);
    }
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
  }

  #reset(): void {
    this.#entries = [];
    this.#front = 0;
  }
}
