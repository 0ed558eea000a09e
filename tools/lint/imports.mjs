/**
 * The imports of this project's TypeScript files, as ESLint rules of our own:
 * `lanes/import-table` (who may import whom) and `lanes/no-cycle` (value imports only: a type is gone when
 * the program runs). Relative imports name files with their ending, so resolving them is arithmetic on paths.
 */
import { existsSync, readFileSync, statSync } from 'node:fs';
import { dirname, join, relative, sep } from 'node:path';
import ts from 'typescript';
import { PROJECT } from '../lib/project.mjs';

/** `src/dsl/named.ts` of an absolute path. @param {string} file */
const inProjectPath = (file) => relative(PROJECT, file).split(sep).join('/');

/**
 * The source that a relative import means; null for a package. The file need not exist.
 * @param {string} from absolute @param {string} specifier
 */
const target = (from, specifier) =>
  specifier.startsWith('.') ? join(dirname(from), specifier).replace(/\.js$/, '.ts') : null;

/** What of an import or export statement is there when the program runs. @param {any} node */
const isTypeOnly = (node) =>
  node.importKind === 'type' ||
  node.exportKind === 'type' ||
  (node.specifiers?.length > 0 &&
    node.specifiers.every(
      (/** @type {any} */ one) => one.importKind === 'type' || one.exportKind === 'type',
    ));

/**
 * Calls `visit` for every import, static or dynamic, and re-export with a literal specifier.
 * @param {(node: any, specifier: string) => void} visit
 */
const onImports = (visit) => {
  const listen = (/** @type {any} */ node) => {
    if (typeof node.source?.value === 'string') visit(node, node.source.value);
  };
  return {
    ImportDeclaration: listen,
    ExportNamedDeclaration: listen,
    ExportAllDeclaration: listen,
    ImportExpression: listen,
    TSImportType: (/** @type {any} */ node) =>
      listen({ ...node, source: node.source ?? node.argument?.literal }),
  };
};

/** @typedef {{ target: string, from: string, except?: readonly string[], message: string }} Zone */

/** Whether a path is the place itself or lies in it. @param {string} path @param {string} place */
const liesIn = (path, place) => path === place || path.startsWith(`${place}/`);

export const importTable = {
  meta: { type: 'problem', schema: [{ type: 'array' }], messages: { forbidden: '{{message}}' } },
  /** @param {any} context */
  create: (context) => {
    const here = inProjectPath(context.filename);
    const zones = /** @type {Zone[]} */ (context.options[0]).filter((zone) => liesIn(here, zone.target));
    return onImports((node, specifier) => {
      const file = target(context.filename, specifier);
      if (file === null) return;
      const there = inProjectPath(file);
      const zone = zones.find(
        ({ from, except = [] }) => liesIn(there, from) && !except.some((place) => liesIn(there, place)),
      );
      if (zone) context.report({ node, messageId: 'forbidden', data: { message: zone.message } });
    });
  },
};

/** Value imports by file, read again when the file has changed (an editor keeps the process alive). */
const cache = new Map();

/** @param {string} file @returns {readonly string[]} */
const valueImports = (file) => {
  if (!existsSync(file)) return [];
  const { mtimeMs } = statSync(file);
  const known = cache.get(file);
  if (known?.mtimeMs === mtimeMs) return known.imports;
  const source = ts.createSourceFile(file, readFileSync(file, 'utf8'), ts.ScriptTarget.ES2022);
  const imports = source.statements.flatMap((statement) => {
    if (!ts.isImportDeclaration(statement) && !ts.isExportDeclaration(statement)) return [];
    if (!statement.moduleSpecifier || !ts.isStringLiteral(statement.moduleSpecifier)) return [];
    if (ts.isExportDeclaration(statement) ? statement.isTypeOnly : statement.importClause?.isTypeOnly)
      return [];
    const names = ts.isImportDeclaration(statement)
      ? statement.importClause?.name === undefined && statement.importClause?.namedBindings
      : statement.exportClause;
    if (
      names &&
      'elements' in names &&
      names.elements.length > 0 &&
      names.elements.every((one) => 'isTypeOnly' in one && one.isTypeOnly)
    )
      return [];
    return target(file, statement.moduleSpecifier.text) ?? [];
  });
  cache.set(file, { mtimeMs, imports });
  return imports;
};

/** The shortest way from one file to another over value imports; null without one. @param {string} from @param {string} to */
const way = (from, to) => {
  /** @type {Map<string, string | null>} */
  const reachedFrom = new Map([[from, null]]);
  for (const file of reachedFrom.keys()) {
    if (file === to) {
      const path = [];
      for (let at = /** @type {string | null | undefined} */ (file); at; at = reachedFrom.get(at))
        path.unshift(at);
      return path;
    }
    for (const next of valueImports(file)) if (!reachedFrom.has(next)) reachedFrom.set(next, file);
  }
  return null;
};

export const noCycle = {
  meta: { type: 'problem', schema: [], messages: { cycle: 'Dependency cycle: {{path}}.' } },
  /** @param {any} context */
  create: (context) =>
    onImports((node, specifier) => {
      const file = target(context.filename, specifier);
      if (
        file === null ||
        isTypeOnly(node) ||
        node.type === 'TSImportType' ||
        node.type === 'ImportExpression'
      )
        return;
      const back = way(file, context.filename);
      if (back === null) return;
      const path = [context.filename, ...back].map(inProjectPath).join(' → ');
      context.report({ node, messageId: 'cycle', data: { path } });
    }),
};
