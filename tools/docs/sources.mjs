/** The tables of the code, and the command line, as they are in the sources, so that the documents need no build. */
import {
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path/posix';
import { pathToFileURL } from 'node:url';
import ts from 'typescript';
import { PROJECT } from '../lib/project.mjs';

/** @typedef {{ variable: string, path: string, default: string | null, required: boolean, secret: boolean, file: boolean, allowed: string, doc: string }} SettingRow */
/** @typedef {{ type: string, help: string, labels: readonly string[] }} Metric */

const TABLES = ['config/describe.ts', 'src/observability/metric-table.ts', 'src/cli/program.ts'];

/** What an entry imports, and so on, from the root. @param {string} root */
const neededFrom = (root) => {
  /** @type {Map<string, string>} compiled code by source */
  const found = new Map();
  /** @param {string} source */
  const visit = (source) => {
    if (found.has(source)) return;
    const { outputText } = ts.transpileModule(readFileSync(join(root, source), 'utf8'), {
      compilerOptions: {
        target: ts.ScriptTarget.ES2022,
        module: ts.ModuleKind.ESNext,
        verbatimModuleSyntax: true,
      },
    });
    found.set(source, outputText);
    for (const [, from = ''] of outputText.matchAll(/(?:\bfrom|^import) '(\.[^']+)\.js'/gm))
      visit(join(dirname(source), `${from}.ts`));
  };
  for (const table of TABLES) visit(table);
  return found;
};

/**
 * Compiled file by file into a folder that is then deleted.
 * @param {string} root @returns {Promise<{ rows: readonly SettingRow[], metrics: Readonly<Record<string, Metric>>, program: import('commander').Command }>}
 */
export const readTables = async (root) => {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'audit-lanes-docs-')));
  try {
    writeFileSync(join(folder, 'package.json'), '{"type":"module"}');
    symlinkSync(join(PROJECT, 'node_modules'), join(folder, 'node_modules'));
    for (const [source, code] of neededFrom(root)) {
      const target = join(folder, source.replace(/\.ts$/, '.js'));
      mkdirSync(dirname(target), { recursive: true });
      writeFileSync(target, code);
    }
    /** @param {string} name */
    const load = (name) => import(pathToFileURL(join(folder, name)).href);
    const { settingRows } = await load('config/describe.js');
    const { METRICS } = await load('src/observability/metric-table.js');
    const { createProgram } = await load('src/cli/program.js');
    return { rows: settingRows(), metrics: METRICS, program: createProgram('', 0, () => undefined) };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
};
