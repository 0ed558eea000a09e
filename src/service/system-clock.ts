/** The machine's clocks. */
import type { Clock } from '../ports/clock.js';
import { epochMs, monotonicMs } from '../record/units.js';

/** Node fires a timer that is set for longer at once. */
const LONGEST_MS = 2 ** 31 - 1;

export const systemClock: Clock = {
  now: () => epochMs(Date.now()),
  monotonic: () => monotonicMs(performance.now()),
  after: (delayMs, then) => {
    const dueAt = performance.now() + delayMs;
    // A timer counts whole milliseconds from when its loop last looked, and may be a little early.
    const wait = (leftMs: number): NodeJS.Timeout =>
      setTimeout(
        () => {
          const left = dueAt - performance.now();
          if (left > 0) timer = wait(left);
          else then();
        },
        Math.min(Math.ceil(leftMs), LONGEST_MS),
      );
    let timer = wait(delayMs);
    return () => clearTimeout(timer);
  },
};
