/** Sizes as an operator reads them. Pure. */
import type { Printable } from './printable.js';

const UNITS = ['B', 'kB', 'MB', 'GB', 'TB'] as const;

/** `1.2 MB`: three digits or fewer before the unit, in thousands. */
export const sizeOf = (bytes: number): Printable => {
  let value = bytes;
  let at = 0;
  while (value >= 999.95 && at < UNITS.length - 1) {
    value /= 1000;
    at += 1;
  }
  const text = at === 0 ? String(Math.round(value)) : value.toFixed(1);
  return `${text} ${UNITS[at] ?? ''}` as Printable;
};
