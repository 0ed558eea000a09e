/**
 * One process at a time works by a journal: beside it lies a file with the id of that process. Two that go on with
 * it at once would send the rest twice. The lock of a process that is dead is taken over.
 */
import {
  closeSync,
  linkSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeSync,
} from 'node:fs';
import { Unfulfilled, UsageError } from '../exit-code.js';

const codeOf = (error: unknown): string | undefined => (error as NodeJS.ErrnoException).code;

/** Those of this process. In a container another one had the same id before. */
const held = new Set<string>();
/** So old, a lock without an id is of one that was killed before it wrote it. */
const BEING_MADE_MS = 2000;

const isAlive = (pid: number): boolean => {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // Another user's is alive too.
    return codeOf(error) !== 'ESRCH';
  }
};

/** Null: it is gone. 0: it says no process. */
const holderOf = (path: string): number | null => {
  try {
    const pid = Number(readFileSync(path, 'utf8').trim());
    return Number.isSafeInteger(pid) && pid > 0 ? pid : 0;
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return null;
    throw error;
  }
};

/** False: somebody has it. */
const isMade = (path: string): boolean => {
  try {
    const file = openSync(path, 'wx', 0o600);
    writeSync(file, `${process.pid}\n`);
    closeSync(file);
    return true;
  } catch (error) {
    if (codeOf(error) === 'EEXIST') return false;
    throw error;
  }
};

const isHeld = (path: string, holder: number): boolean => {
  if (holder === 0) return Date.now() - statSync(path).mtimeMs < BEING_MADE_MS;
  return holder === process.pid ? held.has(path) : isAlive(holder);
};

/** A rename takes it away from one only of those who found it dead. */
const takeAway = (path: string, holder: number): void => {
  const aside = `${path}.${process.pid}`;
  try {
    renameSync(path, aside);
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return;
    throw error;
  }
  try {
    // Another took it over first, and this was its lock.
    if (holderOf(aside) !== holder) linkSync(aside, path);
  } finally {
    rmSync(aside, { force: true });
  }
};

const ATTEMPTS = 3;

export class JournalLock {
  private constructor(private readonly path: string) {}

  /** Throws Unfulfilled when another process has it, and UsageError when there can be none. */
  static take(journal: string): JournalLock {
    const path = `${journal}.lock`;
    try {
      for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
        if (isMade(path)) {
          held.add(path);
          return new JournalLock(path);
        }
        const holder = holderOf(path);
        if (holder === null) continue;
        if (isHeld(path, holder))
          throw new Unfulfilled(
            `The journal ${journal} is in use by process ${holder}: nothing was done. Wait for its end. If that is no audit-lanes, remove ${path}.`,
          );
        takeAway(path, holder);
      }
    } catch (error) {
      if (error instanceof Unfulfilled) throw error;
      throw new UsageError(
        `The lock ${path} cannot be taken: ${error instanceof Error ? error.message : String(error)}.`,
      );
    }
    throw new Unfulfilled(`The journal ${journal} is in use by others: nothing was done. Try again.`);
  }

  release(): void {
    held.delete(this.path);
    rmSync(this.path, { force: true });
  }
}
