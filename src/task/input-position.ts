/**
 * How far a task has come with an input that is not its source (a retry topic, the commands): the smallest
 * offset that was read and is not resolved, because heads finish out of order (review F8). What is read
 * again after a crash is discarded by the arm, or by the outcome of the command.
 */
import type { CommitOffset, Offset } from '../record/units.js';
import { after, commitOffset } from '../record/units.js';

export class InputPosition {
  /** Read and not resolved, or resolved behind one that is not. In order. */
  #read: { readonly offset: Offset; isResolved: boolean }[] = [];
  readonly #open = new Map<number, { readonly offset: Offset; isResolved: boolean }>();
  #next: CommitOffset;

  constructor(
    readonly topic: string,
    start: CommitOffset,
    /** Told after the position or the number of unresolved records has changed. */
    private readonly changed: (input: InputPosition) => void,
  ) {
    this.#next = start;
  }

  get position(): CommitOffset {
    const [first] = this.#read;
    return first === undefined ? this.#next : commitOffset(first.offset);
  }

  /** To read next. */
  get next(): CommitOffset {
    return this.#next;
  }

  get unresolved(): number {
    return this.#open.size;
  }

  /** False when it was read before. */
  read(offset: Offset): boolean {
    if (offset < this.#next) return false;
    const entry = { offset, isResolved: false };
    this.#read.push(entry);
    this.#open.set(offset, entry);
    this.#next = after(offset);
    return true;
  }

  /** Below it there is nothing more to read. */
  pass(position: CommitOffset): void {
    if (position <= this.#next) return;
    this.#next = position;
    this.changed(this);
  }

  resolve(offset: Offset): void {
    const entry = this.#open.get(offset);
    if (entry === undefined) return;
    entry.isResolved = true;
    this.#open.delete(offset);
    let done = 0;
    while (this.#read[done]?.isResolved === true) done += 1;
    if (done > 0) this.#read = this.#read.slice(done);
    this.changed(this);
  }
}
