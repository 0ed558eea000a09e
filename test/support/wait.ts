/** Waits for conditions, never for time to pass. */
import { setTimeout as sleep } from 'node:timers/promises';

const LOOK_EVERY_MS = 100;

/** Resolves with what `look` gives once it gives something; what it throws counts as nothing and is told at the end. */
export const eventually = async <T>(
  what: string,
  look: () => T | undefined | Promise<T | undefined>,
  limitMs = 60_000,
): Promise<T> => {
  const end = Date.now() + limitMs;
  let thrown: unknown;
  for (;;) {
    try {
      const found = await look();
      if (found !== undefined) return found;
      thrown = undefined;
    } catch (error) {
      thrown = error;
    }
    if (Date.now() > end) {
      const why = thrown instanceof Error ? `: ${thrown.message}` : '';
      throw new Error(`not after ${limitMs / 1000} s: ${what}${why}`, { cause: thrown });
    }
    await sleep(LOOK_EVERY_MS);
  }
};

export const until = async (
  what: string,
  holds: () => boolean | Promise<boolean>,
  limitMs?: number,
): Promise<void> => {
  await eventually(what, async () => ((await holds()) ? true : undefined), limitMs);
};
