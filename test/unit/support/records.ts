/** Records and batches for tests of the engine's core, with everything that a test does not care about filled in. */
import type { LedgerStart } from '../../../src/task/task-ledger.js';
import type { RecordBatch } from '../../../src/ports/record-batch.js';
import type { TopicPartition, TopicPartitionOffset } from '../../../src/ports/topic-partition.js';
import type { ConsumedRecord, ProducedRecord } from '../../../src/record/record.js';
import { NO_HEADERS } from '../../../src/record/record.js';
import type { CommitOffset } from '../../../src/record/units.js';
import { commitOffset, epochMs, offset, partition } from '../../../src/record/units.js';
import { ArrayRecordBatch } from '../../../src/testing/array-record-batch.js';

export const SOURCE = 'user.events';
export const AUDIT = 'system.audit';

interface Given {
  readonly topic?: string;
  readonly partition?: number;
  readonly key?: string | Buffer | null;
  readonly value?: string | Buffer | null;
}

const bytes = (of: string | Buffer | null): Buffer | null => (typeof of === 'string' ? Buffer.from(of) : of);

export const consumed = (at: number, given: Given = {}): ConsumedRecord => ({
  topic: given.topic ?? SOURCE,
  partition: partition(given.partition ?? 0),
  offset: offset(at),
  timestamp: epochMs(1_770_000_000_000 + at),
  key: bytes(given.key === undefined ? 'k' : given.key),
  value: bytes(given.value === undefined ? `v${at}` : given.value),
  headers: NO_HEADERS,
});

/** One record for each key, at offsets from 0 on. */
export const consumedOf = (...keys: readonly string[]): readonly ConsumedRecord[] =>
  keys.map((key, at) => consumed(at, { key }));

export const batchOf = (
  records: readonly ConsumedRecord[],
  ends: readonly TopicPartitionOffset[] = [],
): RecordBatch => new ArrayRecordBatch(records, ends);

export const produced = (value: string, given: Given = {}): ProducedRecord => ({
  topic: given.topic ?? AUDIT,
  partition: partition(given.partition ?? 0),
  key: bytes(given.key === undefined ? 'k' : given.key),
  value: bytes(value),
  headers: [],
});

export const textOf = (record: { readonly value: Buffer | null }): string => record.value?.toString() ?? '';

export const at = (topic: string, number: number): TopicPartition => ({
  topic,
  partition: partition(number),
});

export const position = (topic: string, number: number, to: number): TopicPartitionOffset => ({
  topic,
  partition: partition(number),
  offset: commitOffset(to),
});

export const positions = (of: Readonly<Record<string, number>>): ReadonlyMap<string, CommitOffset> =>
  new Map(Object.entries(of).map(([topic, to]) => [topic, commitOffset(to)]));

/** Where a ledger starts that knows no other inputs. */
export const ledgerStart = (
  sequence: number,
  at: ReadonlyMap<string, CommitOffset>,
  checkpointDue = false,
): LedgerStart => ({ sequence, positions: at, inputs: new Map(), adopted: new Map(), checkpointDue });
