/** How dead letters ended in one run of a command, and how many of each. Pure. */
import type { ActionNumbers } from '../cluster/operator-audit.js';
import type { ExitCode } from '../exit-code.js';
import { EXIT, Unfulfilled } from '../exit-code.js';

export type LetterEnd =
  /** `how`: carried out, sent, or found to be done before. */
  | { readonly kind: 'done'; readonly how: string }
  | { readonly kind: 'left out'; readonly why: string }
  /** `sort`: the same for all that are refused for the same reason. */
  | { readonly kind: 'refused'; readonly sort: string; readonly why: string }
  /** Written, or perhaps written, and not known to be carried out. */
  | { readonly kind: 'open'; readonly why: string };

/** One letter cannot be sent, of a sort that others share. */
export class Refusal extends Unfulfilled {
  constructor(
    readonly sort: string,
    message: string,
  ) {
    super(message);
  }
}

export const refusedBy = (error: Unfulfilled): LetterEnd => ({
  kind: 'refused',
  sort: error instanceof Refusal ? error.sort : 'nothing may be done with it',
  why: error.message,
});

/** Of so many that were chosen; whatever has no end is open. */
export class Tally {
  #done = 0;
  #leftOut = 0;
  #refused = 0;
  readonly #sorts = new Map<string, number>();

  constructor(readonly total: number) {}

  add(end: LetterEnd): void {
    switch (end.kind) {
      case 'done':
        this.#done += 1;
        return;
      case 'left out':
        this.#leftOut += 1;
        return;
      case 'open':
        return;
      case 'refused':
        this.#refused += 1;
        this.#sorts.set(end.sort, (this.#sorts.get(end.sort) ?? 0) + 1);
    }
  }

  get numbers(): Required<ActionNumbers> {
    const ended = this.#done + this.#refused + this.#leftOut;
    return {
      done: this.#done,
      refused: this.#refused,
      leftOut: this.#leftOut,
      open: this.total - ended,
    };
  }

  /** The largest first. */
  get refusals(): readonly (readonly [sort: string, count: number])[] {
    return [...this.#sorts].sort(([, a], [, b]) => b - a);
  }

  get exitCode(): ExitCode {
    const { refused, open } = this.numbers;
    return refused + open === 0 ? EXIT.done : EXIT.failed;
  }
}
