/**
 * Writes the parts of the documents that follow from the code: tables of settings and metrics,
 * `.env.example`, the file map and the import table. It reads the sources themselves, so it needs no build.
 *
 * `node tools/docs.mjs` writes; `--check` writes nothing and exits 1, naming every stale file;
 * `--root DIR` works on another tree (for its test). The same sources give the same bytes.
 */
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import prettier from 'prettier';
import ts from 'typescript';
import { PROJECT } from './lib/project.mjs';
import { COMPOSITION, IMPORT_TABLE } from './lint/import-table.mjs';

/** @typedef {{ variable: string, path: string, default: string | null, required: boolean, secret: boolean, file: boolean, hasEffect: boolean, allowed: string, doc: string }} SettingRow */
/** @typedef {{ type: string, help: string, labels: readonly string[] }} Metric */

/** The folders whose files the map lists, each with one line. */
const MAPPED = ['src', 'topology', 'config'];
const NEEDED = ['config', 'src/observability/metric-table.ts'];

/** JSON cannot say what it is. */
const JSON_FILES = {
  'config/default.json': 'Every default, derived from the schema: there to be read and copied, never loaded.',
  'config/development.json':
    'For work on this machine: the local Kafka, HTTP for this machine only, debug log.',
  'config/production.json': 'The brokers of the platform; the image reads it unless told otherwise.',
};

const GROUPS = {
  kafka: 'Kafka',
  topics: 'Topics',
  processing: 'Processing',
  retry: 'Retries',
  deadLetters: 'Dead letters',
  breaker: 'Circuit breaker',
  directory: 'User directory',
  service: 'The process',
  http: 'HTTP',
  log: 'Log',
  metrics: 'Metrics',
};

/** @param {string} text */
const cell = (text) => text.replaceAll('|', '\\|').replaceAll('\n', ' ');
/** @param {string | null} text */
const code = (text) => (text === null || text === '' ? '' : `\`${text}\``);

/** @param {readonly string[]} head @param {readonly (readonly string[])[]} rows */
const table = (head, rows) =>
  [head, head.map(() => '---'), ...rows].map((row) => `| ${row.map(cell).join(' | ')} |`).join('\n');

/** @param {string} folder @param {string} root @returns {string[]} paths from the root, sorted by name, a folder's files before its folders */
const filesIn = (folder, root) => {
  const entries = readdirSync(join(root, folder), { withFileTypes: true }).sort((a, b) =>
    a.name < b.name ? -1 : 1,
  );
  const files = entries
    .filter((entry) => entry.isFile() && /\.(ts|json)$/.test(entry.name))
    .map((entry) => `${folder}/${entry.name}`);
  const folders = entries.filter((entry) => entry.isDirectory());
  return [...files, ...folders.flatMap((entry) => filesIn(`${folder}/${entry.name}`, root))];
};

/** The first comment of a source as lines without its marks. @param {string} source */
const firstComment = (source) => {
  const text = source.replace(/^\/\* eslint-disable \*\/\n/, '');
  const block = /^\/\*\*?([\s\S]*?)\*\//.exec(text)?.[1];
  if (block !== undefined) return block.split('\n').map((line) => line.replace(/^\s*\*? ?/, '').trimEnd());
  return (/^(?:\/\/[^\n]*\n)+/.exec(text)?.[0] ?? '').split('\n').map((line) => line.replace(/^\/\/ ?/, ''));
};

/** @param {string} source */
const firstSentence = (source) => {
  const lines = firstComment(source);
  const start = lines.findIndex((line) => line !== '');
  const end = lines.findIndex((line, at) => at > start && (line === '' || line.startsWith('- ')));
  const paragraph = start < 0 ? '' : lines.slice(start, end < 0 ? lines.length : end).join(' ');
  return /^.*?[.!?](?=\s+[A-Z`'"(]|\s*$)/.exec(paragraph)?.[0] ?? paragraph;
};

/** @param {string} file @param {string} root */
const lineOf = (file, root) => {
  const source = readFileSync(join(root, file), 'utf8');
  if (!file.endsWith('.json')) return firstSentence(source);
  const known = /** @type {Record<string, string>} */ (JSON_FILES)[file];
  return known ?? String(JSON.parse(source).description ?? '');
};

/** @param {string} root */
const fileMap = (root) => {
  const files = MAPPED.flatMap((folder) => filesIn(folder, root));
  const lines = files.map((file) => ({ file, says: lineOf(file, root) }));
  const silent = lines.filter(({ says }) => says === '').map(({ file }) => file);
  if (silent.length > 0) throw new Error(`no first comment that says what it is: ${silent.join(', ')}`);
  const folders = [...new Set(files.map((file) => dirname(file)))];
  return folders
    .map((folder) => {
      const inside = lines.filter(({ file }) => dirname(file) === folder);
      const list = inside.map(
        ({ file, says }) => `- [\`${file.slice(folder.length + 1)}\`](${file}): ${says}`,
      );
      return `**\`${folder}/\`**\n\n${list.join('\n')}`;
    })
    .join('\n\n');
};

/** @param {readonly string[] | 'all'} names @param {(name: string) => string} show */
const listed = (names, show) =>
  names === 'all' ? 'all' : names.length === 0 ? 'nothing' : names.map(show).join(', ');

const importTable = () =>
  table(
    ['folder', 'may import from `src/`', 'packages', 'Node modules', 'because'],
    [
      ...IMPORT_TABLE.map(({ folder, mayImport, packages, node, reason }) => [
        `\`src/${folder}\``,
        listed(mayImport, code),
        listed(packages, code),
        listed(node, code),
        reason,
      ]),
      ['`src/*.ts`', 'all', listed(COMPOSITION.packages, code), 'all', COMPOSITION.reason],
    ],
  );

