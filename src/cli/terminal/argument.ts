/** Arguments that commands of all kinds share, each from its text to its value; the error says what is allowed. Pure. */
import { InvalidArgumentError } from 'commander';
import { parseDuration } from '../../../config/duration.js';
import type { EpochMs } from '../../record/units.js';
import { parseSince } from './time-text.js';

/** What an argument's function throws. */
export const wrong = (allowed: string): InvalidArgumentError =>
  new InvalidArgumentError(`Allowed: ${allowed}.`);

export const partitionNumber = (text: string): number => {
  if (!/^\d{1,9}$/.test(text)) throw wrong('a partition number, from 0');
  return Number(text);
};

export const operatorUuid = (text: string): string => {
  if (!/^[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}$/i.test(text)) throw wrong('a uuid');
  return text.toLowerCase();
};

export const limitNumber = (text: string): number => {
  if (!/^\d{1,9}$/.test(text)) throw wrong('a number');
  return Number(text);
};

export const waitTime = (text: string): number => {
  const ms = parseDuration(text);
  if (ms === null) throw wrong('a duration with its unit, such as 30s or 2m');
  return ms;
};

export const since =
  (nowMs: EpochMs) =>
  (text: string): EpochMs => {
    const at = parseSince(text, nowMs);
    if (at === null)
      throw wrong(
        'a duration with its unit (90m: 90 minutes ago), or a time with its offset (2026-02-03T04:05Z)',
      );
    return at;
  };
