/**
 * Words and numbers of the status page. Pure. `visible` is the way of every text that the page did not write
 * itself: what a reader would not see, or would see in another order, is shown as its code, and length is bounded.
 */

/** Enough for a name that somebody chose with sense. */
export const SHOWN_LENGTH = 120;
/** Of what a tooltip holds. */
export const HINT_LENGTH = 600;

// Control, format (bidi, zero width), private, unassigned, lone surrogates, line separators; spaces that are none to the eye.
const UNSEEN = /[\p{Cc}\p{Cf}\p{Co}\p{Cn}\p{Cs}\p{Zl}\p{Zp}]|[^\P{Zs} ]/gu;

const code = (character: string): string =>
  `\\u{${(character.codePointAt(0) ?? 0).toString(16).padStart(4, '0')}}`;

/** Of at most so many code units; a character of two is not cut in half. */
const beginning = (text: string, length: number): string => {
  const last = text.charCodeAt(length - 1);
  return text.slice(0, last >= 0xd800 && last <= 0xdbff ? length - 1 : length);
};

export const visible = (text: string, length = SHOWN_LENGTH): string => {
  // Cut first: a text of any length costs the same.
  const cut = text.length > length;
  const safe = (cut ? beginning(text, length - 1) : text).replace(UNSEEN, code);
  // Marks that pile up on one another would grow out of their line.
  const flat = safe.replace(/(\p{M}{2})\p{M}+/gu, '$1…');
  return cut || flat.length > 2 * length ? `${beginning(flat, 2 * length)}…` : flat;
};

const NUMBERS = new Intl.NumberFormat('en');

export const count = (value: number | null | undefined): string =>
  value === null || value === undefined || !Number.isFinite(value) ? '–' : NUMBERS.format(value);

export const counted = (value: number, one: string, many = `${one}s`): string =>
  `${count(value)} ${value === 1 ? one : many}`;

const SECOND_MS = 1000;
const MINUTE_MS = 60 * SECOND_MS;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

const two = (value: number): string => String(value).padStart(2, '0');

/** Two units at most: `4 s`, `2 min 05 s`, `3 h 07 min`, `2 d 04 h`. Seconds are rounded up: 0 s is over. */
export const duration = (durationMs: number): string => {
  const ms = Math.ceil(Math.max(0, durationMs) / SECOND_MS) * SECOND_MS;
  const units = (of: number): number => Math.floor(ms / of);
  if (ms < MINUTE_MS) return `${units(SECOND_MS)} s`;
  if (ms < HOUR_MS) return `${units(MINUTE_MS)} min ${two(units(SECOND_MS) % 60)} s`;
  if (ms < DAY_MS) return `${units(HOUR_MS)} h ${two(units(MINUTE_MS) % 60)} min`;
  return `${units(DAY_MS)} d ${two(units(HOUR_MS) % 24)} h`;
};

/** `2026-11-26 15:04:05` in UTC, as logs have it; what is no time is shown as it is. */
export const instant = (iso: string): string => {
  const at = new Date(iso);
  return Number.isNaN(at.getTime()) ? visible(iso, 40) : at.toISOString().slice(0, 19).replace('T', ' ');
};

export const clockTime = (atMs: number): string => `${new Date(atMs).toISOString().slice(11, 19)} UTC`;

/** `RUNNING` → `running`, `PENDING_SHUTDOWN` → `pending shutdown`. */
export const words = (name: string): string => visible(name, 40).toLowerCase().replaceAll('_', ' ');
