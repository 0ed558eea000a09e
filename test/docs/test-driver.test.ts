/** Runs the tests of docs/testing.md, from its own text, as their reader would. */
import { expect } from 'chai';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import ts from 'typescript';
import { ROOT, exampleIn } from './documents.js';

const ENGINE = /'\.\.\/\.\.\/(src\/[\w.]+\.js)'/g;
const TESTS = 4;

/** What mocha says of the tests, compiled beside this very build of the engine. */
const run = (code: string): { readonly status: number | null; readonly said: string } => {
  const folder = mkdtempSync(join(tmpdir(), 'audit-lanes-testing-'));
  try {
    symlinkSync(join(ROOT, 'node_modules'), join(folder, 'node_modules'));
    const here = code.replace(
      ENGINE,
      (_, file: string) => `'${new URL(`../../${file}`, import.meta.url).href}'`,
    );
    const { outputText } = ts.transpileModule(here, {
      compilerOptions: { target: ts.ScriptTarget.ES2022, module: ts.ModuleKind.ESNext },
    });
    const file = join(folder, 'example.test.mjs');
    writeFileSync(file, outputText);
    const mocha = join(ROOT, 'node_modules', 'mocha', 'bin', 'mocha.js');
    const { status, stdout, stderr } = spawnSync(process.execPath, [mocha, '--timeout', '20000', file], {
      cwd: folder,
      encoding: 'utf8',
    });
    return { status, said: stdout + stderr };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
};

describe('the example of docs/testing.md', function () {
  // Starts a process and loads the compiler's libraries: seconds on a busy machine.
  this.timeout(120_000);
  const code = exampleIn('docs/testing.md', 'driver');

  it('passes', () => {
    const { status, said } = run(code);
    expect(said).to.contain(`${TESTS} passing`);
    expect(status).to.equal(0);
  });

  it('would fail with a wrong expectation, or this test sees nothing', () => {
    const wrong = code.replace("'bert paid 20'", "'bert paid 21'");
    expect(wrong).not.to.equal(code);
    expect(run(wrong).status).not.to.equal(0);
  });
});
