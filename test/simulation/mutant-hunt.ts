/**
 * Looks for the first seed that catches each mutant, among those whose names have a text in them, and prints
 * the lines of caught-at.ts for them. Beside the suite: for a mutant that is new, or that has slipped away.
 */
import type { Trial, TrialLimits } from './mutant.js';
import { isCaught, tryMutant } from './mutant.js';
import type { Mutation } from './mutation.js';
import { MUTATIONS } from './mutations.js';

/** For a mutant that does not end; one seed takes a second or two. */
const PATIENCE_MS_PER_SEED = 10_000;

export interface Hunt extends Omit<TrialLimits, 'patienceMs'> {
  readonly text: string;
  readonly jobs: number;
}

/** How many were not caught. */
export const huntMutants = async ({ text, jobs, ...limits }: Hunt): Promise<number> => {
  const left = MUTATIONS.filter(({ name }) => name.includes(text));
  let missed = 0;
  const work = async (): Promise<void> => {
    for (let next = left.shift(); next !== undefined; next = left.shift()) {
      const startedMs = performance.now();
      const trial = await tryMutant(next, { ...limits, patienceMs: limits.seeds * PATIENCE_MS_PER_SEED });
      const seconds = ((performance.now() - startedMs) / 1000).toFixed(1);
      if (!isCaught(next, trial)) missed += 1;
      console.log(`${lineOf(next, trial)} in ${seconds} s`);
    }
  };
  await Promise.all(Array.from({ length: jobs }, work));
  return missed;
};

const lineOf = (mutation: Mutation, trial: Trial): string => {
  const { caught, died, seeds } = trial;
  const { name } = mutation;
  const quoted = name.includes("'") ? JSON.stringify(name) : `'${name}'`;
  if (isCaught(mutation, trial))
    return `  [${quoted}, ${caught?.seed ?? '?'}], // ${caught?.broken.join() ?? ''}`;
  if (died !== null) return `  // ${name}: died: ${died}`;
  if (caught === null) return `  // ${name}: lived through ${seeds} seeds`;
  return `  // ${name}: by ${caught.broken.join()} at ${caught.seed}, expected ${mutation.caughtBy.join()}`;
};