/** @param {SettingRow} row */
const meaning = ({ doc, required, secret, file, hasEffect, variable }) =>
  [
    doc,
    ...(required ? ['**Required.**'] : []),
    ...(secret ? ['Secret.'] : []),
    ...(file ? [`Also as a file: \`${variable}_FILE\`.`] : []),
    ...(hasEffect ? [] : ['_No effect in this version._']),
  ].join(' ');

/** @param {readonly SettingRow[]} rows */
const settingsShort = (rows) =>
  table(
    ['variable', 'default', 'what'],
    rows.map((row) => [code(row.variable), row.default === null ? '' : code(row.default), meaning(row)]),
  );

/** @param {readonly SettingRow[]} rows @returns {[string, SettingRow[]][]} */
const byGroup = (rows) =>
  [...new Set(rows.map(({ path }) => path.split('.', 1)[0] ?? ''))].map((group) => [
    /** @type {Record<string, string>} */ (GROUPS)[group] ?? group,
    rows.filter(({ path }) => path.startsWith(`${group}.`)),
  ]);

/** @param {readonly SettingRow[]} rows */
const settingsFull = (rows) =>
  byGroup(rows)
    .map(([title, group]) => {
      const cells = group.map((row) => [
        code(row.variable),
        code(row.path),
        code(row.default),
        row.allowed,
        meaning(row),
      ]);
      return `## ${title}\n\n${table(['variable', 'in a file', 'default', 'allowed', 'what'], cells)}`;
    })
    .join('\n\n');

/** @param {readonly SettingRow[]} rows */
const envExample = (rows) => {
  const groups = byGroup(rows).map(([title, group]) => {
    const settings = group.map(({ variable, default: value, allowed, doc, required, hasEffect }) =>
      [
        `# ${doc}${hasEffect ? '' : ' (No effect in this version.)'}`,
        `# Allowed: ${allowed}`,
        required ? `${variable}=localhost:9092` : `#${variable}=${value ?? ''}`,
      ].join('\n'),
    );
    return `# ---- ${title} ----\n\n${settings.join('\n\n')}`;
  });
  return `# Every setting with its default, made from config/schema*.ts by \`npm run docs\`: do not edit.
# Nothing reads this file by itself. Copy it, change the copy, and hand it over, for example with
#   docker run --env-file my.env …        or        set -a; . ./my.env; npm run service
# A blank value is the same as none, but for RETRY_TIERS, where it means "no tiers".

${groups.join('\n\n')}
`;
};

/** @param {Readonly<Record<string, Metric>>} metrics */
const metricTable = (metrics) =>
  table(
    ['name', 'type', 'labels', 'what'],
    Object.entries(metrics).map(([name, { type, labels, help }]) => [
      code(`audit_${name}`),
      type,
      labels.map((label) => code(label)).join(', '),
      help,
    ]),
  );

/**
 * The tables of the code as they are in the sources: compiled file by file into a folder that is then deleted.
 * @param {string} root @returns {Promise<{ rows: readonly SettingRow[], metrics: Readonly<Record<string, Metric>> }>}
 */
const readTables = async (root) => {
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

/** @param {string} name */
const marks = (name) => [`<!-- generated by npm run docs: ${name} -->`, `<!-- end of ${name} -->`];

/** @param {string} file @param {string} text @param {string} name @param {string} content */
const replacePart = (file, text, name, content) => {
  const [begin = '', end = ''] = marks(name);
  const from = text.indexOf(begin);
  const to = text.indexOf(end);
  if (from < 0 || to < from) throw new Error(`${file} has no part "${begin}" … "${end}"`);
  return `${text.slice(0, from + begin.length)}\n\n${content}\n\n${text.slice(to)}`;
};

/** What every file should hold. @param {string} root @returns {Promise<Map<string, string>>} */
const wanted = async (root) => {
  const { rows, metrics } = await readTables(root);
  const parts = [
    { file: 'README.md', name: 'settings', content: settingsShort(rows) },
    { file: 'ARCHITECTURE.md', name: 'file map', content: fileMap(root) },
    { file: 'ARCHITECTURE.md', name: 'import table', content: importTable() },
    { file: 'docs/configuration.md', name: 'settings', content: settingsFull(rows) },
    { file: 'docs/metrics.md', name: 'metrics', content: metricTable(metrics) },
  ];
  const style = (await prettier.resolveConfig(join(PROJECT, 'README.md'))) ?? {};
  const files = new Map([['.env.example', envExample(rows)]]);
  for (const file of new Set(parts.map((part) => part.file))) {
    let text = readFileSync(join(root, file), 'utf8');
    for (const part of parts.filter((one) => one.file === file))
      text = replacePart(file, text, part.name, part.content);
    files.set(file, await prettier.format(text, { ...style, parser: 'markdown' }));
  }
  return files;
};

const { values: options } = parseArgs({
  options: { check: { type: 'boolean', default: false }, root: { type: 'string', default: PROJECT } },
});
const root = resolve(options.root);
/** @type {string[]} */
const stale = [];
for (const [file, content] of await wanted(root)) {
  const path = join(root, file);
  if (existsSync(path) && readFileSync(path, 'utf8') === content) continue;
  stale.push(file);
  if (options.check) continue;
  writeFileSync(path, content);
  console.log(`wrote ${file}`);
}
if (options.check && stale.length > 0) {
  console.error(`documents do not fit the code; run "npm run docs":\n  ${stale.join('\n  ')}`);
  process.exitCode = 1;
}
