/**
 * mocha's spec reporter that also writes its counts and its failures to the file named by AUDIT_LANES_REPORT
 * at the end, so that whoever started mocha can tell "all passed" from "died before the end", and can name what
 * failed where a reader of a long log looks: at its end.
 */
const { writeFileSync } = require('node:fs');
const Mocha = require('mocha');

/** Of a failure's text: what tells it from others without burying them. */
const LONGEST = 1500;

module.exports = class CountingSpec extends Mocha.reporters.Spec {
  constructor(runner, options) {
    super(runner, options);
    const failures = [];
    runner.on('fail', (test, error) => {
      const text = String(error?.stack ?? error?.message ?? error);
      failures.push(`${test.fullTitle()}\n${text.slice(0, LONGEST)}`);
    });
    runner.once('end', () => {
      const { passes, failures: failed, pending } = runner.stats;
      const file = process.env.AUDIT_LANES_REPORT;
      const report = { tally: { passed: passes, failed, skipped: pending }, failures };
      if (file) writeFileSync(file, JSON.stringify(report));
    });
  }
};
