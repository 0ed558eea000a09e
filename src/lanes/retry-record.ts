/**
 * The record that travels through a retry topic: the trigger of a head's next run, never its truth, which is
 * the lane log's. It has the original key, value and headers for whoever looks into the topic; where that
 * would be too large the value is left out, and the headers too where it still would be. Pure.
 */
import { headerSafe } from '../record/dead-letter.js';
import { decodeHeaders, encodeHeaders, lastHeader } from '../record/headers.js';
import { HEADER_BUDGET_BYTES, exceeds } from '../record/record-size.js';
import type { ConsumedRecord, Headers, ProducedRecord } from '../record/record.js';
import type { Partition } from '../record/units.js';
import type { Arm } from './arm.js';
import { armText, parseArm } from './arm.js';
import type { LaneRecord } from './lane-record.js';
import type { LaneState } from './lane-state.js';

const ARM = 'x-lanes-arm';
const ID = 'x-lanes-id';
export const VALUE_OMITTED = 'x-lanes-value-omitted';

export interface RetryPlace {
  readonly topic: string;
  readonly partition: Partition;
  /** Largest record of a source or output; internal topics take the header budget more. */
  readonly maxMessageBytes: number;
}

export const retryRecord = (
  head: LaneRecord,
  state: LaneState,
  arm: Arm,
  { topic, partition, maxMessageBytes }: RetryPlace,
): ProducedRecord => {
  const own = [
    { name: ID, value: head.name },
    { name: 'x-lanes-attempts', value: String(state.attempts) },
    { name: ARM, value: armText(arm) },
    { name: 'x-lanes-due', value: new Date(state.due).toISOString() },
    { name: 'x-lanes-delay-ms', value: String(state.delayMs ?? 0) },
    { name: 'x-lanes-first-failure', value: new Date(state.firstFailureAt ?? state.due).toISOString() },
    { name: 'x-lanes-reason', value: headerSafe(state.failure?.reason ?? '', 100) },
    { name: 'x-lanes-message', value: state.failure?.message ?? '' },
  ];
  const { key, value, headers } = head.record;
  const whole = { topic, partition, key, value, headers: [...encodeHeaders(headers), ...own] };
  const limitBytes = maxMessageBytes + HEADER_BUDGET_BYTES;
  if (!exceeds(whole, limitBytes)) return whole;
  own.push({ name: VALUE_OMITTED, value: 'true' });
  const withoutValue = { ...whole, value: null, headers: [...encodeHeaders(headers), ...own] };
  if (!exceeds(withoutValue, limitBytes)) return withoutValue;
  return { ...withoutValue, headers: own };
};

/** Of a record that was read from a retry topic: which lane it speaks of and which arm it carries. */
export interface RetryTrigger {
  /** As `idText` writes it. */
  readonly head: string;
  readonly arm: Arm;
}

/** Null: it is none of ours. */
export const retryTrigger = (headers: Headers): RetryTrigger | null => {
  const head = lastHeader(headers, ID);
  const arm = parseArm(lastHeader(headers, ARM));
  return head === undefined || arm === null ? null : { head, arm };
};

/** The headers that the record had before it was written into a topic of ours. */
export const originalHeaders = (record: Pick<ConsumedRecord, 'headers'>): Headers =>
  decodeHeaders(record.headers);
