/** Counts of tests and the line that closes a run. Pure. */

/** @typedef {{ passed: number, failed: number, skipped: number }} Tally */

/** @type {Tally} */
export const NOTHING = { passed: 0, failed: 0, skipped: 0 };
/** @type {Tally} */
export const ONE_PASSED = { ...NOTHING, passed: 1 };
/** @type {Tally} */
export const ONE_FAILED = { ...NOTHING, failed: 1 };

/** @param {readonly Tally[]} tallies @returns {Tally} */
export const sum = (tallies) =>
  tallies.reduce(
    (all, one) => ({
      passed: all.passed + one.passed,
      failed: all.failed + one.failed,
      skipped: all.skipped + one.skipped,
    }),
    NOTHING,
  );

/** @param {Tally} tally */
export const closingLine = ({ passed, failed, skipped }) =>
  `${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`;

/** A run in which nothing ran has shown nothing. @param {Tally} tally */
export const isGood = ({ passed, failed }) => failed === 0 && passed > 0;

/**
 * What a suite's process has shown: its report, unless it died without one, or failed after it.
 * @param {{ report: Tally | null, code: number | null, signal: string | null }} end
 * @returns {{ tally: Tally, problem: string | null }}
 */
export const verdict = ({ report, code, signal }) => {
  const how = signal === null ? `exit code ${code}` : `signal ${signal}`;
  if (report === null) return { tally: ONE_FAILED, problem: `ended without a report (${how})` };
  if (code !== 0 && report.failed === 0)
    return { tally: sum([report, ONE_FAILED]), problem: `failed after its last test (${how})` };
  if (report.passed + report.failed + report.skipped === 0)
    return { tally: ONE_FAILED, problem: 'has no tests' };
  return { tally: report, problem: null };
};
