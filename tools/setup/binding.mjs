/**
 * The native Kafka client with the project's patch (patches/README.md): applied, compiled for this Node.js, and
 * neither twice. Of librdkafka, nine tenths of the build, what is there already is not compiled again, but for the
 * files that the patch changes.
 * Must never leave a client that is half of each: what could not be applied or compiled is an error.
 */
import { createHash } from 'node:crypto';
import { copyFileSync, existsSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { outputOf, runLogged, tailOf } from '../lib/command.mjs';
import { buildEnvironment, npm } from '../lib/npm.mjs';
import { CACHE, inProject, PROJECT } from '../lib/project.mjs';
import { SetupProblem } from '../lib/setup-problem.mjs';
import { APPLIED, applyPatchFile } from './patch.mjs';

const PATCH = inProject('patches', 'node-rdkafka+3.6.1.patch');
const CLIENT = inProject('node_modules', 'node-rdkafka');
const BUILD = join(CLIENT, 'build');
/** Says of which patch the compiled binding is; the folder is removed by every build from the beginning. */
const COMPILED = join(BUILD, 'Release', 'audit-lanes-patch.sha256');
const LIBRARY_NAME = 'librdkafka.so.1';
const LIBRARY = join(BUILD, 'deps', LIBRARY_NAME);
/** What is made at the end of a build of it. */
const LINKED = ['librdkafka.lds', LIBRARY_NAME];
const LIBRARY_SOURCES = join(CLIENT, 'deps', 'librdkafka', 'src');
/** make takes it for finished, and leaves the library alone. */
const LIBRARY_DONE = 'Release/obj.target/deps/librdkafka.stamp';
const LOG = join(CACHE, 'setup.log');
const LOAD = "require('node-rdkafka').librdkafkaVersion";

const wantedHash = () => createHash('sha256').update(readFileSync(PATCH)).digest('hex');

/** @param {string} file */
const textOf = (file) => (existsSync(file) ? readFileSync(file, 'utf8') : null);

/** Also false after a build that was interrupted, or that was made for another Node.js. */
const loads = () => outputOf(process.execPath, ['-e', LOAD]) !== null;

/** Why the client has to be compiled; null when it is as it should be. */
export const bindingStaleness = () => {
  if (!loads()) return 'the Kafka client is not built for this Node.js';
  if (textOf(join(CLIENT, APPLIED)) !== readFileSync(PATCH, 'utf8')) return 'the Kafka client is not patched';
  if (textOf(COMPILED) !== wantedHash()) return 'the Kafka client is compiled without the patch';
  return null;
};

/** All that a build leaves behind from which a part can be compiled anew. */
const isBuilt = () =>
  [
    LIBRARY,
    join(BUILD, 'Makefile'),
    join(LIBRARY_SOURCES, '..', 'Makefile.config'),
    // What was compiled, and what make knows it is made of: headers are changed too.
    join(LIBRARY_SOURCES, 'rdkafka.o'),
    join(LIBRARY_SOURCES, 'rdkafka.d'),
  ].every((file) => existsSync(file));

/** What the build is at, from the end of its log. */
const activity = () => {
  const tail = tailOf(LOG, 40);
  const compiled = [...tail.matchAll(/([\w-]+\.(?:cpp|cc|c))\b/g)].at(-1)?.[1];
  if (compiled) return `compiling the Kafka client (${compiled})`;
  return /checking for/.test(tail) ? 'configuring the Kafka client' : 'building the Kafka client';
};

/** @param {(line: string) => void} say */
export const buildBinding = async (say) => {
  const reason = bindingStaleness();
  if (reason === null) return;
  applyPatchFile(CLIENT, PATCH);
  const only = isBuilt() && loads();
  say(
    only
      ? `${reason}: compiling what it changes (a minute; log: ${LOG})`
      : `${reason}: compiling it (about two minutes; log: ${LOG})`,
  );
  // What was interrupted leaves something that make takes for finished.
  if (only) for (const name of LINKED) rmSync(join(LIBRARY_SOURCES, name), { force: true });
  let isDone = true;
  for (const { file, args, cwd, then } of only ? changed() : whole()) {
    const { code } = await runLogged(file, args, {
      logFile: LOG,
      cwd,
      env: buildEnvironment(),
      progress: (seconds) => say(`  ${activity()}, ${seconds} s`),
    });
    isDone &&= code === 0;
    if (!isDone) break;
    then?.();
  }
  if (!isDone || !loads()) {
    throw new SetupProblem(
      `The Kafka client could not be compiled (log: ${LOG}):\n${tailOf(LOG, 25)}\n` +
        'If it was changed by hand, or by an installation that was interrupted: remove node_modules and start again.',
    );
  }
  writeFileSync(COMPILED, wantedHash());
};

/** @typedef {{ file: string, args: string[], cwd: string, then?: () => void }} Step */

/**
 * The library first, as the binding asks for what is new in it. The binding is configured anew: what is built from, and
 * where it is, may have changed.
 * @returns {Step[]}
 */
const changed = () => {
  const { file, first } = npm();
  const parallel = `-j${availableParallelism()}`;
  const make = ['BUILDTYPE=Release', parallel, '-o', LIBRARY_DONE];
  return [
    { file: 'make', args: [parallel, LIBRARY_NAME], cwd: LIBRARY_SOURCES, then: replaceLibrary },
    { file, args: [...first, 'run', 'configure'], cwd: CLIENT },
    { file: 'make', args: make, cwd: BUILD },
  ];
};

/** Not by its own `make install`, which goes where it was compiled first. A process that has the old one keeps it. */
const replaceLibrary = () => {
  copyFileSync(join(LIBRARY_SOURCES, LIBRARY_NAME), `${LIBRARY}.new`);
  renameSync(`${LIBRARY}.new`, LIBRARY);
};

/** @returns {Step[]} */
const whole = () => {
  const { file, first } = npm();
  return [{ file, args: [...first, 'rebuild', 'node-rdkafka', '--foreground-scripts'], cwd: PROJECT }];
};
