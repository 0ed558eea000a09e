import { expect } from 'chai';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';
import { projectRoot } from './support.js';

/**
 * The examples are .mts files so that the project's own compilation leaves them alone. Each mistake has
 * `// expect TS<code>` on the line before the one where the compiler must report it; there may be no others.
 */
const folder = join(projectRoot(), 'test/must-not-compile');
const files = readdirSync(folder).filter((name) => name.endsWith('.mts'));

const programOf = (): ts.Program => {
  const config = ts.readConfigFile(join(projectRoot(), 'tsconfig.json'), (path) => ts.sys.readFile(path));
  const { options } = ts.parseJsonConfigFileContent(config.config, ts.sys, projectRoot());
  return ts.createProgram(
    files.map((name) => join(folder, name)),
    { ...options, noEmit: true, noUnusedLocals: false, types: ['node'] },
  );
};

const expectedIn = (text: string): readonly string[] =>
  text.split('\n').flatMap((line, at) => {
    const code = /^\s*\/\/ expect TS(\d+)$/.exec(line)?.[1];
    return code === undefined ? [] : [`line ${at + 2}: TS${code}`];
  });

describe('a topology with a type error does not compile', function () {
  // Loads the compiler's libraries once: seconds on a busy machine.
  this.timeout(120_000);
  let program: ts.Program;

  before(() => {
    program = programOf();
  });

  it('has examples', () => {
    expect(files.length).to.be.greaterThan(3);
  });

  for (const name of files) {
    it(name.replace('.mts', '').replaceAll('-', ' '), () => {
      const source = program.getSourceFile(join(folder, name));
      if (source === undefined) throw new Error(`${name} was not read`);
      const reported = [
        ...program.getSyntacticDiagnostics(source),
        ...program.getSemanticDiagnostics(source),
      ].map(
        ({ start = 0, code }) => `line ${source.getLineAndCharacterOfPosition(start).line + 1}: TS${code}`,
      );
      const expected = expectedIn(readFileSync(join(folder, name), 'utf8'));
      expect(expected).not.to.deep.equal([]);
      expect(reported).to.deep.equal(expected);
    });
  }
});
