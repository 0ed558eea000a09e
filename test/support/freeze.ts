/**
 * Stops a process, as `kill -STOP` does, and waits until none of its threads runs. The signal takes effect when one
 * thread has taken it, which a busy machine can put off while the others go on. Where there is no /proc it is only sent.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { until } from './wait.js';

/** The state is behind the name, which is in brackets and may hold anything (proc_pid_stat(5)). */
const hasStopped = (stat: string): boolean => /\) [tT] [^)]*$/.test(stat);

export const freeze = async (pid: number): Promise<void> => {
  process.kill(pid, 'SIGSTOP');
  const threads = `/proc/${pid}/task`;
  if (!existsSync(threads)) return;
  await until(`process ${pid} stands still`, () =>
    readdirSync(threads).every((thread) => hasStopped(readFileSync(`${threads}/${thread}/stat`, 'utf8'))),
  );
};
