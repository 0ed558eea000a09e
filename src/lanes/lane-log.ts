/**
 * Keys and values of the lane log: what is written of lanes, followers and commands, and how it is read
 * again. Absolute, never a difference; binary-safe: the first byte of a key is its kind, and a follower's
 * value is an encoded record, so that a record without a value is no tombstone. Pure.
 *
 * | key                                     | value                                          |
 * | --------------------------------------- | ---------------------------------------------- |
 * | 01 00 key bytes                         | the lane of that key, JSON                     |
 * | 01 01 record id                         | the lane of one record without a key, JSON     |
 * | 02 00 offset (u64) topic                | a follower or head from the source, encoded    |
 * | 02 01 offset (u64) partition            | one that was redriven from a dead letter       |
 * | 03                                      | the checkpoint (src/state/checkpoint.ts), JSON |
 * | 04 offset (u64)                         | what became of a command, JSON                 |
 * | 05 …                                    | a state store's: src/state/store-log.ts        |
 */
import { isUtf8 } from 'node:buffer';
import { NotRetryableError } from '../record/record-error.js';
import { epochMs } from '../record/units.js';
import type { Arm } from './arm.js';
import type { CommandOutcome } from './command.js';
import { isCommandOutcome } from './command.js';
import type { LaneState } from './lane-state.js';
import { ownedBytes } from './owned-bytes.js';
import type { RecordId } from './record-id.js';
import { idText } from './record-id.js';
import { writeOffset } from './write-offset.js';

const LANE = 0x01;
const FOLLOWER = 0x02;
const CHECKPOINT = 0x03;
const COMMAND = 0x04;
const FIRST = 0x00;
const SECOND = 0x01;

/** Which lane: by its key, or by its one record when that has none. */
export type LaneKey =
  { readonly kind: 'keyed'; readonly key: Buffer } | { readonly kind: 'keyless'; readonly record: string };

export type LaneLogKey =
  | { readonly kind: 'lane'; readonly lane: LaneKey }
  /** `partition` of a source record is the lane log's own. */
  | { readonly kind: 'follower'; readonly id: RecordId }
  | { readonly kind: 'checkpoint' }
  | { readonly kind: 'command'; readonly offset: number };

/** The lane in the log: its state, the record at its head, and the arm of its retry record. */
export interface LoggedLane {
  readonly state: LaneState;
  /** As `idText` writes it. */
  readonly head: string;
  readonly arm: Arm | null;
}

export const laneKeyOf = (key: Buffer | null, id: RecordId): LaneKey =>
  key === null ? { kind: 'keyless', record: idText(id) } : { kind: 'keyed', key };

/** A name for maps: one character per byte of a key; no key has a character beyond a byte. */
export const slotOf = (lane: LaneKey): string =>
  lane.kind === 'keyed' ? lane.key.toString('latin1') : `\u0100${lane.record}`;

export const laneLogKey = (lane: LaneKey): Buffer =>
  lane.kind === 'keyed'
    ? Buffer.concat([Buffer.from([LANE, FIRST]), lane.key])
    : Buffer.concat([Buffer.from([LANE, SECOND]), Buffer.from(lane.record)]);

export const followerKey = (id: RecordId): Buffer => {
  const name = id.kind === 'source' ? id.topic : String(id.partition);
  const key = Buffer.allocUnsafe(10 + Buffer.byteLength(name));
  key[0] = FOLLOWER;
  key[1] = id.kind === 'source' ? FIRST : SECOND;
  key.write(name, writeOffset(key, id.offset, 2));
  return key;
};

export const commandKey = (offset: number): Buffer => {
  const key = Buffer.allocUnsafe(9);
  key[0] = COMMAND;
  writeOffset(key, offset, 1);
  return key;
};

/**
 * `partition` is the lane log's. Throws NotRetryableError for a key that no version has written: also for
 * another spelling of one that would be, so that no two keys ever mean one entry.
 */
export const parseLaneLogKey = (key: Buffer, partition: number): LaneLogKey => {
  if (key[0] === CHECKPOINT && key.length === 1) return { kind: 'checkpoint' };
  if (key[0] === COMMAND && key.length === 9) return { kind: 'command', offset: offsetAt(key, 1) };
  if (key[0] === LANE && key[1] === FIRST)
    return { kind: 'lane', lane: { kind: 'keyed', key: ownedBytes(key.subarray(2)) } };
  if (key[0] === LANE && key[1] === SECOND)
    return { kind: 'lane', lane: { kind: 'keyless', record: textFrom(key, 2) } };
  if (key[0] === FOLLOWER && key.length > 10) {
    const offset = offsetAt(key, 2);
    const name = textFrom(key, 10);
    if (key[1] === FIRST) return { kind: 'follower', id: { kind: 'source', topic: name, partition, offset } };
    if (key[1] === SECOND && /^(0|[1-9]\d{0,9})$/.test(name))
      return { kind: 'follower', id: { kind: 'redriven', partition: Number(name), offset } };
  }
  throw corrupt('a key of an unknown kind');
};

