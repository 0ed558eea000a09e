/**
 * A mutant: a copy of the compiled engine and simulation with some lines rewritten, run in a process of
 * its own, so that even one that never ends does no harm. The copy lies in the system's folder for
 * temporary files and is deleted afterwards.
 */
import { spawn } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { COMPILED, PARTS } from './compiled.js';
import type { Mutation, Rewrite } from './mutation.js';
import type { Outcome } from './simulate.js';

const NODE_MODULES = resolve(dirname(createRequire(import.meta.url).resolve('rxjs/package.json')), '..');

export interface Trial {
  /** The first seed that failed, if any did. */
  readonly caught: Outcome | null;
  /** Instead of outcomes: what the process said when it died or was killed. */
  readonly died: string | null;
  readonly seeds: number;
}

export interface TrialLimits {
  readonly seeds: number;
  readonly from: number;
  readonly patienceMs: number;
}

/** By one of the invariants that it breaks, and not by chance. */
export const isCaught = ({ caughtBy }: Mutation, { caught }: Trial): boolean =>
  caught?.broken.some((one) => caughtBy.includes(one)) === true;

/** How often a text occurs in the file that it is to be rewritten in. */
export const occurrences = ({ file, from }: Rewrite): number =>
  readFileSync(join(COMPILED, 'src', file), 'utf8').split(from).length - 1;

const rewrite = (root: string, { file, from, to }: Rewrite): void => {
  const path = join(root, 'src', file);
  const text = readFileSync(path, 'utf8');
  const found = text.split(from).length - 1;
  if (found !== 1) throw new Error(`${file} has "${from}" ${found} times, expected once`);
  writeFileSync(
    path,
    text.replace(from, () => to),
  );
};

export const tryMutant = async (
  { rewrites, focus, guarantee = 'exactly_once_v2' }: Mutation,
  limits: TrialLimits,
  end?: AbortSignal,
): Promise<Trial> => {
  const root = mkdtempSync(join(tmpdir(), 'audit-lanes-mutant-'));
  try {
    for (const part of PARTS)
      cpSync(join(COMPILED, part), join(root, part), {
        recursive: true,
        filter: (path) => !/\.(d\.ts|map)$/.test(path),
      });
    writeFileSync(join(root, 'package.json'), '{ "type": "module" }');
    symlinkSync(NODE_MODULES, join(root, 'node_modules'));
    for (const each of rewrites) rewrite(root, each);
    const wishes = ['--guarantee', guarantee, ...(focus === undefined ? [] : ['--focus', focus])];
    return await runSeeds(root, limits, wishes, end);
  } finally {
    rmSync(root, { recursive: true, force: true });
  }
};

const runSeeds = (
  root: string,
  { seeds, from, patienceMs }: TrialLimits,
  args: readonly string[],
  end?: AbortSignal,
): Promise<Trial> =>
  new Promise((done, fail) => {
    const command = join(root, 'test', 'simulation', 'command.js');
    const child = spawn(
      process.execPath,
      [command, '--json', '--seeds', `${seeds}`, '--from', `${from}`, ...args],
      {
        stdio: ['ignore', 'pipe', 'pipe'],
      },
    );
    let said = '';
    let errors = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => (said += text));
    child.stderr.setEncoding('utf8').on('data', (text: string) => (errors += text));
    const kill = (): void => void child.kill('SIGKILL');
    const timer = setTimeout(kill, patienceMs);
    end?.addEventListener('abort', kill);
    child.once('error', fail);
    child.once('close', (code, signal) => {
      clearTimeout(timer);
      end?.removeEventListener('abort', kill);
      const outcomes = said
        .split('\n')
        .filter((line) => line.endsWith('}'))
        .map((line) => JSON.parse(line) as Outcome);
      const caught = outcomes.find(({ broken }) => broken.length > 0) ?? null;
      const isOrderly = signal === null && (code === 0 || caught !== null);
      const died = isOrderly
        ? null
        : `exit ${code ?? 'none'} signal ${signal ?? 'none'}: ${errors.slice(-1500)}`;
      done({ caught, died, seeds: outcomes.length });
    });
  });
