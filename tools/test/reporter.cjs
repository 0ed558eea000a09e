/**
 * mocha's spec reporter that also writes its counts to the file named by AUDIT_LANES_REPORT at the end,
 * so that whoever started mocha can tell "all passed" from "died before the end".
 */
const { writeFileSync } = require('node:fs');
const Mocha = require('mocha');

module.exports = class CountingSpec extends Mocha.reporters.Spec {
  constructor(runner, options) {
    super(runner, options);
    runner.once('end', () => {
      const { passes, failures, pending } = runner.stats;
      const file = process.env.AUDIT_LANES_REPORT;
      if (file) writeFileSync(file, JSON.stringify({ passed: passes, failed: failures, skipped: pending }));
    });
  }
};
