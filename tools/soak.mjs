/**
 * `npm run soak`: the long runs whose figures stand in the docs: seeds of the simulation, then the broker tests that
 * kill, freeze, fill and slow down, each for as long as is asked.
 * node tools/soak.mjs [--seconds 120] [--seeds 2000]
 */
import { spawnSync } from 'node:child_process';
import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';
import { inProject, PROJECT } from './lib/project.mjs';
import { build } from './setup/build.mjs';
import { exitCodeFor, setUp } from './setup.mjs';

/** Those that read SOAK_SECONDS, and those that print figures. */
const LONG = [
  'exactly-once-chaos',
  'at-least-once-chaos',
  'ordered-retries-chaos',
  'ordered-retries-outage',
  'ordered-retries-latency',
  'ordered-retries-long-lane',
  'lane-restore',
];

const options = () => {
  const { values } = parseArgs({
    options: {
      seconds: { type: 'string', default: '120' },
      seeds: { type: 'string', default: '2000' },
    },
  });
  for (const [name, text] of Object.entries(values))
    if (!/^[1-9]\d*$/.test(text)) throw new Error(`--${name} is a whole number, not ${text}`);
  return values;
};

/** @param {readonly string[]} args @param {Readonly<Record<string, string>>} env */
const runNode = (args, env = {}) => {
  const { status } = spawnSync(process.execPath, args, {
    cwd: PROJECT,
    stdio: 'inherit',
    env: { UV_THREADPOOL_SIZE: '16', ...process.env, ...env },
  });
  return status ?? 1;
};

const main = async () => {
  const { seconds, seeds } = options();
  await setUp({ kafka: true, say: (line) => console.error(line) });
  const { ok, output } = build({ say: (line) => console.error(line) });
  if (!ok) throw new Error(output);
  const command = inProject('dist', 'test', 'simulation', 'command.js');
  const jobs = String(availableParallelism());
  const simulated = runNode([command, '--seeds', seeds, '--jobs', jobs, '--keep-going']);
  const files = LONG.map((name) => inProject('dist', 'test', 'broker', `${name}.test.js`));
  const mocha = inProject('node_modules', 'mocha', 'bin', 'mocha.js');
  const soaked = runNode([mocha, ...files], { SOAK_SECONDS: seconds, CI: 'true' });
  return Math.max(simulated, soaked);
};

main().then(
  (status) => {
    process.exitCode = status;
  },
  (error) => {
    process.exitCode = exitCodeFor(error);
  },
);
