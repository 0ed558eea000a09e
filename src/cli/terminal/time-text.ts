/** Times as an operator reads and writes them. Pure. */
import { parseDuration } from '../../../config/duration.js';
import { isoOfEpochMs, parseTimestamp } from '../../record/timestamps.js';
import type { EpochMs } from '../../record/units.js';
import { epochMs } from '../../record/units.js';
import type { Printable } from './printable.js';
import { shown } from './printable.js';

const UNITS = [
  ['d', 86_400_000],
  ['h', 3_600_000],
  ['m', 60_000],
  ['s', 1000],
] as const;

/** `3m 12s`: the largest unit that fits and the one below it; milliseconds under a second. */
export const spanText = (ms: number): Printable => {
  const rest = Math.max(0, Math.round(ms));
  const at = UNITS.findIndex(([, unitMs]) => rest >= unitMs);
  const unit = UNITS[at];
  if (unit === undefined) return `${rest}ms` as Printable;
  const [name, unitMs] = unit;
  const count = Math.floor(rest / unitMs);
  const below = UNITS[at + 1];
  const belowCount = below === undefined ? 0 : Math.floor((rest % unitMs) / below[1]);
  return (
    belowCount === 0 || below === undefined ? `${count}${name}` : `${count}${name} ${belowCount}${below[0]}`
  ) as Printable;
};

/** A clock that was set back must not make an age negative. */
export const ageText = (of: number, nowMs: EpochMs): Printable => spanText(nowMs - of);

export const dueText = (dueMs: number, nowMs: EpochMs): Printable => {
  if (dueMs > nowMs) return shown`in ${spanText(dueMs - nowMs)}`;
  return nowMs - dueMs < 1000 ? shown`now` : shown`${spanText(nowMs - dueMs)} ago`;
};

/** A record's timestamp is whatever its producer wrote: one that is no time is null. */
export const isoOrNull = (ms: number | null): string | null =>
  ms === null ? null : (isoOfEpochMs(ms) ?? null);

export const timeText = (ms: number | null): Printable => (isoOrNull(ms) ?? '-') as Printable;

/** `2h` is two hours ago; a date with time and offset is that. Null: it is neither. */
export const parseSince = (written: string, nowMs: EpochMs): EpochMs | null => {
  const ago = parseDuration(written);
  return ago === null ? (parseTimestamp(written.trim()) ?? null) : epochMs(Math.max(0, nowMs - ago));
};
