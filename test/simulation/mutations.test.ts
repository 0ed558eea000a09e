import { expect } from 'chai';
import { occurrences } from './mutant.js';
import { MUTATIONS } from './mutations.js';
import { Trials } from './trials.js';

/** Seeds that a mutant may survive. `MUTATION_SEEDS` for a longer look. */
const SEEDS = Number(process.env.MUTATION_SEEDS ?? 400);
const PATIENCE_MS = 400_000;

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

  for (const mutation of MUTATIONS) {
    it(`when ${mutation.name}`, async function () {
      this.timeout(PATIENCE_MS + 20_000);
      this.slow(20_000);
      const { caught, died, seeds } = await trials.of(mutation);
      expect(died, 'the mutant ended without an answer').to.equal(null);
      expect(caught, `the mutant lived through ${seeds} seeds`).to.not.equal(null);
      expect(caught?.broken, caught?.report).to.satisfy((broken: readonly string[]) =>
        broken.some((one) => mutation.caughtBy.some((expected) => expected === one)),
      );
      if (process.env.MUTATION_NOTES)
        console.log(`      seed ${caught?.seed ?? '?'}: ${caught?.broken.join() ?? ''}`);
    });
  }
});
