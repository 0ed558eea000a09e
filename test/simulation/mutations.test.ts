import { expect } from 'chai';
import { CAUGHT_AT } from './caught-at.js';
import { isCaught, occurrences } from './mutant.js';
import { MUTATIONS } from './mutations.js';
import { Trials } from './trials.js';

/**
 * Seeds that a mutant may survive, from the one in the table on: that one alone where nothing has changed, more
 * when the engine draws its random numbers otherwise by now. `MUTATION_SEEDS` for a longer look.
 */
const SEEDS = Number(process.env.MUTATION_SEEDS ?? 40);
const PATIENCE_MS = 200_000;

describe('The simulation can fail', () => {
  const trials = new Trials(MUTATIONS, { seeds: SEEDS, patienceMs: PATIENCE_MS });

  after(() => trials.end());

  it('knows the lines that it rewrites', () => {
    const unfit = MUTATIONS.flatMap(({ name, rewrites }) =>
      rewrites
        .filter((rewrite) => occurrences(rewrite) !== 1)
        .map(({ file, from }) => `${name}: ${file}: ${from}`),
    );
    expect(unfit, 'lines that do not occur exactly once').to.deep.equal([]);
  });

  it('knows a seed for each mutant, and no other names', () => {
    expect([...CAUGHT_AT.keys()].sort()).to.deep.equal(MUTATIONS.map(({ name }) => name).sort());
  });

  for (const mutation of MUTATIONS) {
    it(`when ${mutation.name}`, async function () {
      this.timeout(2 * PATIENCE_MS);
      this.slow(20_000);
      const trial = await trials.of(mutation);
      const { caught, died, seeds } = trial;
      const again = `look for another seed with: npm run simulate -- --mutants ${JSON.stringify(mutation.name)} --seeds 500, and write it down in test/simulation/caught-at.ts`;
      expect(died, `the mutant ended without an answer; ${again}`).to.equal(null);
      expect(caught, `the mutant lived through ${seeds} seeds; ${again}`).to.not.equal(null);
      expect(isCaught(mutation, trial), `expected ${mutation.caughtBy.join()}: ${caught?.report}`).to.equal(
        true,
      );
    });
  }
});
