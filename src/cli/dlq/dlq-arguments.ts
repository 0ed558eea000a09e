/** The arguments of dead letter commands, each from its text to its value; the error says what is allowed. Pure. */
import { wrong } from '../terminal/argument.js';
import type { Grouping, LetterId } from './dlq-request.js';
import { GROUPINGS } from './dlq-request.js';

export const grouping = (text: string): Grouping => {
  const found = GROUPINGS.find((name) => name === text);
  if (found === undefined) throw wrong(GROUPINGS.join(', '));
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
