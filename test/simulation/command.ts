/**
 * `npm run simulate -- --seeds N --from S [--guarantee exactly_once_v2|at_least_once]
 * [--focus eviction|rebalance|commit] [--keep-going]`. Runs seeds one after the other; prints what each failing seed broke, its history, and how to run it
 * again. Exit code 1 when a seed failed. `--json`: one line per seed instead, for programs.
 */
import { parseArgs } from 'node:util';
import type { Focus } from './focus.js';
import { FOCUSES } from './focus.js';
import type { Guarantee } from './settings.js';
import { simulate } from './simulate.js';

const { values } = parseArgs({
  options: {
    seeds: { type: 'string', default: '200' },
    from: { type: 'string', default: '1' },
    guarantee: { type: 'string' },
    focus: { type: 'string' },
    'keep-going': { type: 'boolean', default: false },
    json: { type: 'boolean', default: false },
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
const wish = { guarantee: guaranteeOf(values.guarantee), focus: focusOf(values.focus) };
const startedMs = performance.now();
let failed = 0;
let steps = 0;
let records = 0;
let done = 0;
for (let seed = from; seed < from + seeds; seed++) {
  const outcome = await simulate(seed, wish);
  done += 1;
  steps += outcome.steps;
  records += outcome.records;
  if (values.json) console.log(JSON.stringify(outcome));
  else if (outcome.report !== '') console.log(`${outcome.report}\n`);
  if (outcome.broken.length === 0) continue;
  failed += 1;
  if (!values['keep-going']) break;
}
if (!values.json) {
  const seconds = ((performance.now() - startedMs) / 1000).toFixed(1);
  console.log(
    `${done} seeds from ${from}, ${failed} failed; ${records} records, ${steps} steps, ${seconds} s`,
  );
}
process.exitCode = failed > 0 ? 1 : 0;
