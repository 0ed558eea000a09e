/** CPU time and memory of a process with all its children, as Linux tells them under /proc. */
import { existsSync, readFileSync } from 'node:fs';

export interface Usage {
  readonly cpuMs: number;
  readonly rssBytes: number;
}

/** USER_HZ is 100 on every architecture that Node runs on. */
const TICK_MS = 10;
const PAGE_BYTES = 4096;

const NONE: Usage = { cpuMs: 0, rssBytes: 0 };

export const requireProc = (): void => {
  if (!existsSync('/proc/self/task'))
    throw new Error('the bench reads CPU time and memory from /proc: it runs on Linux only');
};

/** Undefined when there is no such process any more. */
const read = (path: string): string | undefined => {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
};

/** User and system time out of /proc/<pid>/stat; the name in it may hold anything, a bracket too. */
export const cpuMsOf = (stat: string): number => {
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) * TICK_MS;
};

const ofOne = (pid: number): Usage => {
  const stat = read(`/proc/${pid}/stat`);
  const statm = read(`/proc/${pid}/statm`);
  if (stat === undefined || statm === undefined) return NONE;
  return { cpuMs: cpuMsOf(stat), rssBytes: Number(statm.split(' ')[1]) * PAGE_BYTES };
};

/** Node and Java start processes from their first thread. */
const childrenOf = (pid: number): readonly number[] =>
  (read(`/proc/${pid}/task/${pid}/children`) ?? '').split(' ').filter(Boolean).map(Number);

/** A process that has ended takes what it used with it. */
export const usageOf = (pid: number): Usage =>
  childrenOf(pid)
    .map(usageOf)
    .reduce(
      (sum, { cpuMs, rssBytes }) => ({ cpuMs: sum.cpuMs + cpuMs, rssBytes: sum.rssBytes + rssBytes }),
      ofOne(pid),
    );
