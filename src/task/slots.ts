/**
 * Who may run: of `maxInFlight` places of a task a quarter is kept for heads of lanes, and one for source
 * records, so that neither can keep the other from running. With one place they take turns. Pure.
 */
import type { Attempts } from './attempts.js';

export class Slots {
  readonly #forSources: number;
  readonly #forHeads: number;

  constructor(
    private readonly all: number,
    private readonly taken: Pick<Attempts, 'sources' | 'heads' | 'inFlight'>,
  ) {
    this.#forSources = all === 1 ? 1 : all - Math.max(1, Math.floor(all / 4));
    this.#forHeads = Math.max(1, all - 1);
  }

  get mayStartSource(): boolean {
    return this.taken.sources < this.#forSources && this.taken.inFlight < this.all;
  }

  get mayStartHead(): boolean {
    return this.taken.heads < this.#forHeads && this.taken.inFlight < this.all;
  }

  /** A source record in flight may go on as a head: one place stays for source records. */
  get mayConvert(): boolean {
    return this.all > 1 && this.taken.heads < this.#forHeads;
  }
}
