/** Which known name was meant by an unknown one. Pure; used for hints and warnings only, never to guess a value. */

/** Levenshtein: how many letters must be added, removed or replaced. */
export const editDistance = (a: string, b: string): number => {
  let previous = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i++) {
    const current = [i];
    for (let j = 1; j <= b.length; j++) {
      const replaced = (previous[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      current.push(Math.min(replaced, (previous[j] ?? 0) + 1, (current[j - 1] ?? 0) + 1));
    }
    previous = current;
  }
  return previous[b.length] ?? a.length;
};

/** The known name that is at most two letters away, the nearest first. */
export const nearest = (name: string, known: readonly string[]): string | null => {
  let best: string | null = null;
  let bestDistance = 3;
  for (const candidate of known) {
    if (Math.abs(candidate.length - name.length) > 2) continue;
    const distance = editDistance(name.toLowerCase(), candidate.toLowerCase());
    if (distance < bestDistance) [best, bestDistance] = [candidate, distance];
  }
  return best;
};

/**
 * An environment is full of other programs' variables, so a hint needs more than nearness: the same
 * first word, or a name so long that chance is no explanation (`KAKFA_BROKERS`).
 */
export const probablyMeant = (name: string, known: readonly string[]): string | null => {
  const candidate = nearest(name, known);
  if (candidate === null || candidate === name) return null;
  const firstWord = (of: string): string => of.split('_', 1)[0] ?? of;
  return firstWord(name) === firstWord(candidate) || candidate.length >= 10 ? candidate : null;
};
