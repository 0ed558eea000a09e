/**
 * Runs one command to its end, with its output in a log file and, when asked, a line of progress every
 * few seconds. Never uses a shell. The promise is rejected only when the command cannot be started;
 * how it ended is the answer.
 */
import { spawn, spawnSync } from 'node:child_process';
import { closeSync, mkdirSync, openSync, readFileSync } from 'node:fs';
import { dirname } from 'node:path';

/**
 * @typedef {object} CommandOptions
 * @property {string} logFile everything that the command prints, appended
 * @property {string} [cwd]
 * @property {NodeJS.ProcessEnv} [env]
 * @property {(elapsedSeconds: number) => void} [progress] called every `progressEveryMs`
 * @property {number} [progressEveryMs]
 */

/**
 * @param {string} file
 * @param {readonly string[]} args
 * @param {CommandOptions} options
 * @returns {Promise<{ code: number | null, signal: NodeJS.Signals | null }>}
 */
export const runLogged = (file, args, { logFile, cwd, env, progress, progressEveryMs = 5000 }) =>
  new Promise((resolve, reject) => {
    mkdirSync(dirname(logFile), { recursive: true });
    const log = openSync(logFile, 'a');
    const startedMs = Date.now();
    const child = spawn(file, args, { cwd, env: env ?? process.env, stdio: ['ignore', log, log] });
    closeSync(log);
    const timer =
      progress && setInterval(() => progress(Math.round((Date.now() - startedMs) / 1000)), progressEveryMs);
    const done = () => clearInterval(timer);
    child.once('error', (error) => {
      done();
      reject(error);
    });
    child.once('exit', (code, signal) => {
      done();
      resolve({ code, signal });
    });
  });

/** The last lines of a log file, for an error message. @param {string} file @param {number} [lines] */
export const tailOf = (file, lines = 15) => {
  try {
    return readFileSync(file, 'utf8').trimEnd().split('\n').slice(-lines).join('\n');
  } catch {
    return '';
  }
};

/**
 * What a short command prints (both streams), or null when it cannot be run or fails.
 * @param {string} file @param {readonly string[]} args
 */
export const outputOf = (file, args) => {
  const { status, stdout, stderr } = spawnSync(file, args, { encoding: 'utf8', timeout: 30_000 });
  return status === 0 ? `${stdout}${stderr}` : null;
};
