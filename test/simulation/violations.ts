/** What went wrong in a run, by the invariant of DESIGN §6 that it breaks. Collects, never throws. */

/**
 * I1 order per key, I2 exactly one outcome (at least one under at_least_once), I3 one run per arm, I4 one
 * handler per key and only the head while a lane lives, I5 partition number kept, I6 sequence and positions,
 * I7 never early, I8 restore at the committed position and lanes as the log says, I9 attempts, I10 bounds,
 * I12 comes to rest, I14 no result of an older epoch; P5 original bytes; P6 a healthy process is said to stand; `command`: what became of a command;
 * `refused`: a healthy partition was refused; `crashed`: the engine threw where nobody catches; `order`:
 * effects left out of source order; `store`: what a state store holds. I11 and I13 have no check of their own: an abort and deleted retry
 * records are faults like others, and everything else must hold in spite of them.
 */
export type Invariant =
  | 'I1'
  | 'I2'
  | 'I3'
  | 'I4'
  | 'I5'
  | 'I6'
  | 'I7'
  | 'I8'
  | 'I9'
  | 'I10'
  | 'I12'
  | 'I14'
  | 'P5'
  | 'P6'
  | 'command'
  | 'refused'
  | 'crashed'
  | 'order'
  | 'store';

export interface Violation {
  readonly invariant: Invariant;
  readonly what: string;
  /** Records (`topic-partition@offset`) and partitions (`topic-partition`) that the history should show. */
  readonly about: readonly string[];
}

export class Violations {
  readonly #all: Violation[] = [];

  get all(): readonly Violation[] {
    return this.#all;
  }

  get isEmpty(): boolean {
    return this.#all.length === 0;
  }

  add(invariant: Invariant, what: string, about: readonly string[] = []): void {
    this.#all.push({ invariant, what, about });
  }
}
