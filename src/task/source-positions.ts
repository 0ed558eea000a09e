/**
 * How far the source topics of a task were read: the offset to take next, and ends of their logs, behind which
 * there are only control and aborted records. An end is told once, so it waits here until nothing is undecided.
 */
import type { CommitOffset } from '../record/units.js';

export class SourcePositions {
  readonly #next = new Map<string, CommitOffset>();
  readonly #ends = new Map<string, CommitOffset>();

  startAt(positions: ReadonlyMap<string, CommitOffset>): void {
    for (const [topic, position] of positions) this.#next.set(topic, position);
  }

  /** Undefined: no source of the task, or not known yet. */
  next(topic: string): CommitOffset | undefined {
    return this.#next.get(topic);
  }

  /** The end that was reached, if that is further. */
  readUpTo(topic: string): CommitOffset | undefined {
    const [next, end] = [this.#next.get(topic), this.#ends.get(topic)];
    return next !== undefined && end !== undefined && end > next ? end : next;
  }

  take(topic: string, next: CommitOffset): void {
    this.#next.set(topic, next);
  }

  /** Everything below `end` was read. */
  reachEnd(topic: string, end: CommitOffset): void {
    this.#ends.set(topic, end);
  }

  get hasEnds(): boolean {
    return this.#ends.size > 0;
  }

  /** Moves the positions to the ends; those that moved. */
  passEnds(): readonly (readonly [topic: string, position: CommitOffset])[] {
    const moved = [...this.#ends].filter(([topic, end]) => end > (this.#next.get(topic) ?? end));
    this.#ends.clear();
    for (const [topic, end] of moved) this.#next.set(topic, end);
    return moved;
  }
}
