/** Each suite is a folder of dist/test, run in a process of its own, a long one in two at the same time. */
import { existsSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { CACHE, inProject } from '../lib/project.mjs';
import { runMocha } from './mocha-process.mjs';
import { sum } from './tally.mjs';

/** In this order: what fails fast comes first. */
export const SUITES = ['unit', 'contract', 'simulation', 'pipeline', 'broker', 'page', 'deploy', 'docs'];

/** Its tests wait more than they compute, so that two of them fit on two cores. Each process has its own Kafka. */
const PARTS = new Map([['broker', 2]]);

/** @param {string} suite @returns {readonly string[]} */
const filesOf = (suite) => {
  const folder = inProject('dist', 'test', suite);
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.test.js'))
    .sort()
    .map((name) => join(folder, name));
};

/** @param {string} suite */
export const exists = (suite) => filesOf(suite).length > 0;

/** The output of the first part is passed through; the others' is shown when they have ended. @param {string} suite */
export const runSuite = async (suite) => {
  const files = filesOf(suite);
  const parts = Math.min(PARTS.get(suite) ?? 1, files.length);
  const runs = Array.from({ length: parts }, async (_, part) => {
    const name = parts === 1 ? suite : `${suite}-${part + 1}`;
    const log = part === 0 ? null : join(CACHE, `output-${name}-${process.pid}.log`);
    const own = files.filter((_file, at) => at % parts === part);
    return { name, log, ...(await runMocha(name, own, log)) };
  });
  const ends = await Promise.all(runs);
  for (const { name, log } of ends) {
    if (log === null) continue;
    console.log(`\n── ${name}, at the same time ──\n${readFileSync(log, 'utf8')}`);
    rmSync(log);
  }
  const problems = ends.flatMap(({ name, problem, failures }) => [
    ...(problem === null ? [] : [`${name}: ${problem}`]),
    ...failures.map((failure) => `${name}: ${failure}`),
  ]);
  return { tally: sum(ends.map(({ tally }) => tally)), problems };
};
