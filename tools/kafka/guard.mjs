/**
 * The guard of one local Kafka: the parent process of its Java, which ends with the process that wanted
 * it. Its promise: when that process is gone, however it went (SIGKILL too), Java ends, and an ephemeral
 * data folder is deleted. It notices by the end of its IPC channel, which the kernel closes.
 * It runs in a session of its own, so that a Ctrl-C meant for its starter does not reach Java first.
 *
 * Messages in: { do: 'start', command, args, logFile, cwd } | { do: 'stop' } | { do: 'kill' }
 * Messages out: { event: 'started', pid } | { event: 'exited', code, signal }
 */
import { spawn } from 'node:child_process';
import { closeSync, openSync, rmSync } from 'node:fs';

const STOP_TIMEOUT_MS = 15_000;
const [ephemeralDir] = process.argv.slice(2);

/** @type {import('node:child_process').ChildProcess | undefined} */
let java;

/** @param {object} message */
const tell = (message) => {
  if (process.connected) process.send?.(message, () => undefined);
};

/** @param {{ command: string, args: string[], logFile: string, cwd: string }} what */
const start = ({ command, args, logFile, cwd }) => {
  const log = openSync(logFile, 'a');
  const child = spawn(command, args, { cwd, stdio: ['ignore', log, log] });
  closeSync(log);
  java = child;
  /** @param {number | null} code @param {NodeJS.Signals | null} signal */
  const ended = (code, signal) => {
    if (java !== child) return;
    java = undefined;
    tell({ event: 'exited', code, signal });
    if (!process.connected) leave();
  };
  child.once('spawn', () => tell({ event: 'started', pid: child.pid }));
  child.once('error', () => ended(127, null));
  child.once('exit', ended);
};

const stop = () => {
  const child = java;
  if (!child) return;
  child.kill('SIGTERM');
  setTimeout(() => child.kill('SIGKILL'), STOP_TIMEOUT_MS).unref();
};

const leave = () => {
  if (ephemeralDir) rmSync(ephemeralDir, { recursive: true, force: true, maxRetries: 3 });
  process.exit(0);
};

process.on('message', (/** @type {any} */ message) => {
  if (message.do === 'start') start(message);
  else if (message.do === 'stop') stop();
  else if (message.do === 'kill') java?.kill('SIGKILL');
});

process.on('disconnect', () => {
  if (!java) leave();
  else if (ephemeralDir) java.kill('SIGKILL');
  else stop();
});

// Only the end of the channel ends the guard. A signal that was sent to it by name stops Java first.
process.on('SIGINT', () => undefined);
process.on('SIGHUP', () => undefined);
process.on('SIGTERM', () => process.disconnect?.());