const offsetAt = (key: Buffer, at: number): number => {
  const offset = Number(key.readBigUInt64BE(at));
  if (!Number.isSafeInteger(offset)) throw corrupt('a key with an offset that is none');
  return offset;
};

const textFrom = (key: Buffer, at: number): string => {
  const bytes = key.subarray(at);
  if (!isUtf8(bytes)) throw corrupt('a key with a name that is no text');
  return bytes.toString();
};

const VERSION = 1;

export const encodeLane = ({ state, head, arm }: LoggedLane): Buffer =>
  Buffer.from(
    JSON.stringify({
      v: VERSION,
      status: state.status,
      head,
      attempts: state.attempts,
      delayMs: state.delayMs,
      due: state.due,
      arm: arm && [arm.sequence, arm.ordinal],
      firstFailure: state.firstFailureAt,
      copied: state.copied,
      failure: state.failure,
    }),
  );

const corrupt = (what: string, cause?: unknown): NotRetryableError =>
  new NotRetryableError(
    'deserialization',
    `an entry of the lane log cannot be read: ${what}. Was it written by a newer version?`,
    { cause },
  );

const parsed = (value: Buffer, what: string): Record<string, unknown> => {
  let read: unknown;
  try {
    read = JSON.parse(value.toString());
  } catch (cause) {
    throw corrupt(`${what} is not JSON`, cause);
  }
  if (typeof read !== 'object' || read === null) throw corrupt(`${what} is no object`);
  const fields = read as Record<string, unknown>;
  if (fields['v'] !== VERSION) throw corrupt(`the version of ${what} is not ${VERSION}`);
  return fields;
};

const isCount = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) >= 0;
const isCountOrNull = (value: unknown): value is number | null => value === null || isCount(value);

const isFailure = (value: unknown): value is LaneState['failure'] => {
  if (value === null) return true;
  const { reason, name, message, retryable } = value as Record<string, unknown>;
  return [reason, name, message].every((text) => typeof text === 'string') && typeof retryable === 'boolean';
};

/** Throws NotRetryableError. */
export const decodeLane = (value: Buffer): LoggedLane => {
  const fields = parsed(value, 'a lane');
  const { status, head, attempts, delayMs, due, arm, firstFailure, copied, failure } = fields;
  if (status !== 'retrying' && status !== 'parked') throw corrupt('the status of a lane is unknown');
  if (typeof head !== 'string' || !isCount(attempts) || !isCountOrNull(delayMs) || !isCount(due))
    throw corrupt('a lane lacks its head, its attempts or its due time');
  if (!isCountOrNull(firstFailure) || typeof copied !== 'boolean' || typeof failure !== 'object')
    throw corrupt('a lane lacks what is known of its failures');
  if (!isFailure(failure)) throw corrupt('the failure of a lane is incomplete');
  const pair: readonly unknown[] | null = Array.isArray(arm) ? (arm as unknown[]) : null;
  if (arm !== null && !(pair?.length === 2 && pair.every(isCount)))
    throw corrupt('the arm of a lane is none');
  const [sequence, ordinal] = (pair ?? []) as number[];
  return {
    state: {
      status,
      attempts,
      delayMs,
      due: epochMs(due),
      firstFailureAt: firstFailure === null ? null : epochMs(firstFailure),
      copied,
      failure: failure,
    },
    head,
    arm: sequence === undefined || ordinal === undefined ? null : { sequence, ordinal },
  };
};

export const encodeOutcome = (outcome: CommandOutcome): Buffer =>
  Buffer.from(JSON.stringify({ v: VERSION, ...outcome }));

/** Throws NotRetryableError. */
export const decodeOutcome = (value: Buffer): CommandOutcome => {
  const { v: _, ...written } = parsed(value, 'the outcome of a command');
  // The first ones did not say it: no command has that time.
  const fields = { askedAt: -1, ...written };
  if (!isCommandOutcome(fields)) throw corrupt('the outcome of a command is incomplete');
  return fields;
};
