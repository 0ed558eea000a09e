/**
 * The tables of the code as they are in the sources, so that the documents need no build. What is read here must
 * import nothing but its neighbours.
 */
import { mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import ts from 'typescript';
import { filesIn } from './file-map.mjs';

/** @typedef {{ variable: string, path: string, default: string | null, required: boolean, secret: boolean, file: boolean, allowed: string, doc: string }} SettingRow */
/** @typedef {{ type: string, help: string, labels: readonly string[] }} Metric */

const NEEDED = ['config', 'src/observability/metric-table.ts'];

/**
 * Compiled file by file into a folder that is then deleted.
 * @param {string} root @returns {Promise<{ rows: readonly SettingRow[], metrics: Readonly<Record<string, Metric>> }>}
 */
export const readTables = async (root) => {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'audit-lanes-docs-')));
  try {
    writeFileSync(join(folder, 'package.json'), '{"type":"module"}');
    const sources = NEEDED.flatMap((name) => (name.endsWith('.ts') ? [name] : filesIn(name, root)));
    for (const source of sources.filter((name) => name.endsWith('.ts'))) {
      const { outputText } = ts.transpileModule(readFileSync(join(root, source), 'utf8'), {
        compilerOptions: {
          target: ts.ScriptTarget.ES2022,
          module: ts.ModuleKind.ESNext,
          verbatimModuleSyntax: true,
        },
      });
      const target = join(folder, source.replace(/\.ts$/, '.js'));
      mkdirSync(dirname(target), { recursive: true });
      writeFileSync(target, outputText);
    }
    /** @param {string} name */
    const load = (name) => import(pathToFileURL(join(folder, name)).href);
    const { settingRows } = await load('config/describe.js');
    const { METRICS } = await load('src/observability/metric-table.js');
    return { rows: settingRows(), metrics: METRICS };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
};
