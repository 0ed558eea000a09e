/** The machine's clocks. */
import type { Clock } from '../ports/clock.js';
import { epochMs, monotonicMs } from '../record/units.js';

/** Node fires a timer that is set for longer at once. */
const LONGEST_MS = 2 ** 31 - 1;

export const systemClock: Clock = {
  now: () => epochMs(Date.now()),
  monotonic: () => monotonicMs(performance.now()),
  after: (delayMs, then) => {
    let timer: NodeJS.Timeout;
    const wait = (leftMs: number): void => {
      timer = setTimeout(
        () => (leftMs > LONGEST_MS ? wait(leftMs - LONGEST_MS) : then()),
        Math.min(leftMs, LONGEST_MS),
      );
    };
    wait(delayMs);
    return () => clearTimeout(timer);
  },
};
