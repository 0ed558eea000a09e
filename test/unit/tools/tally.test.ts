/** How `npm test` counts: nothing that went wrong may look like a success. */
import { expect } from 'chai';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { projectRoot } from '../../support/broker.js';

interface Tally {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
}

interface TallyModule {
  closingLine(tally: Tally): string;
  isGood(tally: Tally): boolean;
  sum(tallies: readonly Tally[]): Tally;
  verdict(end: { report: Tally | null; code: number | null; signal: string | null }): {
    tally: Tally;
    problem: string | null;
  };
}

const tally = (passed: number, failed: number, skipped = 0): Tally => ({ passed, failed, skipped });

describe('the tally of a test run', () => {
  let tool: TallyModule;

  before(async () => {
    const file = join(projectRoot(), 'tools', 'test', 'tally.mjs');
    tool = (await import(pathToFileURL(file).href)) as TallyModule;
  });

  it('closes with passed and failed, and names skipped ones only when there are any', () => {
    expect(tool.closingLine(tally(12, 0))).to.equal('12 passed, 0 failed');
    expect(tool.closingLine(tally(12, 1, 3))).to.equal('12 passed, 1 failed, 3 skipped');
  });

  it('adds up over all suites', () => {
    expect(tool.sum([tally(1, 2, 3), tally(10, 20, 30)])).to.deep.equal(tally(11, 22, 33));
    expect(tool.sum([])).to.deep.equal(tally(0, 0));
  });

  it('is good only when something passed and nothing failed', () => {
    expect(tool.isGood(tally(1, 0))).to.equal(true);
    expect(tool.isGood(tally(1, 1))).to.equal(false);
    expect(tool.isGood(tally(0, 0, 5))).to.equal(false);
  });

  it('takes the report of a suite that ended well as it is', () => {
    const end = { report: tally(5, 0, 1), code: 0, signal: null };
    expect(tool.verdict(end)).to.deep.equal({ tally: tally(5, 0, 1), problem: null });
  });

  it('takes failures from the report, whatever the exit code', () => {
    expect(tool.verdict({ report: tally(5, 2), code: 2, signal: null }).tally).to.deep.equal(tally(5, 2));
  });

  it('counts a suite that died without a report as a failure', () => {
    const { tally: counted, problem } = tool.verdict({ report: null, code: null, signal: 'SIGSEGV' });
    expect(counted).to.deep.equal(tally(0, 1));
    expect(problem).to.contain('SIGSEGV');
    expect(tool.verdict({ report: null, code: 0, signal: null }).tally.failed).to.equal(1);
  });

  it('counts a suite that failed after its last test as a failure', () => {
    expect(tool.verdict({ report: tally(5, 0), code: 1, signal: null }).tally).to.deep.equal(tally(5, 1));
    expect(tool.verdict({ report: tally(5, 0), code: null, signal: 'SIGKILL' }).tally.failed).to.equal(1);
  });

  it('counts a suite in which nothing ran as a failure', () => {
    expect(tool.verdict({ report: tally(0, 0), code: 0, signal: null }).tally.failed).to.equal(1);
  });
});
