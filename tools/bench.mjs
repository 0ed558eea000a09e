/**
 * `npm run bench`: throughput, latency, CPU, memory and recovery beside Kafka Streams and bare loops, on a Kafka of its
 * own. Sets up and builds what is missing, then hands its arguments on to bench/main.ts.
 */
import { spawn } from 'node:child_process';
import { inProject, PROJECT } from './lib/project.mjs';
import { build } from './setup/build.mjs';
import { exitCodeFor, setUp } from './setup.mjs';

const main = async () => {
  await setUp({ kafka: true, say: (line) => console.error(line) });
  const { ok, output } = build({ say: (line) => console.error(line) });
  if (!ok) throw new Error(output);
  const child = spawn(process.execPath, [inProject('dist', 'bench', 'main.js'), ...process.argv.slice(2)], {
    cwd: PROJECT,
    stdio: 'inherit',
    env: { UV_THREADPOOL_SIZE: '16', ...process.env },
  });
  // Ctrl-C reaches the bench by itself; other signals are handed on. This process ends when the bench has ended.
  process.on('SIGINT', () => undefined);
  process.on('SIGTERM', () => child.kill('SIGTERM'));
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code) => resolve(code ?? 1));
  });
};

main().then(
  (status) => {
    process.exitCode = status;
  },
  (error) => {
    process.exitCode = exitCodeFor(error);
  },
);
