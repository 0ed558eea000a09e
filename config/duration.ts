/**
 * Durations with a unit (`500ms`, `5s`, `2m`, `36h`, `7d`) and lists of them. Pure.
 * A duration has one name whatever way it was written (`120s` is `2m`): retry topics are named by
 * it, and the same delay must not get a second topic because somebody wrote it in another unit.
 */
import type { Kind, Parsed } from './kind.js';

/** Longer first. */
const UNITS = [
  ['d', 86_400_000],
  ['h', 3_600_000],
  ['m', 60_000],
  ['s', 1_000],
  ['ms', 1],
] as const;

export const DAY_MS = 86_400_000;

/** A delay of a retry topic. */
export interface RetryTier {
  /** Part of the topic's name. */
  readonly name: string;
  readonly delayMs: number;
}

/** Milliseconds, or null when it is no duration. */
export const parseDuration = (written: string): number | null => {
  const match = /^(\d{1,15})(ms|s|m|h|d)$/.exec(written.trim());
  const unit = UNITS.find(([name]) => name === match?.[2]);
  return match === null || unit === undefined ? null : Number(match[1]) * unit[1];
};

/** The longest unit that divides it. */
export const durationName = (durationMs: number): string => {
  const [name, unitMs] = UNITS.find(([, each]) => durationMs % each === 0) ?? ['ms', 1];
  return `${durationMs / unitMs}${name}`;
};

export const duration = (minMs: number, maxMs: number): Kind<number> => ({
  allowed: `a duration with its unit (ms, s, m, h, d), ${durationName(minMs)} to ${durationName(maxMs)}`,
  parse: (raw) => {
    const value = typeof raw === 'string' ? parseDuration(raw) : null;
    return value !== null && value >= minMs && value <= maxMs ? { ok: true, value } : { ok: false };
  },
});

/**
 * Strictly increasing, so that a retry never goes back to a shorter delay and no two name one topic.
 * At most 20 days: a timer of Node's that is set beyond 2^31 ms (24.8 days) fires at once, which
 * would be a retry before its time.
 */
export const retryTiers = (): Kind<readonly RetryTier[]> => {
  const one = duration(1, 20 * DAY_MS);
  const parse = (raw: unknown): Parsed<readonly RetryTier[]> => {
    const written = typeof raw === 'string' ? (raw.trim() === '' ? [] : raw.split(',')) : raw;
    if (!Array.isArray(written)) return { ok: false };
    const tiers: RetryTier[] = [];
    for (const each of written as unknown[]) {
      const parsed = one.parse(each);
      if (!parsed.ok) return { ok: false, because: 'one of its items is not allowed' };
      const last = tiers.at(-1);
      if (last?.delayMs === parsed.value) return { ok: false, because: `${last.name} occurs twice` };
      if (last !== undefined && last.delayMs > parsed.value) {
        return { ok: false, because: `${durationName(parsed.value)} comes after ${last.name}` };
      }
      tiers.push({ name: durationName(parsed.value), delayMs: parsed.value });
    }
    return { ok: true, value: tiers };
  };
  return {
    allowed:
      'durations with their units (ms, s, m, h, d), each longer than the one before, at most 20d, separated by commas; empty: none',
    parse,
    blankIsValue: true,
  };
};
