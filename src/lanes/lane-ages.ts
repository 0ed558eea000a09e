/**
 * Which lanes of a table are parked, and since when the head that has been failing for longest fails: kept with every
 * change, because walking thousands of lanes would be the cost of each scrape.
 *
 * Invariant: the heap has an entry for every lane whose head has failed, and at most twice as many entries as that
 * (and a few): those of heads that are gone stay until they come up, or until there are too many.
 */
import type { Lane } from './lane.js';
import { PriorityQueue } from './priority-queue.js';

interface Failing {
  readonly lane: Lane;
  readonly since: number;
}

/** Below it the heap is not cleared. */
const FEW = 64;

export class LaneAges {
  readonly #parked = new Set<Lane>();
  readonly #failing = new Map<Lane, Failing>();
  #heap = new PriorityQueue<Failing>(({ since }) => since);

  get parked(): number {
    return this.#parked.size;
  }

  /** Of the head that has been failing for longest, parked ones too; undefined: none has failed. */
  get oldestFailure(): number | undefined {
    for (;;) {
      const first = this.#heap.peek();
      if (first === undefined || this.#failing.get(first.lane) === first) return first?.since;
      this.#heap.pop();
    }
  }

  /** In the heap. */
  get entries(): number {
    return this.#heap.size;
  }

  /** Its state is another one, or it is new. */
  changed(lane: Lane): void {
    const { firstFailureAt: since, status } = lane.state;
    if (status === 'parked') this.#parked.add(lane);
    else this.#parked.delete(lane);
    if (since === null) this.#failing.delete(lane);
    else if (this.#failing.get(lane)?.since !== since) this.#add({ lane, since });
  }

  over(lane: Lane): void {
    this.#parked.delete(lane);
    this.#failing.delete(lane);
  }

  #add(failing: Failing): void {
    this.#failing.set(failing.lane, failing);
    this.#heap.push(failing);
    if (this.#heap.size <= 2 * this.#failing.size + FEW) return;
    this.#heap = new PriorityQueue(({ since }) => since);
    for (const each of this.#failing.values()) this.#heap.push(each);
  }
}
