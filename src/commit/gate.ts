/**
 * The one door of a session: a commit cycle, the answer to a rebalance and the end of the session each
 * run alone, in the order in which they asked. It is what keeps a rebalance callback from being
 * answered while a transaction is open: `sendOffsets` reads the group's generation when it runs, so an
 * answer inside a transaction would let old effects pass under the new generation (review F1).
 */
export class Gate {
  #last: Promise<unknown> = Promise.resolve();
  #waiting = 0;
  #listener: (() => void) | undefined;

  /** Somebody waits to enter: a commit cycle must not begin now. */
  get contended(): boolean {
    return this.#waiting > 0;
  }

  /** `listener` is told whenever somebody asks to enter, for the one inside that would only wait. There is one listener. */
  onAsked(listener: () => void): void {
    this.#listener = listener;
  }

  run<T>(alone: () => Promise<T>): Promise<T> {
    this.#waiting += 1;
    this.#listener?.();
    const mine = this.#last.then(() => {
      this.#waiting -= 1;
      return alone();
    });
    this.#last = mine.catch(() => undefined);
    return mine;
  }
}
