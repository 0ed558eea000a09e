import { expect } from 'chai';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import ts from 'typescript';
import type { Topology } from '../../src/index.js';
import { consumed, processorOf, runOf } from '../unit/dsl/support.js';
import { ROOT, exampleIn } from './documents.js';

const ENGINE = '../../src/index.js';
const EXAMPLE = join(ROOT, 'topology', 'first', 'topology.ts');

/** The example where its reader would put it, without writing it there. */
const problemsOf = (code: string): readonly string[] => {
  const config = ts.readConfigFile(join(ROOT, 'tsconfig.json'), (path) => ts.sys.readFile(path));
  const { options } = ts.parseJsonConfigFileContent(config.config, ts.sys, ROOT);
  const host = ts.createCompilerHost({ ...options, noEmit: true });
  const { fileExists, readFile, getSourceFile } = host;
  host.fileExists = (name) => name === EXAMPLE || fileExists.call(host, name);
  host.readFile = (name) => (name === EXAMPLE ? code : readFile.call(host, name));
  host.getSourceFile = (name, target, ...rest) =>
    name === EXAMPLE
      ? ts.createSourceFile(name, code, target)
      : getSourceFile.call(host, name, target, ...rest);
  const program = ts.createProgram([EXAMPLE], { ...options, noEmit: true, types: ['node'] }, host);
  const source = program.getSourceFile(EXAMPLE);
  return [...program.getSyntacticDiagnostics(source), ...program.getSemanticDiagnostics(source)].map(
    ({ messageText }) => ts.flattenDiagnosticMessageText(messageText, '\n'),
  );
};

/** Compiled beside this very build of the engine. */
const load = async (code: string): Promise<Topology> => {
  const folder = mkdtempSync(join(tmpdir(), 'audit-lanes-example-'));
  try {
    const engine = new URL(ENGINE, import.meta.url).href;
    const { outputText } = ts.transpileModule(code.replace(`'${ENGINE}'`, `'${engine}'`), {
      compilerOptions: { target: ts.ScriptTarget.ES2022, module: ts.ModuleKind.ESNext },
    });
    const file = join(folder, 'topology.mjs');
    writeFileSync(file, outputText);
    const { buildTopology } = (await import(pathToFileURL(file).href)) as { buildTopology: () => Topology };
    return buildTopology();
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
};

const login = (status: string): Buffer =>
  Buffer.from(JSON.stringify({ userId: 'u1', status, timestamp: '2026-11-23T12:00:00.000Z' }));

describe("the README's first topology", function () {
  // Loads the compiler's libraries: seconds on a busy machine.
  this.timeout(120_000);
  const code = exampleIn('README.md', 'topology');

  it('compiles with the settings of the project', () => {
    expect(problemsOf(code)).to.deep.equal([]);
  });

  it('would not compile with a type error, or this test sees nothing', () => {
    const wrong = code.replace("login.status === 'failure'", 'login.statuz');
    expect(wrong).not.to.equal(code);
    expect(problemsOf(wrong).join()).to.contain('statuz');
  });

  it('writes the failed logins and no others', async () => {
    const process = processorOf(await load(code));
    const key = Buffer.from('u1');
    const [output, ...more] = await process(
      runOf(consumed({ topic: 'logins', key, value: login('failure') })),
    );
    expect(output?.topic).to.equal('failed-logins');
    expect(output?.key).to.deep.equal(key);
    expect(JSON.parse(output?.value?.toString() ?? 'null')).to.deep.equal({
      userId: 'u1',
      failedAt: '2026-11-23T12:00:00.000Z',
    });
    expect(more).to.deep.equal([]);
    expect(await process(runOf(consumed({ topic: 'logins', value: login('success') })))).to.deep.equal([]);
  });

  it('describes itself as the README says', async () => {
    expect((await load(code)).describe().trimEnd()).to.equal(exampleIn('README.md', 'description').trimEnd());
  });
});
