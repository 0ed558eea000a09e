/**
 * One life of one stream process, seen from its supervisor: forked, told, asked, ended. node-rdkafka cannot run in
 * worker threads, so it is a process of its own; it writes to the same standard output. Owns no rule.
 */
import type { ChildProcess } from 'node:child_process';
import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { FromChild, ToChild } from './messages.js';
import type { End } from './supervision.js';

export interface StreamProcess {
  readonly pid: number | null;
  /** One that has ended is told nothing. */
  send(message: ToChild): void;
  /** Ends it at once, also while it is stopped by a signal. */
  kill(): void;
}

export interface StreamProcessEvents {
  /** None after `ended`. */
  readonly said: (message: FromChild) => void;
  /** Once; after all that it said. */
  readonly ended: (end: End) => void;
}

export type Launch = (process: number, events: StreamProcessEvents) => StreamProcess;

const NEVER_THERE: StreamProcess = { pid: null, send: () => undefined, kill: () => undefined };
const ENTRY = fileURLToPath(new URL('./child-main.js', import.meta.url));
/** For what it said last: its end can be known before its words have been read. */
const LAST_WORDS_MS = 1_000;

export const launchStreamProcess: Launch = (process, { ended, said }) => {
  let child: ChildProcess;
  try {
    child = fork(ENTRY, [String(process)], {
      serialization: 'advanced',
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    });
  } catch {
    // Some errors (no memory for one more) are thrown, the others told by `error`.
    setImmediate(() => ended({ code: null, signal: null }));
    return NEVER_THERE;
  }
  let hasEnded = false;
  const end = (how: End): void => {
    if (hasEnded) return;
    hasEnded = true;
    ended(how);
  };
  child.on('message', (message) => {
    if (!hasEnded) said(message as FromChild);
  });
  child.once('exit', (code, signal) => {
    if (!child.connected) return end({ code, signal });
    const timer = setTimeout(() => end({ code, signal }), LAST_WORDS_MS);
    child.once('disconnect', () => {
      clearTimeout(timer);
      end({ code, signal });
    });
  });
  // One that was never there; of one that is there `exit` tells.
  child.on('error', () => {
    if (child.pid === undefined) end({ code: null, signal: null });
  });
  return {
    pid: child.pid ?? null,
    send: (message) => {
      // The callback takes the error of one that ends meanwhile: its end is told by itself.
      if (child.connected) child.send(message, () => undefined);
    },
    kill: () => {
      // One that was never there has the number 0 until it is told, and that is everybody in this process group.
      if (child.pid !== undefined) child.kill('SIGKILL');
    },
  };
};
