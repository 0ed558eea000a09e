/** What is checked without running the program. Each counts as one test; its output is shown when it fails. */
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { inProject, PROJECT } from '../lib/project.mjs';
import { build } from '../setup/build.mjs';

/** @typedef {{ ok: boolean, output: string }} Outcome */

/** @param {readonly string[]} args @returns {Outcome} */
const node = (args) => {
  const { status, stdout, stderr } = spawnSync(process.execPath, args, {
    cwd: PROJECT,
    encoding: 'utf8',
    maxBuffer: 1e8,
  });
  return { ok: status === 0, output: `${stdout}${stderr}`.trim() };
};

/** @param {string[]} path */
const tool = (...path) => inProject('node_modules', ...path);
const GENERATE = inProject('tools', 'generate.mjs');
const DOCS = inProject('tools', 'docs.mjs');

/** @type {Readonly<Record<string, () => Outcome>>} */
export const CHECKS = {
  types: () => build({ force: process.env.CI === 'true' }),
  ...(existsSync(GENERATE) ? { 'generated files': () => node([GENERATE, '--check']) } : {}),
  documents: () => node([DOCS, '--check']),
  lint: () => node([tool('eslint', 'bin', 'eslint.js'), '.']),
  format: () => node([tool('prettier', 'bin', 'prettier.cjs'), '--check', '--log-level', 'warn', '.']),
};
