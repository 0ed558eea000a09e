/**
 * The tests of the packed binding under AddressSanitizer: the binding's own files are compiled with it, into
 * .cache/asan, and its runtime is loaded before Node.js. What it finds ends the run with its report.
 * Leaks are not its matter here, because Node.js frees little when it ends: test/broker/binding-memory.test.ts.
 *
 *   npm run sanitize
 */
import { existsSync, mkdirSync, rmSync, symlinkSync } from 'node:fs';
import { spawnSync } from 'node:child_process';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { outputOf, runLogged, tailOf } from './lib/command.mjs';
import { buildEnvironment } from './lib/npm.mjs';
import { CACHE, inProject, PROJECT } from './lib/project.mjs';

const BUILD = inProject('node_modules', 'node-rdkafka', 'build');
const OUT = join(CACHE, 'asan');
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

const compile = async () => {
  rmSync(OUT, { recursive: true, force: true });
  mkdirSync(OUT, { recursive: true });
  // Where the binding looks for librdkafka: beside the folder that it is in.
  symlinkSync(join(BUILD, 'deps'), join(OUT, 'deps'));
  const { code } = await runLogged(
    'make',
    [
      ...['-C', BUILD, 'BUILDTYPE=Release', `builddir_name=${OUT}`, `-j${availableParallelism()}`],
      ...['-o', join(OUT, 'Release/obj.target/deps/librdkafka.stamp'), BINDING],
    ],
    {
      logFile: LOG,
      cwd: BUILD,
      env: { ...buildEnvironment(), CXXFLAGS: FLAGS, LDFLAGS: '-fsanitize=address' },
      progress: (seconds) => console.log(`  compiling the binding, ${seconds} s`),
    },
  );
  if (code === 0 && existsSync(BINDING)) return;
  console.error(`The binding could not be compiled (log: ${LOG}):\n${tailOf(LOG, 25)}`);
  process.exit(1);
};

await compile();
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
