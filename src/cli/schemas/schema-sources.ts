/** Reads sets of schemas: those in the topologies of a clone, of one of its revisions, or of a folder. */
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, readdirSync, statSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { isJsonObject } from '../../record/envelope.js';
import { Unfulfilled, UsageError } from '../exit-code.js';
import type { Schema } from './json-schema.js';
import type { SchemaSet } from './schema-verdict.js';

interface SchemaFile {
  readonly path: string;
  readonly text: string;
}

const IN_TOPOLOGY = /^topology\/[^/]+\/schemas\/[^/]+\.json$/;
const GIT_LIMIT_BYTES = 64 * 1024 * 1024;

const parsed = ({ path, text }: SchemaFile): Schema => {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw new Unfulfilled(`${path} is not JSON. Mend it, then ask again.`, { cause });
  }
  if (isJsonObject(value)) return value;
  throw new Unfulfilled(`${path} is not a schema: expected an object.`);
};

const setOf = (files: readonly SchemaFile[]): SchemaSet => {
  const set = new Map<string, Schema>();
  for (const file of files) {
    const name = basename(file.path, '.json');
    if (set.has(name))
      throw new Unfulfilled(`${file.path}: a second schema with the name ${name}. Rename one.`);
    set.set(name, parsed(file));
  }
  return set;
};

const jsonIn = (folder: string): readonly SchemaFile[] =>
  existsSync(folder)
    ? readdirSync(folder)
        .filter((name) => name.endsWith('.json'))
        .sort()
        .map((name) => join(folder, name))
        .map((path) => ({ path, text: readFileSync(path, 'utf8') }))
    : [];

const inClone = (root: string): readonly SchemaFile[] => {
  const topologies = join(root, 'topology');
  if (!existsSync(topologies)) return [];
  return readdirSync(topologies)
    .sort()
    .flatMap((name) => jsonIn(join(topologies, name, 'schemas')));
};

/** The schemas of the clone whose root the folder is. */
export const schemasOfClone = (root: string): SchemaSet => {
  const files = inClone(root);
  if (files.length > 0) return setOf(files);
  throw new UsageError(
    `No schemas in ${join(root, 'topology', '*', 'schemas')}: run this in the root of a clone of audit-lanes.`,
  );
};

const git = (root: string, args: readonly string[]): string | undefined => {
  try {
    return execFileSync('git', ['-C', root, ...args], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
      maxBuffer: GIT_LIMIT_BYTES,
    });
  } catch {
    return undefined;
  }
};

const ofRevision = (root: string, revision: string): readonly SchemaFile[] | undefined => {
  const commit = git(root, [
    'rev-parse',
    '--verify',
    '--quiet',
    '--end-of-options',
    `${revision}^{commit}`,
  ])?.trim();
  if (commit === undefined) return undefined;
  // Paths count from the folder, which may be below the repository's own.
  const list = git(root, ['ls-tree', '-r', '-z', '--name-only', commit, '--', 'topology']) ?? '';
  return list
    .split('\0')
    .filter((path) => IN_TOPOLOGY.test(path))
    .map((path) => {
      const text = git(root, ['show', `${commit}:./${path}`]);
      if (text === undefined) throw new Unfulfilled(`git cannot show ${path} of ${revision}.`);
      return { path: `${revision}:${path}`, text };
    });
};

/** A folder that exists is a folder; anything else is a revision. */
export const schemasAgainst = (root: string, against: string): SchemaSet => {
  const folder = resolve(root, against);
  const isFolder = against !== '' && existsSync(folder) && statSync(folder).isDirectory();
  const files = isFolder ? [...inClone(folder), ...jsonIn(folder)] : ofRevision(root, against);
  if (files === undefined)
    throw new UsageError(
      `--against ${against}: there is no such folder, and git knows no such revision here. Allowed: a branch, tag or commit, or a folder with schemas.`,
    );
  if (files.length === 0)
    throw new UsageError(
      `--against ${against}: there are no schemas. Expected topology/*/schemas/*.json, or *.json in the folder itself.`,
    );
  return setOf(files);
};
