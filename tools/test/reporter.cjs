/**
 * mocha's spec reporter that also writes, in the file named by AUDIT_LANES_REPORT, its counts at the end, so that whoever
 * started mocha can tell "all passed" from "died before the end"; and beside it, in `….failures`, each failure when it comes,
 * a line of JSON each: where a long log is read only its end is there, and a run that dies has no end.
 */
const { appendFileSync, writeFileSync } = require('node:fs');
const { inspect } = require('node:util');
const Mocha = require('mocha');

/** Of a failure's text: what tells it from others without burying them. */
const LONGEST = 2000;

const { generateDiff, showDiff, stringify } = { ...Mocha.reporters.Base, ...Mocha.utils };

const difference = (error) => {
  if (!showDiff(error)) return '';
  const texts = [error.actual, error.expected].map((side) =>
    typeof side === 'string' ? side : stringify(side),
  );
  return `\n${generateDiff(...texts)}`;
};

const textOf = (error) => {
  if (!(error instanceof Error)) return String(error);
  const cause = error.cause === undefined ? '' : `\ncaused by ${inspect(error.cause, { depth: 2 })}`;
  return `${error.stack ?? error.message}${cause}${difference(error)}`;
};

module.exports = class CountingSpec extends Mocha.reporters.Spec {
  constructor(runner, options) {
    super(runner, options);
    const file = process.env.AUDIT_LANES_REPORT;
    if (!file) return;
    runner.on('fail', (test, error) => {
      const failure = `${test.fullTitle()}\n${textOf(error).slice(0, LONGEST)}`;
      appendFileSync(`${file}.failures`, `${JSON.stringify(failure)}\n`);
    });
    runner.once('end', () => {
      const { passes, failures, pending } = runner.stats;
      writeFileSync(file, JSON.stringify({ passed: passes, failed: failures, skipped: pending }));
    });
  }
};
