/**
 * How long results have waited in an emission queue behind a record that still runs. When the oldest of them
 * has waited for the patience, the record at the front is to become a lane, so that one slow call does not
 * stop its partition. One timer, which runs only while something waits.
 */
import type { Clock } from '../ports/clock.js';
import type { QueueEntry } from './queue-entry.js';

export class Patience {
  /** In the order in which they were resolved; those that are decided fall out when they come up. */
  #results: QueueEntry[] = [];
  #cancelTimer: (() => void) | undefined;

  constructor(
    private readonly clock: Clock,
    private readonly patienceMs: number,
    private readonly ring: () => void,
  ) {}

  /** A result waits from now on. */
  waits(entry: QueueEntry): void {
    this.#results.push(entry);
  }

  /** The oldest result has waited long enough behind `front`. Sets the timer when it has not. */
  isOver(front: QueueEntry | undefined): boolean {
    this.#forgetDecided();
    const [oldest] = this.#results;
    if (oldest === undefined || oldest === front || !isBlocking(front)) {
      this.stop();
      return false;
    }
    const leftMs = oldest.resolvedAt + this.patienceMs - this.clock.monotonic();
    if (leftMs <= 0) return true;
    this.#cancelTimer ??= this.clock.after(leftMs, () => {
      this.#cancelTimer = undefined;
      this.ring();
    });
    return false;
  }

  stop(): void {
    this.#cancelTimer?.();
    this.#cancelTimer = undefined;
  }

  #forgetDecided(): void {
    let decided = 0;
    while (this.#results[decided]?.state === 'decided') decided += 1;
    if (decided > 0) this.#results = this.#results.slice(decided);
  }
}

const isBlocking = (front: QueueEntry | undefined): boolean =>
  front?.state === 'running' || front?.state === 'backing-off';
