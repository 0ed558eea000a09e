/** A record of a retry topic as its headers tell it. Pure, and strict: a header that is not there is told. */
import { textOf } from './original-record.js';
import type { StoredRecord } from './record-tool.js';

export interface RetryRecord {
  readonly stored: StoredRecord;
  /** Of the head: `topic-partition-offset`, or `dlq-partition-offset` when it was redriven. */
  readonly id: string;
  readonly attempts: number;
  readonly arm: string;
  readonly delayMs: number;
  readonly dueMs: number;
  readonly valueOmitted: boolean;
}

const UNIT_MS = new Map([
  ['ms', 1],
  ['s', 1_000],
  ['m', 60_000],
  ['h', 3_600_000],
  ['d', 86_400_000],
]);

/** The delay that a retry topic is named by; undefined for any other topic. */
export const delayOfTopic = (topic: string): number | undefined => {
  const match = /\.retry\.(\d+)(ms|s|m|h|d)$/.exec(topic);
  const unitMs = UNIT_MS.get(match?.[2] ?? '');
  return match === null || unitMs === undefined ? undefined : Number(match[1]) * unitMs;
};

/** Where it is, for a person. */
export const nameOf = ({ topic, partition, offset }: StoredRecord): string =>
  `${topic.replace(/^.*\.(?=retry\.)/, '')}-${partition}@${offset}`;

/** The record, or what is wrong with its headers. */
export const readRetryRecord = (stored: StoredRecord): RetryRecord | string => {
  const one = (name: string): string => {
    const found = stored.headers.filter((header) => header.name === name);
    return found.length === 1 ? textOf(found[0]?.value ?? null) : '';
  };
  const record: RetryRecord = {
    stored,
    id: one('x-lanes-id'),
    attempts: Number(one('x-lanes-attempts') || Number.NaN),
    arm: one('x-lanes-arm'),
    delayMs: Number(one('x-lanes-delay-ms') || Number.NaN),
    dueMs: Date.parse(one('x-lanes-due')),
    valueOmitted: one('x-lanes-value-omitted') === 'true',
  };
  if (record.id === '') return 'has not one x-lanes-id';
  if (!Number.isInteger(record.attempts)) return 'has no number of attempts';
  if (!/^\d+\.\d+$/.test(record.arm)) return `has the arm "${record.arm}"`;
  if (record.delayMs !== delayOfTopic(stored.topic)) return `says a delay of ${record.delayMs} ms`;
  if (Number.isNaN(record.dueMs)) return 'says no time when it is due';
  return record;
};
