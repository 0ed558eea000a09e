/** Whoever changes many at once says how many: a selector that fits more than was thought of is noticed then. */
import { Unfulfilled, UsageError } from '../exit-code.js';
import type { Ask } from './asking.js';
import type { Printable } from './printable.js';
import { shown } from './printable.js';

/**
 * Resolves when it is confirmed. Throws UsageError when `confirmed` is another number, or is missing where nobody
 * sits at a terminal; Unfulfilled when the answer there is another.
 */
export const confirmCount = async (
  ask: Ask | null,
  {
    count,
    confirmed,
    what,
  }: { readonly count: number; readonly confirmed: number | null; readonly what: Printable },
): Promise<void> => {
  if (confirmed !== null) {
    if (confirmed === count) return;
    throw new UsageError(`--yes says ${confirmed}, and it is ${count}: look again, then say --yes ${count}.`);
  }
  if (ask === null)
    throw new UsageError(
      `It is about ${count}, and nobody sits at a terminal to confirm it: say --yes ${count}.`,
    );
  const answer = await ask(shown`Type ${count} to ${what}: `);
  if (answer !== String(count)) throw new Unfulfilled('Not confirmed: nothing was done.');
};
