/**
 * The processes that `npm start` starts: each with a name, its output by lines, and an end that is either
 * asked for or noticed. They run in sessions of their own: a Ctrl-C reaches npm start only, which ends them
 * in order, each with one signal (the second would force the service).
 */
import { fork, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { inProject, PROJECT } from '../lib/project.mjs';

/** @typedef {{ code: number | null, signal: NodeJS.Signals | null }} Ending */

/**
 * @typedef {object} Child
 * @property {string} name
 * @property {Promise<Ending>} ended
 * @property {(patienceMs: number) => Promise<Ending>} stop SIGTERM, and SIGKILL when that has not helped in time
 * @property {() => Promise<Ending>} kill
 */

/** @param {Ending} ending */
export const describeEnding = ({ code, signal }) => (signal === null ? `exit code ${code}` : signal);

/** What npm start passes on. @param {Ending} ending */
export const exitCodeOf = ({ code, signal }) =>
  code ?? (signal === 'SIGINT' ? 130 : signal === 'SIGTERM' ? 143 : 1);

export class Children {
  /** @type {import('node:child_process').ChildProcess} */
  #reaper;
  /** @type {Set<Child>} */
  #running = new Set();

  constructor() {
    this.#reaper = fork(inProject('tools', 'start', 'reaper.mjs'), [], {
      detached: true,
      stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
    });
    this.#reaper.on('error', () => undefined);
  }

  /**
   * @param {string} name
   * @param {readonly string[]} args of node
   * @param {{ env: NodeJS.ProcessEnv, onLine?: (line: string) => void }} options without onLine the output
   *   is ours: what the child writes to a terminal it writes to that terminal
   * @returns {Child}
   */
  start(name, args, { env, onLine }) {
    const output = onLine ? 'pipe' : 'inherit';
    const child = spawn(process.execPath, args, {
      cwd: PROJECT,
      env,
      detached: true,
      stdio: ['ignore', output, output],
    });
    for (const stream of [child.stdout, child.stderr]) {
      if (stream && onLine) createInterface({ input: stream }).on('line', onLine);
    }
    this.#tell({ watch: child.pid });
    /** @type {Promise<Ending>} */
    const ended = new Promise((resolve) => {
      child.once('error', () => resolve({ code: 127, signal: null }));
      // 'close', not 'exit': the last lines have been read.
      child.once('close', (code, signal) => resolve({ code, signal }));
    });
    /** @type {Child} */
    const self = {
      name,
      ended,
      stop: async (patienceMs) => {
        child.kill('SIGTERM');
        const timer = setTimeout(() => child.kill('SIGKILL'), patienceMs);
        const ending = await ended;
        clearTimeout(timer);
        return ending;
      },
      kill: async () => {
        child.kill('SIGKILL');
        return ended;
      },
    };
    this.#running.add(self);
    void ended.then(() => {
      this.#running.delete(self);
      this.#tell({ forget: child.pid });
    });
    return self;
  }

  async killAll() {
    await Promise.all([...this.#running].map((child) => child.kill()));
  }

  /** Every child has ended: nobody needs to look after them. */
  close() {
    if (this.#reaper.connected) this.#reaper.disconnect();
  }

  /** @param {object} message */
  #tell(message) {
    if (this.#reaper.connected) this.#reaper.send(message, () => undefined);
  }
}
