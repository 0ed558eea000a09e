/**
 * node_modules as package-lock.json wants it, without the native Kafka client's build: that is
 * tools/setup/binding.mjs, which cannot be loaded before its own dependencies are here.
 */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { runLogged, tailOf } from '../lib/command.mjs';
import { buildEnvironment, npm } from '../lib/npm.mjs';
import { CACHE, inProject, PROJECT } from '../lib/project.mjs';
import { SetupProblem } from '../lib/setup-problem.mjs';

const LOG = join(CACHE, 'setup.log');

/** @param {string} file @returns {Record<string, { version?: string, optional?: boolean }>} */
const packagesIn = (file) => JSON.parse(readFileSync(file, 'utf8')).packages;

/** Why node_modules is not what the lock file says; null when it is. */
const staleness = () => {
  const installedList = inProject('node_modules', '.package-lock.json');
  if (!existsSync(installedList)) return 'the dependencies are not installed yet';
  const installed = packagesIn(installedList);
  const wanted = packagesIn(inProject('package-lock.json'));
  const different = Object.entries(wanted).some(
    ([path, { version, optional }]) => path !== '' && !optional && installed[path]?.version !== version,
  );
  return different ? 'package-lock.json has changed' : null;
};

const binding = () => import('./binding.mjs');

/** Whether a compiler will be needed. */
export const dependenciesAreStale = async () =>
  staleness() !== null || (await binding()).bindingStaleness() !== null;

/** @param {(line: string) => void} say */
export const installDependencies = async (say) => {
  const reason = staleness();
  if (reason !== null) await installPackages(reason, say);
  await (await binding()).buildBinding(say);
};

/** @param {string} reason @param {(line: string) => void} say */
const installPackages = async (reason, say) => {
  say(`${reason}: npm ci (log: ${LOG})`);
  const { file, first } = npm();
  // The one script of a dependency that is wanted is the Kafka client's build, which comes after its patch.
  const { code } = await runLogged(file, [...first, 'ci', '--include=dev', '--ignore-scripts'], {
    logFile: LOG,
    cwd: PROJECT,
    env: buildEnvironment(),
    progress: (seconds) => say(`  installing, ${seconds} s`),
  });
  if (code !== 0) throw new SetupProblem(`npm ci failed (log: ${LOG}):\n${tailOf(LOG, 25)}`);
  const still = staleness();
  if (still !== null)
    throw new SetupProblem(`npm ci went through, but ${still} (log: ${LOG}):\n${tailOf(LOG)}`);
};
