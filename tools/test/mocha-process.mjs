/** Test files run by mocha in a process of its own, which is judged by its report and by how it ends. */
import { spawn } from 'node:child_process';
import { closeSync, existsSync, mkdirSync, openSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { CACHE, inProject, PROJECT } from '../lib/project.mjs';
import { verdict } from './tally.mjs';

const LIMIT_MS = 60 * 60_000;
/** One that stays after its last test has left something open: that is a failure. */
const EXIT_LIMIT_MS = 60_000;
const LOOK_EVERY_MS = 500;

/** @param {string} file @returns {import('./tally.mjs').Tally | null} */
const readReport = (file) => {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch {
    return null;
  }
};

/** @param {string} file @returns {readonly string[]} */
const readFailures = (file) =>
  existsSync(file)
    ? readFileSync(file, 'utf8')
        .split('\n')
        .flatMap((line) => (line === '' ? [] : [JSON.parse(line)]))
    : [];

/**
 * @param {string} name of the run, for messages and its report
 * @param {readonly string[]} files
 * @param {string | null} log where its output goes; null: passed through
 * @returns {Promise<ReturnType<typeof verdict> & { failures: readonly string[] }>} the failures with their texts
 */
export const runMocha = (name, files, log) =>
  new Promise((resolve) => {
    const report = join(CACHE, `report-${name}-${process.pid}.json`);
    mkdirSync(CACHE, { recursive: true });
    const failuresFile = `${report}.failures`;
    const removeFiles = () => [report, failuresFile].forEach((file) => rmSync(file, { force: true }));
    removeFiles();
    const output = log === null ? 'inherit' : openSync(log, 'w');
    const mocha = spawn(
      process.execPath,
      [
        inProject('node_modules', 'mocha', 'bin', 'mocha.js'),
        '--reporter',
        inProject('tools', 'test', 'reporter.cjs'),
        ...files,
      ],
      {
        cwd: PROJECT,
        stdio: ['ignore', output, output],
        env: { UV_THREADPOOL_SIZE: '16', ...process.env, AUDIT_LANES_REPORT: report },
      },
    );
    if (typeof output === 'number') closeSync(output);
    const startedMs = Date.now();
    /** @type {number | undefined} */
    let reportedMs;
    const watch = setInterval(() => {
      const now = Date.now();
      if (existsSync(report)) reportedMs ??= now;
      const late = now - startedMs > LIMIT_MS;
      const stuck = reportedMs !== undefined && now - reportedMs > EXIT_LIMIT_MS;
      if (late) console.error(`${name}: still running after ${LIMIT_MS / 60_000} minutes, killed`);
      else if (stuck)
        console.error(`${name}: still there ${EXIT_LIMIT_MS / 1000} s after its last test, killed`);
      if (late || stuck) {
        clearInterval(watch);
        mocha.kill('SIGKILL');
      }
    }, LOOK_EVERY_MS);
    mocha.once('exit', (code, signal) => {
      clearInterval(watch);
      const judged = verdict({ report: readReport(report), code, signal });
      const failures = readFailures(failuresFile);
      removeFiles();
      resolve({ ...judged, failures });
    });
  });
