/** The arguments of `publish` and `tail`, each from its text to its value; the error says what is allowed. Pure. */
import { wrong } from '../terminal/argument.js';
import type { ExportFormat, ReadFrom } from './events-request.js';
import { EXPORTS } from './events-request.js';

/** `max` is Infinity. */
export const eventRate = (text: string): number => {
  if (text === 'max') return Infinity;
  const rate = /^\d{1,7}(\.\d{1,3})?$/.test(text) ? Number(text) : 0;
  if (rate <= 0) throw wrong('events a second, above 0, or max for as fast as they are acknowledged');
  return rate;
};

/** `2.5%` is 0.025. */
export const share = (text: string): number => {
  const [, percent] = /^(\d{1,3}(?:\.\d{1,6})?)%$/.exec(text) ?? [];
  if (percent === undefined || Number(percent) > 100) throw wrong('a percentage, such as 1% or 0.5%');
  return Number(percent) / 100;
};

export const keyCount = (text: string): number => {
  const count = /^\d{1,7}$/.test(text) ? Number(text) : 0;
  if (count < 1 || count > 1_000_000) throw wrong('a number of users, from 1 to 1000000');
  return count;
};

export const seedNumber = (text: string): number => {
  if (!/^\d{1,10}$/.test(text)) throw wrong('a whole number');
  return Number(text);
};

export const readFrom = (text: string): ReadFrom => {
  if (text === 'beginning' || text === 'end') return text;
  if (!/^\d{1,15}$/.test(text)) throw wrong('beginning, end, or an offset');
  return Number(text);
};

export const exportFormat = (text: string): ExportFormat => {
  const found = EXPORTS.find((name) => name === text);
  if (found === undefined) throw wrong(EXPORTS.join(', '));
  return found;
};
