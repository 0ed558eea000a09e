/**
 * What an operator may ask of a lane, as a record of the commands topic, and what became of it. Pure.
 * A command names the record that it means, not only a key: the lane may have gone on since the operator
 * looked (review F11). A redrive holds the whole record: the task never reads the dead letter queue.
 */
import type { ConsumedRecord } from '../record/record.js';
import type { EpochMs } from '../record/units.js';
import { epochMs, offset, partition } from '../record/units.js';
import { ownedCopy } from './lane-record.js';

export type Command =
  | {
      readonly kind: 'release' | 'skip';
      readonly key: Buffer | null;
      /** As `idText` writes it. */
      readonly head: string;
      /** Offset of the head's notice in the dead letter queue, when the operator knew it. */
      readonly deadLetter: number | null;
      readonly by: string;
    }
  | {
      readonly kind: 'redrive';
      readonly key: Buffer | null;
      /** Offset of the dead letter in its partition. */
      readonly deadLetter: number;
      readonly record: ConsumedRecord;
      readonly by: string;
    }
  | {
      readonly kind: 'dismiss';
      readonly key: Buffer | null;
      readonly deadLetter: number;
      readonly why: string;
      readonly by: string;
    };

export interface CommandOutcome {
  /** `unknown`: it could not be read as one. */
  readonly command: Command['kind'] | 'unknown';
  /** `ignored`: nothing matched any more; `refused`: it must not be done, `why` says for what reason. */
  readonly outcome: 'done' | 'ignored' | 'refused';
  readonly why: string;
  readonly deadLetter: number | null;
  /** The command's own time, as its topic has it. */
  readonly askedAt: EpochMs;
  readonly at: EpochMs;
}

const OUTCOMES = ['done', 'ignored', 'refused'];
const COMMANDS = ['release', 'skip', 'redrive', 'dismiss', 'unknown'];

export const isCommandOutcome = (value: unknown): value is CommandOutcome => {
  const { command, outcome, why, deadLetter, askedAt, at } = value as Record<string, unknown>;
  return (
    COMMANDS.includes(command as string) &&
    OUTCOMES.includes(outcome as string) &&
    typeof why === 'string' &&
    (deadLetter === null || Number.isSafeInteger(deadLetter)) &&
    Number.isSafeInteger(askedAt) &&
    Number.isSafeInteger(at)
  );
};

const VERSION = 1;
/** Kafka's are signed 32-bit numbers. */
const MAX_PARTITION = 0x7fff_ffff;
const base64 = (bytes: Buffer | null): string | null => bytes?.toString('base64') ?? null;

const writtenRecord = (record: ConsumedRecord): object => ({
  topic: record.topic,
  partition: record.partition,
  offset: record.offset,
  timestamp: record.timestamp,
  key: base64(record.key),
  value: base64(record.value),
  headers: record.headers.map(({ name, value }) => [name, base64(value)]),
});

export const encodeCommand = (command: Command): Buffer => {
  const { kind, key, ...rest } = command;
  const record = command.kind === 'redrive' ? { record: writtenRecord(command.record) } : {};
  return Buffer.from(JSON.stringify({ v: VERSION, command: kind, key: base64(key), ...rest, ...record }));
};

type Fields = Readonly<Record<string, unknown>>;

/** As this file writes it: text that was cut still decodes, to other bytes than the operator saw. */
const isBase64 = (value: unknown): value is string =>
  typeof value === 'string' && Buffer.from(value, 'base64').toString('base64') === value;
const isBytes = (value: unknown): value is string | null => value === null || isBase64(value);
const bytesOf = (value: string | null): Buffer | null =>
  value === null ? null : Buffer.from(value, 'base64');
const isCount = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) >= 0;
const isPartition = (value: unknown): value is number => isCount(value) && value <= MAX_PARTITION;
const isSameKey = (one: Buffer | null, other: Buffer | null): boolean =>
  one === null || other === null ? one === other : one.equals(other);
const isHeader = (value: unknown): value is [string, string | null] =>
  Array.isArray(value) && value.length === 2 && typeof value[0] === 'string' && isBytes(value[1]);

const readRecord = (fields: Fields): ConsumedRecord | string => {
  const { topic, partition: number, offset: at, timestamp, key, value, headers } = fields;
  if (typeof topic !== 'string' || !isPartition(number) || !isCount(at)) return 'its record has no place';
  if (!Number.isInteger(timestamp)) return 'its record has no timestamp';
  if (!isBytes(key) || !isBytes(value)) return 'key or value of its record are not base64';
  if (!Array.isArray(headers) || !headers.every(isHeader)) return 'its record has no headers';
  return ownedCopy({
    topic,
    partition: partition(number),
    offset: offset(at),
    timestamp: epochMs(timestamp as number),
    key: bytesOf(key),
    value: bytesOf(value),
    headers: headers.map(([name, text]) => ({ name, value: bytesOf(text) })),
  });
};

/** The command, or why it is none: then its outcome is `refused`, and nothing happens. */
export const decodeCommand = (value: Buffer | null): Command | string => {
  let fields: Fields | null;
  try {
    fields = JSON.parse(value?.toString() ?? '') as Fields | null;
  } catch {
    return 'it is not JSON';
  }
  if (fields?.['v'] !== VERSION) return `its version is not ${VERSION}`;
  const { command: kind, key, head, deadLetter, record, why, by } = fields;
  if (!isBytes(key)) return 'its key is not base64';
  const common = { key: bytesOf(key), by: typeof by === 'string' ? by : '' };
  if (kind === 'release' || kind === 'skip') {
    if (typeof head !== 'string') return 'it names no head';
    return { kind, head, deadLetter: isCount(deadLetter) ? deadLetter : null, ...common };
  }
  if (!isCount(deadLetter)) return 'it names no dead letter';
  if (kind === 'dismiss') return { kind, deadLetter, why: typeof why === 'string' ? why : '', ...common };
  if (kind !== 'redrive' || typeof record !== 'object' || record === null) return 'it is of no known kind';
  const read = readRecord(record as Fields);
  if (typeof read === 'string') return read;
  // By the one the task finds the lane, by the other a restore does.
  if (!isSameKey(read.key, common.key)) return 'its key is not that of its record';
  return { kind, deadLetter, record: read, ...common };
};
