/** A given number of moments at a given rate. Who was held up for long goes on from there, and makes nothing up. */
import type { Clock } from '../../ports/clock.js';
import { sleep } from '../../ports/nap.js';
import type { EpochMs } from '../../record/units.js';

/** Behind by more than this is not caught up with: a broker that comes back gets no flood. */
const CATCH_UP_MS = 1000;

/** Ends when `stop` is aborted. `perSecond` null: as fast as they are taken. */
export async function* paced(
  perSecond: number | null,
  count: number,
  clock: Clock,
  stop: AbortSignal,
): AsyncGenerator<EpochMs> {
  let dueMs: number = clock.monotonic();
  for (let i = 0; i < count; i++) {
    if (perSecond !== null) {
      const waitMs = dueMs - clock.monotonic();
      // Timers are no finer than a millisecond: what is due within it is due.
      if (waitMs >= 1) await sleep(clock, waitMs, stop);
      dueMs = Math.max(dueMs, clock.monotonic() - CATCH_UP_MS) + 1000 / perSecond;
    }
    if (stop.aborted) return;
    yield clock.now();
  }
}
