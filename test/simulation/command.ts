/**
 * `npm run simulate -- --seeds N --from S [--guarantee exactly_once_v2|at_least_once]
 * [--focus eviction|rebalance|commit|lanes|storm|operator|settings|stores] [--keep-going] [--jobs N]`. Runs seeds one
 * after the other, or in so many processes; prints what each failing seed broke, its history, and how to run
 * it again. Exit code 1 when a seed failed. `--json`: one line per seed instead, for programs.
 * `--log FILE`: also a line for each seed in that file; seeds that are there already are counted and not run again, so
 * that a long run can be taken up where it was interrupted.
 * `--mutants <text>`: instead, looks for seeds that catch the mutants with this text in their names, '' for all.
 */
import { parseArgs } from 'node:util';
import type { Focus } from './focus.js';
import { FOCUSES } from './focus.js';
import { huntMutants } from './mutant-hunt.js';
import type { LoggedSeed } from './seed-log.js';
import { SeedLog } from './seed-log.js';
import { runRange } from './seed-range.js';
import type { Guarantee } from './settings.js';
import type { Outcome } from './simulate.js';
import { simulate } from './simulate.js';

const { values } = parseArgs({
  options: {
    seeds: { type: 'string', default: '200' },
    from: { type: 'string', default: '1' },
    jobs: { type: 'string', default: '1' },
    guarantee: { type: 'string' },
    focus: { type: 'string' },
    'keep-going': { type: 'boolean', default: false },
    json: { type: 'boolean', default: false },
    log: { type: 'string' },
    mutants: { type: 'string' },
  },
});

const guaranteeOf = (text: string | undefined): Guarantee | undefined => {
  if (text === undefined || text === 'exactly_once_v2' || text === 'at_least_once') return text;
  throw new Error(`--guarantee is exactly_once_v2 or at_least_once, not ${text}`);
};

const focusOf = (text: string | undefined): Focus | undefined => {
  const focus = FOCUSES.find((one) => one === text);
  if (text === undefined || focus !== undefined) return focus;
  throw new Error(`--focus is one of ${FOCUSES.join(', ')}, not ${text}`);
};

const countOf = (name: string, text: string): number => {
  const count = Number(text);
  if (!Number.isSafeInteger(count) || count < 0) throw new Error(`--${name} is a whole number, not ${text}`);
  return count;
};

const seeds = countOf('seeds', values.seeds);
const from = countOf('from', values.from);
const jobs = countOf('jobs', values.jobs);
const wish = { guarantee: guaranteeOf(values.guarantee), focus: focusOf(values.focus) };
const keepGoing = values['keep-going'];
// Errors are a part of every run; of a seed that is run alone they say where they come from.
if (seeds > 1) Error.stackTraceLimit = 0;
const wishes = [
  ...(wish.guarantee === undefined ? [] : ['--guarantee', wish.guarantee]),
  ...(wish.focus === undefined ? [] : ['--focus', wish.focus]),
];
const log = values.log === undefined ? null : new SeedLog(values.log, wishes);
const startedMs = performance.now();
const sum = { failed: 0, steps: 0, records: 0, done: 0 };

const count = ({ broken, records, steps }: LoggedSeed): void => {
  sum.done += 1;
  sum.steps += steps;
  sum.records += records;
  if (broken.length > 0) sum.failed += 1;
};

const ran = (outcome: Outcome): void => {
  count(outcome);
  log?.add(outcome);
  if (values.json) console.log(JSON.stringify(outcome));
  else if (outcome.report !== '') console.log(`${outcome.report}\n`);
};

for (const done of log?.all ?? []) count(done);
const left = Array.from({ length: seeds }, (_, at) => from + at).filter((seed) => log?.has(seed) !== true);
if (values.mutants !== undefined) sum.failed = await huntMutants({ text: values.mutants, seeds, from, jobs });
else if (jobs > 1) {
  const died = (seed: number, why: string): void => {
    sum.failed += 1;
    console.log(`the process of seed ${seed} died: ${why}\n`);
  };
  await runRange({ seeds: left, jobs, wishes, keepGoing, ran, died });
} else {
  for (const seed of left) {
    const outcome = await simulate(seed, wish);
    ran(outcome);
    if (outcome.broken.length > 0 && !keepGoing) break;
  }
}
if (!values.json && values.mutants === undefined) {
  const seconds = ((performance.now() - startedMs) / 1000).toFixed(1);
  console.log(
    `${sum.done} seeds from ${from}, ${sum.failed} failed; ${sum.records} records, ${sum.steps} steps, ${seconds} s`,
  );
}
process.exitCode = sum.failed > 0 ? 1 : 0;
