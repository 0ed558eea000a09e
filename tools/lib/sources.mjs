/** Modules of our TypeScript sources, for tools that need no build: compiled file by file into a folder that is then deleted. */
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
import { PROJECT } from './project.mjs';

/** What the entries import, and so on, from the root. @param {string} root @param {readonly string[]} entries */
const neededFrom = (root, entries) => {
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
  for (const entry of entries) visit(entry);
  return found;
};

/**
 * Calls `use` with what loads an entry as a module.
 * @template T
 * @param {string} root @param {readonly string[]} entries paths of TypeScript files, from the root
 * @param {(load: (entry: string) => Promise<any>) => Promise<T>} use
 * @returns {Promise<T>}
 */
export const withSources = async (root, entries, use) => {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'audit-lanes-docs-')));
  try {
    writeFileSync(join(folder, 'package.json'), '{"type":"module"}');
    symlinkSync(join(PROJECT, 'node_modules'), join(folder, 'node_modules'));
    for (const [source, code] of neededFrom(root, entries)) {
      const target = join(folder, source.replace(/\.ts$/, '.js'));
      mkdirSync(dirname(target), { recursive: true });
      writeFileSync(target, code);
    }
    return await use((entry) => import(pathToFileURL(join(folder, entry.replace(/\.ts$/, '.js'))).href));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
};
