/**
 * What must be on the machine before anything is installed or built: a C++ compiler, make, Python, for the local
 * Kafka Java and Maven, for the tests of the status page Chromium, for those of the deployment Prometheus. As root on a Debian-like system what is missing is installed,
 * after saying so; elsewhere the one command that installs it is the answer.
 */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { missingForKafka, javaVersion } from '../kafka/jars.mjs';
import { outputOf, runLogged, tailOf } from '../lib/command.mjs';
import { CACHE } from '../lib/project.mjs';
import { SetupProblem } from '../lib/setup-problem.mjs';
import { chromiumPath } from './chromium.mjs';
import { prometheusPath, promtoolPath } from './prometheus.mjs';

const LEAST_NODE = [20, 19];
const LOG = join(CACHE, 'setup.log');

export const checkNode = () => {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  const [leastMajor = 0, leastMinor = 0] = LEAST_NODE;
  if (major > leastMajor || (major === leastMajor && minor >= leastMinor)) return;
  throw new SetupProblem(
    `Node.js ${LEAST_NODE.join('.')} or later is needed, this is ${process.versions.node}.`,
  );
};

/** @param {string} command @param {string} [flag] */
const runs = (command, flag = '--version') => outputOf(command, [flag]) !== null;

/** @typedef {{ build: boolean, kafka: boolean, browser: boolean, deployment: boolean }} Wanted */

/** @returns {('compiler' | 'make' | 'python' | 'java' | 'maven' | 'chromium' | 'prometheus' | 'tini')[]} */
const missing = (/** @type {Wanted} */ { build, kafka, browser, deployment }) => {
  /** @type {ReturnType<typeof missing>} */
  const lacking = [];
  if (build) {
    if (![process.env.CXX, 'c++', 'g++', 'clang++'].some((name) => name && runs(name)))
      lacking.push('compiler');
    if (!runs('make')) lacking.push('make');
    if (!runs('python3')) lacking.push('python');
  }
  if (kafka && missingForKafka() !== null) {
    if ((javaVersion() ?? 0) < 17) lacking.push('java');
    if (!runs('mvn')) lacking.push('maven');
  }
  if (browser && chromiumPath() === null) lacking.push('chromium');
  if (deployment && (prometheusPath() === null || promtoolPath() === null)) lacking.push('prometheus');
  // Only Linux has the means to run something as a container does.
  if (deployment && process.platform === 'linux' && !runs('tini')) lacking.push('tini');
  return lacking;
};

const NAMES = {
  compiler: 'a C++ compiler',
  make: 'make',
  python: 'Python 3',
  java: 'Java 17 or later',
  maven: 'Maven',
  chromium: 'Chromium, for the tests of the status page (CHROMIUM says where it is, if nowhere usual)',
  prometheus:
    'Prometheus with promtool, for the tests of rules and dashboards (PROMETHEUS and PROMTOOL say where they are, if not in PATH)',
  tini: 'tini, the init process of the image, for its test',
};

/** The packages by family of systems. The OpenSSL and zlib headers let the Kafka client speak TLS and gzip. */
const PACKAGES = {
  debian: {
    compiler: ['g++', 'libssl-dev', 'zlib1g-dev'],
    make: ['make'],
    python: ['python3'],
    maven: ['maven'],
    chromium: ['chromium'],
    prometheus: ['prometheus'],
    tini: ['tini'],
  },
  fedora: {
    compiler: ['gcc-c++', 'openssl-devel', 'zlib-devel'],
    make: ['make'],
    python: ['python3'],
    java: ['java-21-openjdk-headless'],
    maven: ['maven'],
    chromium: ['chromium'],
    prometheus: ['golang-github-prometheus'],
    tini: ['tini'],
  },
  alpine: {
    compiler: ['g++', 'openssl-dev', 'zlib-dev', 'bash', 'linux-headers'],
    make: ['make'],
    python: ['python3'],
    java: ['openjdk17-jre-headless'],
    maven: ['maven'],
    chromium: ['chromium'],
    prometheus: ['prometheus'],
    tini: ['tini'],
  },
  mac: {
    compiler: ['llvm'],
    make: ['make'],
    python: ['python3'],
    java: ['openjdk@17'],
    maven: ['maven'],
    chromium: ['chromium'],
    prometheus: ['prometheus'],
  },
};

const DEBIAN_JAVA = ['openjdk-17-jre-headless', 'openjdk-21-jre-headless'];

/** The first Java of at least 17 that this release has: each has another. */
const debianJava = () =>
  DEBIAN_JAVA.find((name) => (outputOf('apt-cache', ['show', name]) ?? '') !== '') ?? 'default-jre-headless';

/** @param {readonly string[]} lacking @param {keyof typeof PACKAGES} family */
const packagesFor = (lacking, family) =>
  lacking.flatMap((what) => {
    if (what === 'java' && family === 'debian') return [debianJava()];
    return /** @type {Record<string, string[]>} */ (PACKAGES[family])[what] ?? [];
  });

const APT_INSTALL = ['install', '-y', '--no-install-recommends'];

/** @param {readonly string[]} lacking */
const commandFor = (lacking) => {
  if (existsSync('/etc/debian_version'))
    return `sudo apt-get update && sudo apt-get ${APT_INSTALL.join(' ')} ${packagesFor(lacking, 'debian').join(' ')}`;
  if (existsSync('/etc/alpine-release')) return `sudo apk add ${packagesFor(lacking, 'alpine').join(' ')}`;
  if (existsSync('/etc/redhat-release'))
    return `sudo dnf install -y ${packagesFor(lacking, 'fedora').join(' ')}`;
  if (process.platform === 'darwin') return `brew install ${packagesFor(lacking, 'mac').join(' ')}`;
  return undefined;
};

/** @param {readonly string[]} lacking @param {(line: string) => void} say */
const installOnDebian = async (lacking, say) => {
  /** @param {readonly string[]} args */
  const apt = async (args) => {
    const { code } = await runLogged('apt-get', args, {
      logFile: LOG,
      env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
      progress: (seconds) => say(`  still running apt-get ${args[0]}, ${seconds} s`),
    });
    return code === 0;
  };
  // Stale lists are worth a try: the mirror may be out of reach while the packages are cached.
  if (!(await apt(['update']))) say('  apt-get update failed; trying with the package lists that are there');
  const packages = packagesFor(lacking, 'debian');
  say(`installing with apt-get: ${packages.join(' ')}`);
  if (!(await apt([...APT_INSTALL, ...packages])))
    throw new SetupProblem(`apt-get could not install ${packages.join(' ')} (log: ${LOG}):\n${tailOf(LOG)}`);
};

/**
 * @param {Wanted} wanted
 * @param {(line: string) => void} say
 */
export const checkSystem = async (wanted, say) => {
  const lacking = missing(wanted);
  if (lacking.length === 0) return;
  const names = lacking.map((what) => NAMES[what]).join(', ');
  if (existsSync('/etc/debian_version') && process.getuid?.() === 0) {
    say(`missing on this machine: ${names}`);
    await installOnDebian(lacking, say);
    const still = missing(wanted);
    if (still.length > 0)
      throw new SetupProblem(
        `still missing after the installation: ${still.map((what) => NAMES[what]).join(', ')}`,
      );
    return;
  }
  const command = commandFor(lacking);
  throw new SetupProblem(
    `missing on this machine: ${names}.\n${command ? `Install with:\n  ${command}` : 'Install them and try again.'}`,
  );
};
