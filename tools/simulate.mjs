/**
 * `npm run simulate -- --seeds 1000 --from 1 [--guarantee at_least_once] [--keep-going]`: runs seeds of the
 * simulation, after a build where one is due. A failing seed prints its history and how to run it alone.
 */
import { spawnSync } from 'node:child_process';
import { build } from './setup/build.mjs';
import { inProject } from './lib/project.mjs';
import { exitCodeFor, setUp } from './setup.mjs';

const main = async () => {
  await setUp({ kafka: false, say: (line) => console.error(line) });
  const { ok, output } = build({ say: (line) => console.error(line) });
  // A type error somewhere else does not keep the simulation from running.
  if (!ok) console.error(output);
  const command = inProject('dist', 'test', 'simulation', 'command.js');
  const { status } = spawnSync(process.execPath, [command, ...process.argv.slice(2)], { stdio: 'inherit' });
  return status ?? 1;
};

main().then(
  (status) => {
    process.exitCode = status;
  },
  (error) => {
    process.exitCode = exitCodeFor(error);
  },
);
