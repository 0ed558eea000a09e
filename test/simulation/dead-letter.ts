/** A record of the dead letter queue, as an independent reader understands it. */
import type { ConsumedRecord } from '../../src/record/record.js';
import { epochMs, type EpochMs } from '../../src/record/units.js';
import type { TaskFacts } from './task-facts.js';

export interface DeadLetter {
  readonly at: ConsumedRecord;
  readonly task: TaskFacts;
  /** As the record had it in its lane: `topic-partition-offset`, or `dlq-partition-offset`. */
  readonly id: string;
  readonly topic: string;
  readonly offset: number;
  readonly timestamp: EpochMs;
  readonly reason: string;
  readonly attempts: number;
  /** Of a parked head: not an end. */
  readonly isNotice: boolean;
  readonly isRedriven: boolean;
  /** The head whose lane was full. */
  readonly cause: string | null;
}

const header = ({ headers }: ConsumedRecord, name: string): string | null =>
  headers.find((one) => one.name === name)?.value?.toString() ?? null;

export const readDeadLetter = (at: ConsumedRecord, task: TaskFacts): DeadLetter => {
  const id = header(at, 'x-lanes-id') ?? '?';
  return {
    at,
    task,
    id,
    topic: header(at, '__streams.errors.topic') ?? '?',
    offset: Number(header(at, '__streams.errors.offset')),
    timestamp: epochMs(Number(header(at, 'x-lanes-timestamp') ?? at.timestamp)),
    reason: header(at, 'x-lanes-reason') ?? '?',
    attempts: Number(header(at, 'x-lanes-attempts')),
    isNotice: header(at, 'x-lanes-state') === 'parked',
    isRedriven: id.startsWith('dlq-'),
    cause: header(at, 'x-lanes-cause'),
  };
};
