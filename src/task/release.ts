/**
 * Lets holdings go in order (DESIGN §6, release): start nothing new, wait for running handlers up to a
 * limit, commit what is decided, then drop. Meanwhile the other tasks' effects are committed too, so that
 * one slow handler does not hold them up. Runs only for who has the gate.
 */
import type { CommitResult } from '../ports/commit.js';
import type { Clock } from '../ports/clock.js';
import { Nap } from '../ports/nap.js';
import type { Holding } from './holding.js';
import type { TaskManager } from './task-manager.js';

/** A member that was put out is refused again and again: no use in waiting for the limit. */
const ABORTS_ALLOWED = 2;

/** Commits what all tasks have decided; undefined when nothing was. */
export interface CommitsNow {
  commitNow(): Promise<CommitResult | undefined>;
}

export const release = async (
  leaving: readonly Holding[],
  limitMs: number,
  tasks: TaskManager,
  commits: CommitsNow,
  clock: Clock,
  commitIntervalMs: number,
): Promise<void> => {
  const deadline = clock.monotonic() + limitMs;
  let isDrained = false;
  const pause = new Nap(clock);
  void Promise.all(leaving.map(({ task }) => task.drain())).then(() => {
    isDrained = true;
    pause.wake();
  });
  for (let aborts = 0; aborts < ABORTS_ALLOWED;) {
    const left = deadline - clock.monotonic();
    if (left <= 0) break;
    if (!isDrained) await pause.sleep(Math.min(commitIntervalMs, left));
    const wasDrained = isDrained;
    const result = await commits.commitNow();
    if (result?.kind === 'unknown' || result?.kind === 'fatal') break;
    if (result?.kind === 'aborted') aborts += 1;
    // Nothing was committed: nothing is left, or the session is over and nothing may be committed any more.
    else if (wasDrained && (result === undefined || !leaving.some(({ task }) => task.ledger.isDirty())))
      break;
  }
  await tasks.drop(leaving);
};
