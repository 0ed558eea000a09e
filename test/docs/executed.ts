/** Runs the code of a document beside this very build of the engine, as its reader would. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import ts from 'typescript';
import { ROOT } from './documents.js';

/** How an example imports the engine: from a folder under `topology/`. */
const ENGINE = /'\.\.\/\.\.\/(src\/[\w.]+\.js)'/g;

/** Name, without its ending, to code. */
export type Examples = Readonly<Record<string, string>>;

const written = async <T>(examples: Examples, use: (folder: string) => T | Promise<T>): Promise<T> => {
  const folder = mkdtempSync(join(tmpdir(), 'audit-lanes-example-'));
  try {
    symlinkSync(join(ROOT, 'node_modules'), join(folder, 'node_modules'));
    writeFileSync(join(folder, 'package.json'), '{"type":"module"}');
    for (const [name, code] of Object.entries(examples)) {
      const here = code.replace(
        ENGINE,
        (_, file: string) => `'${new URL(`../../${file}`, import.meta.url).href}'`,
      );
      const { outputText } = ts.transpileModule(here, {
        compilerOptions: { target: ts.ScriptTarget.ES2022, module: ts.ModuleKind.ESNext },
      });
      writeFileSync(join(folder, `${name}.js`), outputText);
    }
    return await use(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
};

/** What the module exports. */
export const exportsOf = <T>(name: string, code: string): Promise<T> =>
  written({ [name]: code }, (folder) => import(pathToFileURL(join(folder, `${name}.js`)).href) as Promise<T>);

/** What mocha says of the tests in `name`. */
export const runTests = (
  name: string,
  examples: Examples,
): Promise<{ readonly status: number | null; readonly said: string }> =>
  written(examples, (folder) => {
    const mocha = join(ROOT, 'node_modules', 'mocha', 'bin', 'mocha.js');
    const { status, stdout, stderr } = spawnSync(
      process.execPath,
      [mocha, '--timeout', '20000', join(folder, `${name}.js`)],
      { cwd: folder, encoding: 'utf8' },
    );
    return { status, said: stdout + stderr };
  });

/** What the compiler says of them, with the settings of the project, in the folder where their reader would put them. */
export const problemsOf = (examples: Examples): readonly string[] => {
  const files = new Map(
    Object.entries(examples).map(([name, code]) => [
      join(ROOT, 'topology', 'login-counts', `${name}.ts`),
      code,
    ]),
  );
  const config = ts.readConfigFile(join(ROOT, 'tsconfig.json'), (path) => ts.sys.readFile(path));
  const { options } = ts.parseJsonConfigFileContent(config.config, ts.sys, ROOT);
  const host = ts.createCompilerHost({ ...options, noEmit: true });
  const { fileExists, readFile, getSourceFile } = host;
  host.fileExists = (name) => files.has(name) || fileExists.call(host, name);
  host.readFile = (name) => files.get(name) ?? readFile.call(host, name);
  host.getSourceFile = (name, target, ...rest) => {
    const code = files.get(name);
    return code === undefined
      ? getSourceFile.call(host, name, target, ...rest)
      : ts.createSourceFile(name, code, target);
  };
  const program = ts.createProgram([...files.keys()], { ...options, noEmit: true }, host);
  return [...files.keys()].flatMap((name) => {
    const source = program.getSourceFile(name);
    return [...program.getSyntacticDiagnostics(source), ...program.getSemanticDiagnostics(source)].map(
      ({ messageText }) => ts.flattenDiagnosticMessageText(messageText, '\n'),
    );
  });
};
