/**
 * Bursts of failed logins of one user, by the time of the records. Pure: what is remembered and a failure in, what
 * is remembered from now on and perhaps a burst out.
 *
 * - A burst is `threshold` failures within less than `windowMs`. It is told once, when its last failure is known.
 * - Failures that come less than `windowMs` after its last one belong to it and tell nothing: only when a user had
 *   none for that long, the next burst is told.
 * - Failures may come in any order. One that is at most `graceMs` late by stream time counts as if it had come in
 *   time, unless a later burst of the user was told already: then it belongs to that. One that is later than
 *   `windowMs + graceMs` is passed over.
 *
 * What is kept of a user is bounded: fewer than `threshold` failures in any `windowMs`, of `windowMs + graceMs` in all.
 */
export interface BurstRules {
  readonly threshold: number;
  readonly windowMs: number;
  readonly graceMs: number;
}

/** Times are milliseconds since 1970. */
export interface FailedLogins {
  /** In ascending order; after the last burst that was told, and no part of it. */
  readonly timesMs: readonly number[];
  /** The last failure of that burst; null: there was none that could still matter. */
  readonly burstEndMs: number | null;
}

export interface Burst {
  readonly failures: number;
  readonly firstMs: number;
  readonly lastMs: number;
}

export interface Noted {
  /** null: nothing has to be remembered. */
  readonly known: FailedLogins | null;
  readonly burst: Burst | null;
}

const NOTHING: FailedLogins = { timesMs: [], burstEndMs: null };

/** What can no longer belong to a burst that a failure completes which is not too late. null: nothing is left. */
export const forgetOld = (
  { timesMs, burstEndMs }: FailedLogins,
  streamTimeMs: number,
  { windowMs, graceMs }: BurstRules,
): FailedLogins | null => {
  const horizonMs = streamTimeMs - windowMs - graceMs;
  const kept = timesMs.filter((timeMs) => timeMs > horizonMs);
  const endMs = burstEndMs !== null && burstEndMs + windowMs > horizonMs ? burstEndMs : null;
  return kept.length === 0 && endMs === null ? null : { timesMs: kept, burstEndMs: endMs };
};

/** Failures that belong to the burst that was told, because each follows the one before it closely enough. */
const joinBurst = ({ timesMs, burstEndMs }: FailedLogins, { windowMs }: BurstRules): FailedLogins => {
  let endMs = burstEndMs;
  let joined = 0;
  for (const timeMs of timesMs) {
    if (endMs === null || timeMs >= endMs + windowMs) break;
    endMs = Math.max(endMs, timeMs);
    joined += 1;
  }
  return { timesMs: timesMs.slice(joined), burstEndMs: endMs };
};

/** `streamTimeMs`: of the task, this failure included. */
export const noteFailure = (
  before: FailedLogins | null,
  timeMs: number,
  streamTimeMs: number,
  rules: BurstRules,
): Noted => {
  const { threshold, windowMs, graceMs } = rules;
  const fresh = forgetOld(before ?? NOTHING, streamTimeMs, rules);
  if (timeMs <= streamTimeMs - windowMs - graceMs) return { known: fresh, burst: null };
  const { timesMs, burstEndMs } = fresh ?? NOTHING;
  const sorted = [...timesMs, timeMs].sort((a, b) => a - b);
  const open = joinBurst({ timesMs: sorted, burstEndMs }, rules);

  const first = open.timesMs.findIndex((firstMs, at) => {
    const lastMs = open.timesMs[at + threshold - 1];
    return lastMs !== undefined && lastMs - firstMs < windowMs;
  });
  if (first < 0) return { known: open, burst: null };
  const told = open.timesMs.slice(first, first + threshold);
  const [firstMs = timeMs] = told;
  const lastMs = told.at(-1) ?? firstMs;
  const rest = { timesMs: open.timesMs.slice(first + threshold), burstEndMs: lastMs };
  return { known: joinBurst(rest, rules), burst: { failures: threshold, firstMs, lastMs } };
};
