/** A sleep that can be cut short, again and again: for a loop that rests until its time has come, or something has. */
import type { Clock } from './clock.js';

export class Nap {
  #wake: (() => void) | undefined;

  constructor(private readonly clock: Clock) {}

  /** Ends the sleep that is under way; what comes while there is none is not kept. */
  wake(): void {
    this.#wake?.();
  }

  /** Resolves after `delayMs`, when woken, or as soon as `signal` is aborted. One sleep at a time. */
  sleep(delayMs: number, signal?: AbortSignal): Promise<void> {
    if (this.#wake !== undefined) throw new Error('A sleep is under way: await it first.');
    return new Promise((resolve) => {
      if (signal?.aborted) return resolve();
      const done = (): void => {
        this.#wake = undefined;
        cancel();
        signal?.removeEventListener('abort', done);
        resolve();
      };
      const cancel = this.clock.after(delayMs, done);
      this.#wake = done;
      signal?.addEventListener('abort', done, { once: true });
    });
  }
}

/** Resolves after `delayMs`, or as soon as `signal` is aborted. */
export const sleep = (clock: Clock, delayMs: number, signal?: AbortSignal): Promise<void> =>
  new Nap(clock).sleep(delayMs, signal);
