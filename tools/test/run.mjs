/** Checks and suites one after the other, and the sum of what they showed. */
import { CHECKS } from './checks.mjs';
import { runSuite } from './suites.mjs';
import { closingLine, isGood, ONE_FAILED, ONE_PASSED, sum } from './tally.mjs';

/**
 * @param {{ checks: readonly string[], suites: readonly string[] }} what
 * @returns {Promise<{ tally: import('./tally.mjs').Tally, problems: readonly string[] }>}
 */
export const run = async ({ checks, suites }) => {
  /** @type {import('./tally.mjs').Tally[]} */
  const tallies = [];
  /** @type {string[]} */
  const problems = [];
  for (const name of checks) {
    const check = CHECKS[name];
    if (!check) continue;
    const startedMs = Date.now();
    const { ok, output } = check();
    console.log(`${ok ? '✔' : '✖'} ${name} (${((Date.now() - startedMs) / 1000).toFixed(1)} s)`);
    if (!ok) {
      console.log(output);
      problems.push(`${name}: see above`);
    }
    tallies.push(ok ? ONE_PASSED : ONE_FAILED);
  }
  for (const suite of suites) {
    console.log(`\n── ${suite} ──`);
    const startedMs = Date.now();
    const ran = await runSuite(suite);
    console.log(
      `${suite}: ${closingLine(ran.tally)} (${((Date.now() - startedMs) / 60_000).toFixed(1)} min)`,
    );
    problems.push(...ran.problems);
    tallies.push(ran.tally);
  }
  return { tally: sum(tallies), problems };
};

/** @param {string} text of some lines */
const indented = (text) => text.replace(/^/gm, '  ');

/**
 * The end of a run: what failed and why, since of a long log often only the end is kept, and the closing line.
 * @param {Awaited<ReturnType<typeof run>>} result
 */
export const close = ({ tally, problems }) => {
  if (problems.length > 0) console.log(`\nWhat failed:\n${problems.map(indented).join('\n')}`);
  process.exitCode = isGood(tally) ? 0 : 1;
  console.log(`\n${closingLine(tally)}`);
};
