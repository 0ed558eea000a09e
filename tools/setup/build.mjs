/**
 * dist/ from the TypeScript sources, when any of them has changed since. The whole folder is made anew,
 * so that nothing of a deleted source (a test, say) lives on in it.
 */
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { CACHE, inProject, PROJECT } from '../lib/project.mjs';

const SOURCES = ['src', 'topology', 'config', 'test', 'deploy', 'bench'];
const STAMP = join(CACHE, 'build-stamp');
const COMMAND_LINE = inProject('dist', 'src', 'cli', 'audit-lanes.js');
const TSC = inProject('node_modules', 'typescript', 'bin', 'tsc');

/** @param {string} folder @returns {string[]} */
const filesIn = (folder) =>
  existsSync(folder)
    ? readdirSync(folder, { recursive: true, encoding: 'utf8' })
        .filter((name) => name.endsWith('.ts'))
        .map((name) => join(folder, name))
    : [];

/** Changes when a source is changed, added, removed or renamed. */
const fingerprint = () => {
  const hash = createHash('sha256');
  const others = ['tsconfig.json', 'package-lock.json', 'tools/kafka/local-kafka.d.mts'].map((name) =>
    inProject(name),
  );
  for (const file of [...SOURCES.flatMap((name) => filesIn(inProject(name))), ...others].sort()) {
    const { size, mtimeMs } = statSync(file);
    hash.update(`${file} ${size} ${mtimeMs}\n`);
  }
  return hash.digest('hex');
};

/** Whether dist/ belongs to the sources as they are, without a type error. */
export const isBuilt = () =>
  existsSync(inProject('dist')) && existsSync(STAMP) && readFileSync(STAMP, 'utf8') === fingerprint();

/**
 * Type errors do not keep JavaScript from being written; the answer says whether there were any.
 * @param {{ force?: boolean, say?: (line: string) => void }} [options]
 * @returns {{ ok: boolean, output: string }}
 */
export const build = ({ force = false, say } = {}) => {
  if (!force && isBuilt()) return { ok: true, output: '' };
  say?.('compiling the TypeScript sources');
  const before = fingerprint();
  rmSync(STAMP, { force: true });
  rmSync(inProject('dist'), { recursive: true, force: true });
  const args = [TSC, '-p', inProject('tsconfig.json')];
  const { status, stdout, stderr } = spawnSync(process.execPath, args, {
    cwd: PROJECT,
    encoding: 'utf8',
    maxBuffer: 1e8,
  });
  const ok = status === 0;
  if (ok) {
    // `npx audit-lanes` runs it as a program.
    chmodSync(COMMAND_LINE, 0o755);
    mkdirSync(CACHE, { recursive: true });
    writeFileSync(STAMP, before);
  }
  return { ok, output: `${stdout}${stderr}`.trim() };
};
