/**
 * What runs, and nothing else, from a built project into an empty folder: the last stage of the Dockerfile copies
 * exactly that, and test/deploy/image.test.ts starts the service from it.
 *
 *   node deploy/image/assemble.mjs FOLDER
 *
 * The packages are those that package-lock.json does not mark as `dev`; of the Kafka client's 540 MB stay the binding
 * and the two libraries that it loads. Every file is readable for all and writable for its owner alone.
 */
import { spawnSync } from 'node:child_process';
import { chmodSync, copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { basename, dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

const PROJECT = dirname(dirname(dirname(fileURLToPath(import.meta.url))));

/** Compiled code, without tests and without what exists for tests of one's own (`src/testing`). */
const CODE = ['dist/src', 'dist/topology', 'dist/config'];
const NOT_RUN = /^dist\/src\/testing(\.js$|\/)/;

const SINGLE_FILES = [
  ['package.json', 'package.json'],
  ['LICENSE', 'LICENSE'],
  ['deploy/image/healthcheck.mjs', 'healthcheck.mjs'],
];

/**
 * Of packages: types, maps, sources, documents, tests and what begins with a dot are for people and compilers. A
 * licence goes with its code.
 */
const NEVER_LOADED =
  /\.(map|[cm]?ts|md|markdown|flow)$|(^|\/)\.|^(tests?|__tests__|bench|benchmarks?|examples?|docs)\//i;
const LICENCE = /^(licen[cs]e|notice|copying)/i;

/** Of packages that have more than what runs: the only files that are taken, or none of them. */
const ONLY = {
  'node-rdkafka': [
    /^package\.json$/,
    /^LICENSE/,
    /^librdkafka\.js$/,
    /^lib\//,
    /^build\/Release\/node-librdkafka\.node$/,
    /^build\/deps\/librdkafka(\+\+)?\.so\.1$/,
  ],
  // Headers for the build of node-rdkafka.
  nan: [],
};

/** Stripped of what only a debugger reads; names of functions stay, for a stack that a crash leaves. */
const NATIVE = /\.(node|so\.1)$/;

/** @param {string} folder relative to the project @returns {string[]} files in it, relative to it */
const filesIn = (folder) =>
  readdirSync(join(PROJECT, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(join(PROJECT, folder), join(entry.parentPath ?? entry.path, entry.name)));

/** Folders of node_modules that run, as package-lock.json says. Optional ones are of other platforms when not there. */
export const packages = () => {
  const lock = JSON.parse(readFileSync(join(PROJECT, 'package-lock.json'), 'utf8'));
  return Object.entries(lock.packages)
    .filter(([path, { dev }]) => path !== '' && dev !== true)
    .filter(([path, { optional }]) => {
      if (existsSync(join(PROJECT, path))) return true;
      if (optional !== true) throw new Error(`${path} is not installed: npm ci`);
      return false;
    })
    .map(([path]) => path);
};

/** @param {string} path @returns {string[]} */
const filesOfPackage = (path) => {
  const only = ONLY[path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length)];
  const files = filesIn(path).filter((file) => !file.startsWith('node_modules/'));
  if (only !== undefined) {
    for (const pattern of only)
      if (!files.some((file) => pattern.test(file))) throw new Error(`${path} has no ${pattern}`);
    return files.filter((file) => only.some((pattern) => pattern.test(file)) && !/\.d\.ts$/.test(file));
  }
  return files.filter((file) => !NEVER_LOADED.test(file) || LICENCE.test(basename(file)));
};

/** Pairs of from (in the project) and to (in the folder). @returns {[string, string][]} */
export const runtimeFiles = () => [
  ...SINGLE_FILES.map(([from, to]) => /** @type {[string, string]} */ ([from, to])),
  ...readdirSync(join(PROJECT, 'config'))
    .filter((name) => name.endsWith('.json'))
    .map((name) => /** @type {[string, string]} */ ([`config/${name}`, `config/${name}`])),
  ...CODE.flatMap((folder) =>
    filesIn(folder)
      .filter((file) => file.endsWith('.js'))
      .map((file) => join(folder, file))
      .filter((file) => !NOT_RUN.test(file))
      .map((file) => /** @type {[string, string]} */ ([file, file])),
  ),
  ...packages().flatMap((path) =>
    filesOfPackage(path).map(
      (file) => /** @type {[string, string]} */ ([join(path, file), join(path, file)]),
    ),
  ),
];

/** @param {string} target a folder that is empty or not there */
export const assemble = (target) => {
  if (existsSync(target) && readdirSync(target).length > 0) throw new Error(`${target} is not empty`);
  const made = new Set();
  /** @param {string} folder */
  const make = (folder) => {
    if (made.has(folder)) return;
    if (folder !== target) make(dirname(folder));
    mkdirSync(folder, { recursive: folder === target });
    chmodSync(folder, 0o755);
    made.add(folder);
  };
  make(target);
  for (const [from, to] of runtimeFiles()) {
    const file = join(target, to);
    make(dirname(file));
    copyFileSync(join(PROJECT, from), file);
    chmodSync(file, 0o644);
    if (NATIVE.test(to)) strip(file);
  }
  chmodSync(join(target, 'dist', 'src', 'cli', 'audit-lanes.js'), 0o755);
};

/** The compiler that has built it brings `strip`. @param {string} file */
const strip = (file) => {
  const { status, error, stderr } = spawnSync('strip', ['--strip-debug', file], { encoding: 'utf8' });
  if (status !== 0) throw new Error(`strip ${file}: ${error?.message ?? stderr}`);
};

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const [target, ...others] = process.argv.slice(2);
  if (target === undefined || others.length > 0) {
    console.error('usage: node deploy/image/assemble.mjs FOLDER');
    process.exit(2);
  }
  assemble(target);
}
