/**
 * Mutants tried ahead of the tests that ask for them, two at a time, because each is a process of its own and
 * a test waits for one only. Each begins at the seed that caught it last. What is still under way at the end is
 * given up.
 */
import { CAUGHT_AT } from './caught-at.js';
import type { Trial, TrialLimits } from './mutant.js';
import { tryMutant } from './mutant.js';
import type { Mutation } from './mutation.js';

const AT_A_TIME = 2;

export class Trials {
  readonly #trials = new Map<Mutation, Promise<Trial>>();
  readonly #end = new AbortController();

  constructor(
    readonly mutations: readonly Mutation[],
    readonly limits: Omit<TrialLimits, 'from'>,
  ) {}

  /** Its trial; the ones that follow it are begun, too. */
  async of(mutation: Mutation): Promise<Trial> {
    const at = this.mutations.indexOf(mutation);
    const ahead = this.mutations.slice(at, at + AT_A_TIME).map((each) => this.#begin(each));
    const [mine] = ahead;
    if (mine === undefined) throw new Error(`${mutation.name} is not in the table`);
    return mine;
  }

  end(): void {
    this.#end.abort();
  }

  #begin(mutation: Mutation): Promise<Trial> {
    let trial = this.#trials.get(mutation);
    if (trial === undefined) {
      const limits = { ...this.limits, from: CAUGHT_AT.get(mutation.name) ?? 1 };
      trial = tryMutant(mutation, limits, this.#end.signal);
      this.#trials.set(mutation, trial);
      // Its own test hears of it, if it is asked for.
      trial.catch(() => undefined);
    }
    return trial;
  }
}
