/**
 * The tests of the packed binding under AddressSanitizer: the binding's own files and those of librdkafka that the
 * patch changes are compiled with it, into .cache/asan, and its runtime is loaded before Node.js. What it finds ends
 * the run with its report.
 * Leaks are not its matter here, because Node.js frees little when it ends: test/broker/binding-memory.test.ts.
 *
 *   npm run sanitize
 */
import { cpSync, existsSync, mkdirSync, readdirSync, rmSync, symlinkSync } from 'node:fs';
import { spawnSync } from 'node:child_process';
import { availableParallelism } from 'node:os';
import { basename, join } from 'node:path';
import { outputOf, runLogged, tailOf } from './lib/command.mjs';
import { buildEnvironment } from './lib/npm.mjs';
import { CACHE, inProject, PROJECT } from './lib/project.mjs';
import { patchedPaths } from './setup/patch.mjs';

const CLIENT = inProject('node_modules', 'node-rdkafka');
const BUILD = join(CLIENT, 'build');
const LIBRARY = 'librdkafka.so.1';
const OUT = join(CACHE, 'asan');
const OUT_DEPS = join(OUT, 'deps');
const LOG = join(CACHE, 'asan.log');
const BINDING = join(OUT, 'Release', 'node-librdkafka.node');
const FLAGS = '-fsanitize=address -fno-omit-frame-pointer -g -O1';
const TESTS = ['dist/test/broker/packed-binding.test.js'];

const runtime = outputOf('g++', ['-print-file-name=libasan.so'])?.trim() ?? '';
if (process.platform !== 'linux' || !existsSync(runtime)) {
  console.error(
    'AddressSanitizer needs Linux and g++ with its libasan (Debian: libasan8, or what g++ brings).',
  );
  process.exit(3);
}

/** @param {string[]} args of make @param {string} cwd @param {NodeJS.ProcessEnv} flags */
const make = async (args, cwd, flags) => {
  const { code } = await runLogged('make', args, {
    logFile: LOG,
    cwd,
    env: { ...buildEnvironment(), LDFLAGS: '-fsanitize=address', ...flags },
    progress: (seconds) => console.log(`  compiling the binding, ${seconds} s`),
  });
  if (code === 0) return;
  console.error(`The binding could not be compiled (log: ${LOG}):\n${tailOf(LOG, 25)}`);
  process.exit(1);
};

/** @param {readonly string[]} patched its sources among them are compiled anew; all else is taken as it was compiled */
const compileLibrary = async (patched) => {
  const sources = join(OUT, 'librdkafka', 'src');
  cpSync(join(CLIENT, 'deps', 'librdkafka'), join(OUT, 'librdkafka'), {
    recursive: true,
    preserveTimestamps: true,
  });
  rmSync(join(sources, LIBRARY), { force: true });
  for (const path of patched.filter((file) => file.startsWith('deps/') && file.endsWith('.c')))
    rmSync(join(sources, `${basename(path, '.c')}.o`), { force: true });
  await make([LIBRARY], sources, { CFLAGS: FLAGS });
  // Where the binding looks for it: beside the folder that it is in.
  mkdirSync(OUT_DEPS);
  for (const name of readdirSync(join(BUILD, 'deps')))
    symlinkSync(join(name === LIBRARY ? sources : join(BUILD, 'deps'), name), join(OUT_DEPS, name));
};

const compileBinding = async () => {
  await make(
    [
      ...['BUILDTYPE=Release', `builddir_name=${OUT}`, `-j${availableParallelism()}`],
      ...['-o', join(OUT, 'Release/obj.target/deps/librdkafka.stamp'), BINDING],
    ],
    BUILD,
    { CXXFLAGS: FLAGS },
  );
};

const patched = patchedPaths(CLIENT);
if (patched === null) {
  console.error('The Kafka client is not patched: node tools/binding.mjs');
  process.exit(3);
}
rmSync(OUT, { recursive: true, force: true });
mkdirSync(OUT, { recursive: true });
await compileLibrary(patched);
await compileBinding();
const { status } = spawnSync(
  process.execPath,
  [inProject('node_modules', 'mocha', 'bin', 'mocha.js'), ...process.argv.slice(2), ...TESTS],
  {
    cwd: PROJECT,
    stdio: 'inherit',
    env: {
      ...process.env,
      UV_THREADPOOL_SIZE: '16',
      LD_PRELOAD: runtime,
      ASAN_OPTIONS: 'detect_leaks=0',
      SANITIZED_BINDING: BINDING,
      NODE_OPTIONS: `--require ${inProject('tools', 'lib', 'sanitized-binding.cjs')}`,
    },
  },
);
process.exitCode = status ?? 1;
