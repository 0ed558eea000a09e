/** The machine's clocks. */
import type { Clock } from '../ports/clock.js';
import { epochMs, monotonicMs } from '../record/units.js';

export const systemClock: Clock = {
  now: () => epochMs(Date.now()),
  monotonic: () => monotonicMs(performance.now()),
  after: (delayMs, then) => {
    const timer = setTimeout(then, delayMs);
    return () => clearTimeout(timer);
  },
};
