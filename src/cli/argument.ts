/** The arguments of operator commands, each from its text to its value; the error says what is allowed. Pure. */
import { InvalidArgumentError } from 'commander';
import { parseDuration } from '../../config/duration.js';
import type { EpochMs } from '../record/units.js';
import type { Grouping, LetterId } from './operator-request.js';
import { GROUPINGS } from './operator-request.js';
import { parseSince } from './time-text.js';

const wrong = (allowed: string): InvalidArgumentError => new InvalidArgumentError(`Allowed: ${allowed}.`);

export const partitionNumber = (text: string): number => {
  if (!/^\d{1,9}$/.test(text)) throw wrong('a partition number, from 0');
  return Number(text);
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

export const laneStatus = (text: string): 'retrying' | 'parked' => {
  if (text !== 'retrying' && text !== 'parked') throw wrong('retrying, parked');
  return text;
};

export const grouping = (text: string): Grouping => {
  const found = GROUPINGS.find((name) => name === text);
  if (found === undefined) throw wrong(GROUPINGS.join(', '));
  return found;
};

export const base64Key = (text: string): Buffer => {
  if (!/^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/.test(text)) throw wrong('base64');
  return Buffer.from(text, 'base64');
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

/** TOPIC-PARTITION-OFFSET or dlq-PARTITION-OFFSET: the partition is that of the lane. */
export const headId = (text: string): string => {
  if (partitionOfHead(text) === null)
    throw wrong('the id of a record, TOPIC-PARTITION-OFFSET, as "lanes list" shows it');
  return text;
};

export const partitionOfHead = (head: string): number | null => {
  const match = /^.+-(\d{1,9})-\d{1,15}$/.exec(head);
  return match === null ? null : Number(match[1]);
};
