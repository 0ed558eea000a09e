/** What a run of mocha tells of itself: which tests failed and why, also when it does not come to its end. */
import { expect } from 'chai';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { projectRoot } from '../../support/broker.js';

interface Ran {
  readonly tally: { readonly passed: number; readonly failed: number; readonly skipped: number };
  readonly problem: string | null;
  readonly failures: readonly string[];
}

interface MochaProcess {
  runMocha(name: string, files: readonly string[], log: string | null): Promise<Ran>;
}

describe('a run of mocha', function () {
  this.timeout(60_000);
  let folder: string;
  let tool: MochaProcess;

  before(async () => {
    folder = mkdtempSync(join(tmpdir(), 'mocha-process-'));
    const file = join(projectRoot(), 'tools', 'test', 'mocha-process.mjs');
    tool = (await import(pathToFileURL(file).href)) as MochaProcess;
  });

  after(() => rmSync(folder, { recursive: true }));

  const run = (name: string, body: string): Promise<Ran> => {
    const file = join(folder, `${name}.cjs`);
    writeFileSync(file, `const assert = require('node:assert');\ndescribe('it', () => {\n${body}\n});\n`);
    return tool.runMocha(`fixture-${name}`, [file], join(folder, `${name}.log`));
  };

  it('names each failure with its cause and its difference', async () => {
    const { failures, problem, tally } = await run(
      'two',
      `it('is well', () => undefined);
       it('has a cause', () => { throw new Error('outer', { cause: new Error('inner') }); });
       it('differs', () => assert.deepStrictEqual({ here: 1 }, { here: 2 }));`,
    );
    expect(tally).to.deep.equal({ passed: 1, failed: 2, skipped: 0 });
    expect(problem).to.equal(null);
    expect(failures).to.have.length(2);
    expect(failures[0])
      .to.match(/^it has a cause\nError: outer/)
      .and.include('inner');
    expect(failures[1])
      .to.match(/^it differs\n/)
      .and.match(/"?here"?: 1/);
  });

  it('names what failed before it died', async () => {
    const { failures, problem, tally } = await run(
      'dies',
      `it('fails', () => { throw new Error('first'); });
       it('dies', () => process.kill(process.pid, 'SIGKILL'));`,
    );
    expect(tally.failed).to.equal(1);
    expect(problem).to.include('SIGKILL');
    expect(failures.map((failure) => failure.split('\n')[0])).to.deep.equal(['it fails']);
  });
});
