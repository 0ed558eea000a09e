/**
 * A lane log as a service with very many failing keys would have left it, written with the codec: one lane for each
 * key with its head, an hour from its next run, and a checkpoint of sequence 1000. For one partition.
 */
import { encodeLane, followerKey, laneLogKey } from '../../src/lanes/lane-log.js';
import { encodeRecord } from '../../src/lanes/record-codec.js';
import { idText, sourceId } from '../../src/lanes/record-id.js';
import type { ConsumedRecord, ProducedRecord } from '../../src/record/record.js';
import { commitOffset, epochMs, offset, partition } from '../../src/record/units.js';
import { CHECKPOINT_KEY, encodeCheckpoint } from '../../src/state/checkpoint.js';
import { fillingProducer } from './open-clients.js';

const AT_ONCE = 10_000;
/** Offsets that the source has not reached: at those that it has are other records. */
const FIRST_OFFSET = 1_000_000;
const HOUR_MS = 3_600_000;
const P0 = partition(0);
/** What the group must have committed for the lane log, so that the checkpoint counts. */
export const MANY_LANES_SEQUENCE = 1000;

export const laneValueOf = (i: number): Buffer =>
  Buffer.from(
    JSON.stringify({
      userId: `00000000-0000-4000-8000-${String(i).padStart(12, '0')}`,
      updatedFields: ['email'],
      timestamp: '2026-01-01T00:00:00Z',
      metadata: { source: 'test', correlationId: '00000000-0000-4000-8000-000000000000' },
    }),
  );

const entriesOf = (laneLog: string, source: string, i: number, nowMs: number): readonly ProducedRecord[] => {
  const key = Buffer.from(`user-${i}`);
  const headers = [{ name: '__TypeId__', value: Buffer.from('com.example.UserUpdatedEvent') }];
  const at = { topic: source, partition: P0, offset: offset(FIRST_OFFSET + i) };
  const record: ConsumedRecord = { ...at, timestamp: epochMs(nowMs), key, value: laneValueOf(i), headers };
  const id = sourceId(record);
  const failure = {
    reason: 'directory-unavailable',
    name: 'RetryableError',
    message: '503',
    retryable: true,
  };
  const state = {
    status: 'retrying' as const,
    attempts: 2,
    delayMs: HOUR_MS,
    due: epochMs(nowMs + HOUR_MS),
    firstFailureAt: epochMs(nowMs),
    copied: false,
    failure,
  };
  const arm = { sequence: 1, ordinal: i + 1 };
  const entry = (logKey: Buffer, value: Buffer): ProducedRecord => ({
    topic: laneLog,
    partition: P0,
    key: logKey,
    value,
    headers: [],
  });
  return [
    entry(followerKey(id), encodeRecord(record)),
    entry(laneLogKey({ kind: 'keyed', key }), encodeLane({ state, head: idText(id), arm })),
  ];
};

export interface ManyLanes {
  readonly bootstrapServers: string;
  readonly source: string;
  readonly laneLog: string;
  readonly lanes: number;
}

/** The lane log must be there. The group's offsets, `MANY_LANES_SEQUENCE` and 0, are the caller's to set. */
export const writeManyLanes = async ({
  bootstrapServers,
  source,
  laneLog,
  lanes,
}: ManyLanes): Promise<void> => {
  const producer = await fillingProducer(bootstrapServers);
  const nowMs = Date.now();
  for (let from = 0; from < lanes; from += AT_ONCE) {
    const some = Array.from({ length: Math.min(AT_ONCE, lanes - from) }, (_, i) =>
      entriesOf(laneLog, source, from + i, nowMs),
    );
    await producer.send(some.flat());
  }
  const checkpoint = {
    sequence: MANY_LANES_SEQUENCE,
    guarantee: 'exactly_once_v2',
    source: new Map([[source, commitOffset(0)]]),
    inputs: new Map(),
    adopted: new Map(),
  } as const;
  await producer.send([
    {
      topic: laneLog,
      partition: P0,
      key: CHECKPOINT_KEY,
      value: encodeCheckpoint(checkpoint),
      headers: [],
    },
  ]);
  await producer.close();
};
