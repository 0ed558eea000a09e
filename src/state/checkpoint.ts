/**
 * The checkpoint: one record of a task's lane log, written in every transaction of the task, absolute
 * and never a difference. Its sequence is also committed as the group's offset of the lane-log
 * partition, so that a restore can prove that log and offsets are of the same transaction (DESIGN §6).
 * Pure.
 */
import type { CommitOffset } from '../record/units.js';
import { commitOffset } from '../record/units.js';
import { NotRetryableError } from '../record/record-error.js';

export interface Checkpoint {
  /** 1 for the first; one more in every transaction of this partition, whoever owns it. */
  readonly sequence: number;
  /** Written under at_least_once: then it may be ahead of the committed offsets after a crash. */
  readonly guarantee: 'exactly_once_v2' | 'at_least_once';
  /** The position to read next, by source topic. */
  readonly source: ReadonlyMap<string, CommitOffset>;
  /** That of the task's other inputs, by topic: every retry topic ever used, and the commands. */
  readonly inputs: ReadonlyMap<string, CommitOffset>;
  /** By source topic: where an operator's reset was adopted last. Order per key starts afresh there (review F16). */
  readonly adopted: ReadonlyMap<string, CommitOffset>;
}

/** One byte, the kind of the entry: see the table in src/lanes/lane-log.ts. */
export const CHECKPOINT_KEY: Buffer = Buffer.from([0x03]);

const VERSION = 2;
/** Had no other inputs than the source. */
const FIRST_VERSION = 1;

interface Encoded {
  readonly version: number;
  readonly sequence: number;
  readonly guarantee: Checkpoint['guarantee'];
  readonly source: Readonly<Record<string, number>>;
  readonly inputs?: Readonly<Record<string, number>>;
  readonly adopted?: Readonly<Record<string, number>>;
}

export const encodeCheckpoint = (of: Checkpoint): Buffer => {
  const encoded: Encoded = {
    version: VERSION,
    sequence: of.sequence,
    guarantee: of.guarantee,
    source: Object.fromEntries(of.source),
    inputs: Object.fromEntries(of.inputs),
    ...(of.adopted.size === 0 ? {} : { adopted: Object.fromEntries(of.adopted) }),
  };
  return Buffer.from(JSON.stringify(encoded));
};

const isCount = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) >= 0;

const corrupt = (what: string, cause?: unknown): NotRetryableError =>
  new NotRetryableError(
    'deserialization',
    `The checkpoint in the lane log cannot be read: ${what}. Was it written by a newer version?`,
    { cause },
  );

/** Throws NotRetryableError: a checkpoint that cannot be read must refuse the partition, never be skipped. */
export const decodeCheckpoint = (value: Buffer): Checkpoint => {
  let read: Partial<Encoded> | null;
  try {
    read = JSON.parse(value.toString('utf8')) as Partial<Encoded> | null;
  } catch (cause) {
    throw corrupt('it is not JSON', cause);
  }
  if (read?.version !== VERSION && read?.version !== FIRST_VERSION)
    throw corrupt(`its version is not ${VERSION}`);
  const { sequence, guarantee, source, inputs = {}, adopted = {} } = read;
  if (!isCount(sequence)) throw corrupt('its sequence is no count');
  if (guarantee !== 'exactly_once_v2' && guarantee !== 'at_least_once')
    throw corrupt('its guarantee is unknown');
  return {
    sequence,
    guarantee,
    source: positionsOf(source),
    inputs: positionsOf(inputs),
    adopted: positionsOf(adopted),
  };
};

const positionsOf = (read: unknown): ReadonlyMap<string, CommitOffset> => {
  if (typeof read !== 'object' || read === null || Array.isArray(read)) throw corrupt('it has no positions');
  const positions = new Map<string, CommitOffset>();
  for (const [topic, position] of Object.entries(read as Record<string, unknown>)) {
    if (!isCount(position)) throw corrupt(`the position of ${topic} is no offset`);
    positions.set(topic, commitOffset(position));
  }
  return positions;
};
