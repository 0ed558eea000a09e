/**
 * Deliberate errors, each of which the simulation must catch: rewrites of the compiled engine, applied to
 * a copy. `from` must occur exactly once in its file, so that a mutation which no longer fits fails the
 * suite instead of testing nothing. `caughtBy`: what the rule that is broken protects; a run that is cut
 * short by one of them counts.
 */
import type { Focus } from './focus.js';
import type { Guarantee } from './settings.js';
import type { Invariant } from './violations.js';

export interface Rewrite {
  /** Below src/, compiled. */
  readonly file: string;
  readonly from: string;
  readonly to: string;
}

export interface Mutation {
  /** What the mutant does. */
  readonly name: string;
  readonly rewrites: readonly Rewrite[];
  readonly caughtBy: readonly Invariant[];
  readonly guarantee?: Guarantee;
  /** Where chance alone would take thousands of seeds. */
  readonly focus?: Focus;
}

/** A mutation of one line. */
export const one = (file: string, from: string, to: string): readonly Rewrite[] => [{ file, from, to }];
