/** Runs one folder of dist/test with mocha in a process of its own, its output passed through. */
import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { CACHE, inProject, PROJECT } from '../lib/project.mjs';
import { verdict } from './tally.mjs';

/** In this order: what fails fast comes first. */
export const SUITES = ['unit', 'contract', 'simulation', 'pipeline', 'broker', 'page', 'deploy', 'docs'];

const SUITE_LIMIT_MS = 60 * 60_000;
/** A suite whose process stays after its last test has left something open: that is a failure. */
const EXIT_LIMIT_MS = 60_000;
const LOOK_EVERY_MS = 500;

/** @param {string} suite */
const folderOf = (suite) => inProject('dist', 'test', suite);

/** @param {string} suite */
export const exists = (suite) =>
  existsSync(folderOf(suite)) &&
  readdirSync(folderOf(suite), { recursive: true, encoding: 'utf8' }).some((name) =>
    name.endsWith('.test.js'),
  );

/** @param {string} file @returns {import('./tally.mjs').Tally | null} */
const readReport = (file) => {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch {
    return null;
  }
};

/**
 * @param {string} suite
 * @returns {Promise<ReturnType<typeof verdict>>}
 */
export const runSuite = (suite) =>
  new Promise((resolve) => {
    const report = join(CACHE, `report-${suite}-${process.pid}.json`);
    mkdirSync(CACHE, { recursive: true });
    rmSync(report, { force: true });
    const mocha = spawn(
      process.execPath,
      [
        inProject('node_modules', 'mocha', 'bin', 'mocha.js'),
        '--reporter',
        inProject('tools', 'test', 'reporter.cjs'),
        join(folderOf(suite), '**', '*.test.js'),
      ],
      {
        cwd: PROJECT,
        stdio: ['ignore', 'inherit', 'inherit'],
        env: { UV_THREADPOOL_SIZE: '16', ...process.env, AUDIT_LANES_REPORT: report },
      },
    );
    const startedMs = Date.now();
    /** @type {number | undefined} */
    let reportedMs;
    const watch = setInterval(() => {
      const now = Date.now();
      if (existsSync(report)) reportedMs ??= now;
      const late = now - startedMs > SUITE_LIMIT_MS;
      const stuck = reportedMs !== undefined && now - reportedMs > EXIT_LIMIT_MS;
      if (late) console.error(`${suite}: still running after ${SUITE_LIMIT_MS / 60_000} minutes, killed`);
      else if (stuck)
        console.error(`${suite}: still there ${EXIT_LIMIT_MS / 1000} s after its last test, killed`);
      if (late || stuck) {
        clearInterval(watch);
        mocha.kill('SIGKILL');
      }
    }, LOOK_EVERY_MS);
    mocha.once('exit', (code, signal) => {
      clearInterval(watch);
      const result = verdict({ report: readReport(report), code, signal });
      rmSync(report, { force: true });
      resolve(result);
    });
  });
