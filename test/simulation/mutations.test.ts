import { expect } from 'chai';
import { CAUGHT_AT, EARLY_SEED } from './caught-at.js';
import { occurrences, tryMutant } from './mutant.js';
import { MUTATIONS } from './mutations.js';

/** Seeds that a mutant may survive. `MUTATION_SEEDS` for a longer look. */
const SEEDS = Number(process.env.MUTATION_SEEDS ?? 400);
const PATIENCE_MS = 400_000;
const isEarly = ({ name }: { readonly name: string }): boolean =>
  (CAUGHT_AT.get(name) ?? Infinity) <= EARLY_SEED;
const TRIED = process.env.MUTATIONS === 'all' ? MUTATIONS : MUTATIONS.filter(isEarly);

describe('The simulation can fail', () => {
  before(() => {
    const left = MUTATIONS.length - TRIED.length;
    if (left > 0)
      console.log(
        `      ${left} of ${MUTATIONS.length} mutants need many seeds: MUTATIONS=all tries them too`,
      );
  });

  it('knows every mutant that it says was caught', () => {
    const names = new Set(MUTATIONS.map(({ name }) => name));
    expect([...CAUGHT_AT.keys()].filter((name) => !names.has(name))).to.deep.equal([]);
  });

  it('knows the lines that it rewrites', () => {
    const unfit = MUTATIONS.flatMap(({ name, rewrites }) =>
      rewrites
        .filter((rewrite) => occurrences(rewrite) !== 1)
        .map(({ file, from }) => `${name}: ${file}: ${from}`),
    );
    expect(unfit, 'lines that do not occur exactly once').to.deep.equal([]);
  });

  for (const mutation of TRIED) {
    it(`when ${mutation.name}`, async function () {
      this.timeout(PATIENCE_MS + 20_000);
      this.slow(20_000);
      const { caught, died, seeds } = await tryMutant(mutation, {
        seeds: SEEDS,
        from: mutation.from ?? 1,
        patienceMs: PATIENCE_MS,
      });
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
