/** Waits for a condition while a subject runs, and says when it held. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Running } from '../subjects/subject.js';

const LOOK_MS = 20;

/** By this process's monotonic clock. A condition that throws does not hold; a subject that has ended is an error. */
export const whenOf = async (
  running: Running,
  what: string,
  holds: () => boolean | Promise<boolean>,
  limitMs: number,
  lookMs = LOOK_MS,
): Promise<number> => {
  const endMs = performance.now() + limitMs;
  const asks = async (): Promise<boolean> => holds();
  for (;;) {
    if (await asks().catch(() => false)) return performance.now();
    const ended = running.ended();
    if (ended !== undefined) throw new Error(ended);
    if (performance.now() > endMs) throw new Error(`not within ${limitMs / 1000} s: ${what}`);
    await sleep(lookMs);
  }
};
