/**
 * Points in time as producers write them, as one spelling: `2026-02-03T04:05:06.789Z`.
 *
 * Read are: ISO 8601 dates with time and offset (`Z`, `+02:00`, `+0200`, `+02`, also followed by Java's
 * `[Europe/Berlin]`), with any number of fraction digits (cut off after milliseconds); and the two numbers
 * that Jackson writes: epoch seconds with a fraction, and epoch milliseconds. Which of the two a number is,
 * its size decides: below 100,000,000,000 it is seconds (until the year 5138), from there on milliseconds
 * (from 1973-03-03 on).
 * Refused is what would need a guess: a time without an offset, a date without a time, digits in a text.
 */
import { epochMs, type EpochMs } from './units.js';

/** Years 0000 to 9999: what the one spelling can hold. */
const FIRST_MS = -62_167_219_200_000;
const LAST_MS = 253_402_300_799_999;

const SECONDS_BELOW = 1e11;
/** Half a microsecond in ms: what a double of epoch seconds can be off by, so that 1.001 s is never read as 1000 ms. */
const FLOAT_SLACK_MS = 0.0005;

/** Every part within its bounds, but for the days of a month. */
const CANONICAL =
  /^\d\d\d\d-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])T(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d\.\d\d\dZ$/;
const ISO =
  /^(\d{4})-(\d\d)-(\d\d)[Tt ](\d\d):(\d\d)(?::(\d\d)(?:[.,](\d{1,18}))?)?(?:[Zz]|([+-])(\d\d)(?::?(\d\d))?)(?:\[[\w/+-]{1,64}\])?$/;

const inRange = (ms: number): EpochMs | undefined =>
  ms >= FIRST_MS && ms <= LAST_MS ? epochMs(ms) : undefined;

const fromNumber = (value: number): EpochMs | undefined =>
  inRange(Math.floor(Math.abs(value) < SECONDS_BELOW ? value * 1000 + FLOAT_SLACK_MS : value));

const DAYS_OF_EVERY_MONTH = 28;

const daysInMonth = (year: number, month: number): number =>
  month === 2
    ? year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0)
      ? 29
      : 28
    : 30 + ((month + (month >> 3)) & 1);

const digits = (text: string, at: number): number =>
  text.charCodeAt(at) * 10 + text.charCodeAt(at + 1) - 11 * '0'.charCodeAt(0);

const isDay = (year: number, month: number, day: number): boolean =>
  month >= 1 && month <= 12 && day >= 1 && day <= daysInMonth(year, month);

/** True for what `isoTimestamp` gives, and for nothing else. Cheap: most timestamps are in this spelling already. */
export const isCanonicalTimestamp = (text: string): boolean =>
  CANONICAL.test(text) &&
  (digits(text, 8) <= DAYS_OF_EVERY_MONTH ||
    isDay(digits(text, 0) * 100 + digits(text, 2), digits(text, 5), digits(text, 8)));

/** `Date.UTC` takes years below 100 for the 20th century: shifted by 400 years, one full cycle of the calendar. */
const CYCLE_MS = 146_097 * 86_400_000;

const fromText = (text: string): EpochMs | undefined => {
  const match = ISO.exec(text);
  if (match === null) return undefined;
  const year = Number(match[1]);
  const month = Number(match[2]);
  const day = Number(match[3]);
  const hour = Number(match[4]);
  const minute = Number(match[5]);
  const second = Number(match[6] ?? 0);
  // A leap second (…:60) is read as the second after it: the clocks of this machine have none.
  if (!isDay(year, month, day) || hour > 23 || minute > 59 || second > 60) return undefined;
  const ms = match[7] === undefined ? 0 : Number(match[7].slice(0, 3).padEnd(3, '0'));
  let offsetMinutes = 0;
  if (match[8] !== undefined) {
    const offsetHour = Number(match[9]);
    const offsetMinute = Number(match[10] ?? 0);
    if (offsetHour > 23 || offsetMinute > 59) return undefined;
    offsetMinutes = (offsetHour * 60 + offsetMinute) * (match[8] === '-' ? -1 : 1);
  }
  return inRange(
    Date.UTC(year + 400, month - 1, day, hour, minute, second, ms) - CYCLE_MS - offsetMinutes * 60_000,
  );
};

/** Undefined for what is not a point in time. */
export const parseTimestamp = (value: unknown): EpochMs | undefined => {
  if (typeof value === 'number') return fromNumber(value);
  return typeof value === 'string' ? fromText(value) : undefined;
};

/** The one spelling; undefined for what is not a point in time. */
export const isoTimestamp = (value: unknown): string | undefined => {
  if (typeof value === 'string' && isCanonicalTimestamp(value)) return value;
  const ms = parseTimestamp(value);
  return ms === undefined ? undefined : new Date(ms).toISOString();
};

/** Records come in the order of their times: the text of the last second is at hand. */
let lastSecond = Number.NaN;
let lastSecondText = '';
const MILLISECONDS = Array.from({ length: 1000 }, (_, ms) => `.${String(ms).padStart(3, '0')}Z`);

/** For a number that is known to be milliseconds, such as the time of a record. */
export const isoOfEpochMs = (ms: number): string | undefined => {
  if (inRange(ms) === undefined) return undefined;
  const whole = Math.trunc(ms);
  const second = Math.floor(whole / 1000);
  if (second !== lastSecond) {
    lastSecondText = new Date(second * 1000).toISOString().slice(0, 19);
    lastSecond = second;
  }
  return lastSecondText + (MILLISECONDS[whole - second * 1000] ?? '');
};
