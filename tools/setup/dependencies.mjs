/**
 * node_modules as package-lock.json wants it, with the native Kafka client built for this Node.js.
 * Its build takes about two minutes, so it tells every few seconds what is being compiled.
 */
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { outputOf, runLogged, tailOf } from '../lib/command.mjs';
import { CACHE, inProject, PROJECT } from '../lib/project.mjs';
import { SetupProblem } from './system.mjs';

const LOG = join(CACHE, 'setup.log');
const LOAD = "require('node-rdkafka').librdkafkaVersion";

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
  if (different) return 'package-lock.json has changed';
  // Also the case after an installation that was interrupted, or that was made for another Node.js.
  if (outputOf(process.execPath, ['-e', LOAD]) === null)
    return `the Kafka client is not built for this Node.js`;
  return null;
};

/** Node's headers beside this very Node: with them the build needs no download. */
const headersBesideNode = () => {
  const prefix = dirname(dirname(process.execPath));
  const file = join(prefix, 'include', 'node', 'node_version.h');
  if (!existsSync(file)) return undefined;
  const text = readFileSync(file, 'utf8');
  const version = ['MAJOR', 'MINOR', 'PATCH'].map(
    (part) => new RegExp(`#define NODE_${part}_VERSION (\\d+)`).exec(text)?.[1],
  );
  return version.join('.') === process.versions.node ? prefix : undefined;
};

const installEnvironment = () => {
  const env = { ...process.env };
  // A parallel build of the client fails: librdkafka's headers are not there yet when the binding wants them.
  for (const name of ['JOBS', 'npm_config_jobs', 'MAKEFLAGS']) delete env[name];
  // `npm test --silent` must not silence the log of the installation.
  delete env.npm_config_loglevel;
  const headers = headersBesideNode();
  if (headers && !env.npm_config_nodedir) env.npm_config_nodedir = headers;
  return env;
};

/** What the build is at, from the end of its log. */
const activity = () => {
  const tail = tailOf(LOG, 40);
  const compiled = [...tail.matchAll(/([\w-]+\.(?:cpp|cc|c))\b/g)].at(-1)?.[1];
  if (compiled) return `compiling the Kafka client (${compiled})`;
  if (/checking for/.test(tail)) return 'configuring the Kafka client';
  return 'installing';
};

/** npm of the Node that runs this, when npm started us; else the path's. */
const npm = () =>
  process.env.npm_execpath?.endsWith('.js')
    ? { file: process.execPath, first: [process.env.npm_execpath] }
    : { file: 'npm', first: [] };

export const dependenciesAreStale = () => staleness() !== null;

/** @param {(line: string) => void} say */
export const installDependencies = async (say) => {
  const reason = staleness();
  if (reason === null) return;
  say(`${reason}: npm ci, with a build of the Kafka client (about two minutes; log: ${LOG})`);
  const { file, first } = npm();
  const { code } = await runLogged(file, [...first, 'ci', '--include=dev', '--foreground-scripts'], {
    logFile: LOG,
    cwd: PROJECT,
    env: installEnvironment(),
    progress: (seconds) => say(`  ${activity()}, ${seconds} s`),
  });
  if (code !== 0) throw new SetupProblem(`npm ci failed (log: ${LOG}):\n${tailOf(LOG, 25)}`);
  const still = staleness();
  if (still !== null)
    throw new SetupProblem(`npm ci went through, but ${still} (log: ${LOG}):\n${tailOf(LOG)}`);
};
