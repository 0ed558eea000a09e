/**
 * The file map: the first sentence of the first comment of each file. A file without one is an error, so that
 * none is left out in silence.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** The folders whose files the map lists, each with one line. */
const MAPPED = ['src', 'topology', 'config', 'bench'];
/** JSON cannot say what it is. */
const JSON_FILES = {
  'config/default.json': 'Every default, derived from the schema: there to be read and copied, never loaded.',
  'config/development.json':
    'For work on this machine: the local Kafka, HTTP for this machine only, debug log.',
  'config/production.json': 'The brokers of the platform; the image reads it unless told otherwise.',
};

/** @param {string} folder @param {string} root @returns {string[]} paths from the root, sorted by name, a folder's files before its folders */
export const filesIn = (folder, root) => {
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
  const text = source.replace(/^(?:#![^\n]*|\/\* eslint-disable \*\/)\n/, '');
  const block = /^\/\*\*?([\s\S]*?)\*\//.exec(text)?.[1];
  if (block !== undefined) return block.split('\n').map((line) => line.replace(/^\s*\*? ?/, '').trimEnd());
  return (/^(?:\/\/[^\n]*\n)+/.exec(text)?.[0] ?? '').split('\n').map((line) => line.replace(/^\/\/ ?/, ''));
};

/** @param {string} source */
export const firstSentence = (source) => {
  const lines = firstComment(source);
  const start = lines.findIndex((line) => line !== '');
  const end = lines.findIndex((line, at) => at > start && (line === '' || line.startsWith('- ')));
  const paragraph = start < 0 ? '' : lines.slice(start, end < 0 ? lines.length : end).join(' ');
  const sentence = /^.*?[.!?](?=\s+[A-Z0-9`'"(]|\s*$)/.exec(paragraph)?.[0] ?? paragraph;
  return sentence.replace(/ \(DESIGN §[^)]*\)/g, '');
};

/** @param {string} file @param {string} root */
const lineOf = (file, root) => {
  const source = readFileSync(join(root, file), 'utf8');
  if (!file.endsWith('.json')) return firstSentence(source);
  const known = /** @type {Record<string, string>} */ (JSON_FILES)[file];
  return known ?? String(JSON.parse(source).description ?? '');
};

/** @param {string} root */
export const fileMap = (root) => {
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
