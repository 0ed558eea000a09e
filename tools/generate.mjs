/**
 * Writes `topology/<name>/generated/*.ts` from `topology/<name>/schemas/*.json`: the types, and the schema
 * as a constant, so that nothing reads JSON files at run time. The schemas are the only source of truth.
 *
 * And Prometheus' rules and Grafana's dashboards from the tables in `deploy/monitoring/`.
 *
 * `node tools/generate.mjs` writes; `--check` writes nothing and exits 1, naming every stale, missing and
 * left-over file; `--root DIR` works on another tree (for its test).
 * The same schemas give the same bytes: no dates, no paths of the machine, files in sorted order.
 */
import { mkdir, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { compile } from 'json-schema-to-typescript';
import { monitoringFiles } from './lib/monitoring.mjs';

const PROJECT = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..');
const STYLE = { printWidth: 110, singleQuote: true, trailingComma: 'all' };

const namesIn = async (folder) => {
  try {
    return (await readdir(folder)).sort();
  } catch (error) {
    if (error.code === 'ENOENT') return [];
    throw error;
  }
};

/** `user.registered` -> `userRegistered`. */
const camelCase = (name) => name.replace(/[^A-Za-z0-9]+([A-Za-z0-9])/g, (_, letter) => letter.toUpperCase());

const generate = async (schemaFile, topology) => {
  const schema = JSON.parse(await readFile(schemaFile, 'utf8'));
  const name = path.basename(schemaFile, '.json');
  if (typeof schema.title !== 'string')
    throw new Error(`${schemaFile}: a schema needs a title, it names the type`);
  // The type lists what the schema knows: unknown fields are tolerated when read, and never written.
  const types = await compile(structuredClone(schema), schema.title, {
    additionalProperties: false,
    bannerComment: '',
    style: STYLE,
  });
  const origin = `topology/${topology}/schemas/${name}.json`;
  return `/* eslint-disable */
// Generated from ${origin} by \`npm run generate\`: change that file, then run it again.
${types}
export const ${camelCase(name)}Schema = ${JSON.stringify(schema, null, 2)} as const;
`;
};

const wantedFiles = async (root) => {
  const wanted = new Map();
  const folders = [];
  for (const topology of await namesIn(path.join(root, 'topology'))) {
    const base = path.join(root, 'topology', topology);
    const schemas = (await namesIn(path.join(base, 'schemas'))).filter((name) => name.endsWith('.json'));
    if (schemas.length === 0) continue;
    folders.push(path.join(base, 'generated'));
    for (const schema of schemas) {
      const target = path.join(
        base,
        'generated',
        `${path.basename(schema, '.json').replaceAll('.', '-')}.ts`,
      );
      wanted.set(target, await generate(path.join(base, 'schemas', schema), topology));
    }
  }
  for (const [file, content] of await monitoringFiles(root)) wanted.set(path.join(root, file), content);
  return { wanted, folders };
};

const contentOf = async (file) => {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    if (error.code === 'ENOENT') return undefined;
    throw error;
  }
};

const { values: options } = parseArgs({
  options: { check: { type: 'boolean', default: false }, root: { type: 'string', default: PROJECT } },
});
const root = path.resolve(options.root);
const { wanted, folders } = await wantedFiles(root);
const relative = (file) => path.relative(root, file);

const problems = [];
for (const [file, content] of wanted) {
  const found = await contentOf(file);
  if (found === content) continue;
  problems.push(`${relative(file)} is ${found === undefined ? 'missing' : 'stale'}`);
  if (options.check) continue;
  await mkdir(path.dirname(file), { recursive: true });
  await writeFile(file, content);
  console.log(`wrote ${relative(file)}`);
}
for (const folder of folders) {
  for (const name of await namesIn(folder)) {
    const file = path.join(folder, name);
    if (wanted.has(file)) continue;
    problems.push(`${relative(file)} has no schema`);
    if (options.check) continue;
    await rm(file);
    console.log(`removed ${relative(file)}`);
  }
}
if (options.check && problems.length > 0) {
  console.error(
    `generated files do not fit what they are made from; run "npm run generate":\n  ${problems.join('\n  ')}`,
  );
  process.exitCode = 1;
}
