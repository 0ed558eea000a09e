/**
 * Waits until all promises and ticks have settled: what `await setImmediate()` does, at a fraction of its price.
 * Immediates of the code under test are not waited for, as its real timers are not. Node runs the immediates that were
 * set before a turn of its event loop one after the other, and settles promises between them; so one turn, with its
 * look at the sockets, serves many waits.
 */
const AHEAD = 64;

export class Settling {
  #ahead = 0;
  #go: (() => void) | undefined;

  /** One at a time: whoever waits is awaited before another does. */
  settled(): Promise<void> {
    if (this.#go !== undefined) throw new Error('Somebody waits already: await it first.');
    return new Promise((resolve) => {
      this.#go = resolve;
      if (this.#ahead > 0) return;
      this.#ahead = AHEAD;
      for (let at = 0; at < AHEAD; at++) setImmediate(this.#turn);
    });
  }

  readonly #turn = (): void => {
    this.#ahead -= 1;
    const go = this.#go;
    this.#go = undefined;
    go?.();
  };
}
