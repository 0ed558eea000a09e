/** RxJS sources that take their time from our clock, so that a simulation holds it in its hand. */
import { Observable } from 'rxjs';
import type { Clock } from '../ports/clock.js';
import { sleep } from '../ports/nap.js';

/**
 * Runs `work` every `periodMs`, counted from the end of the run before; one run at a time. Ends with the
 * error of a run that rejects.
 */
export const repeating = (clock: Clock, periodMs: number, work: () => Promise<void>): Observable<never> =>
  new Observable<never>((subscriber) => {
    const stop = new AbortController();
    const run = async (): Promise<void> => {
      for (;;) {
        await sleep(clock, periodMs, stop.signal);
        if (stop.signal.aborted) return;
        await work();
      }
    };
    void run().then(
      () => subscriber.complete(),
      (error: unknown) => subscriber.error(error),
    );
    return () => stop.abort();
  });
