/** The arguments of dead letter commands, each from its text to its value; the error says what is allowed. Pure. */
import { wrong } from '../terminal/argument.js';
import type { ExportFormat, Grouping, LetterId } from './dlq-request.js';
import { EXPORT_FORMATS, GROUPINGS } from './dlq-request.js';

export const grouping = (text: string): Grouping => {
  const found = GROUPINGS.find((name) => name === text);
  if (found === undefined) throw wrong(GROUPINGS.join(', '));
  return found;
};

export const exportFormat = (text: string): ExportFormat => {
  const found = EXPORT_FORMATS.find((name) => name === text);
  if (found === undefined) throw wrong(EXPORT_FORMATS.join(', '));
  return found;
};

export const letterId = (text: string): LetterId => {
  const match = /^(\d{1,9})-(\d{1,15})$/.exec(text);
  if (match === null) throw wrong('PARTITION-OFFSET, as "dlq list" shows it');
  return { partition: Number(match[1]), offset: Number(match[2]) };
};

export const letterIds = (text: string, before: readonly LetterId[] | undefined): readonly LetterId[] => [
  ...(before ?? []),
  letterId(text),
];

/** Letters a second. */
export const rateNumber = (text: string): number => {
  const rate = /^\d{1,6}(?:\.\d{1,3})?$/.test(text) ? Number(text) : 0;
  if (rate <= 0) throw wrong('a number of letters a second, above 0');
  return rate;
};
