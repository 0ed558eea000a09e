/**
 * What a task has decided and not yet committed: records in the order in which they were decided,
 * positions that only grow, and the tallies that become metrics once it is committed.
 * All of it enters one transaction or none does. Never shared between tasks.
 */
import type { MessageOutcome, Telemetry } from '../ports/telemetry.js';
import type { EpochMs, CommitOffset } from '../record/units.js';
import type { ProducedRecord } from '../record/record.js';

type CountsByType = Map<string, { processed: number; deadLetters: number }>;

export class WriteSet {
  readonly records: ProducedRecord[] = [];
  /** Of their keys and values. */
  bytes = 0;
  /** The position to read next, by source topic. */
  readonly positions = new Map<string, CommitOffset>();
  /** Source records decided, and the bytes that they hold until the commit. */
  decided = 0;
  decidedBytes = 0;
  /** When the oldest of them was read. */
  oldestReadAt: EpochMs | undefined;
  /** A checkpoint is owed although nothing was decided. */
  checkpointDue = false;

  readonly #messages = new Map<string, CountsByType>();
  readonly #deadLetters = new Map<string, Map<string, number>>();
  readonly #retries = new Map<string, Map<string, number>>();

  get isEmpty(): boolean {
    return this.decided === 0 && this.records.length === 0 && !this.checkpointDue;
  }

  /** One record to be written. */
  add(record: ProducedRecord): void {
    this.records.push(record);
    this.bytes += (record.key?.length ?? 0) + (record.value?.length ?? 0);
  }

  /** One source record left the emission queue. */
  decide(
    topic: string,
    next: CommitOffset,
    bytes: number,
    readAt: EpochMs,
    type: string,
    outcome: MessageOutcome,
  ): void {
    this.positions.set(topic, next);
    this.decided += 1;
    this.decidedBytes += bytes;
    this.oldestReadAt ??= readAt;
    let byType = this.#messages.get(topic);
    if (byType === undefined) this.#messages.set(topic, (byType = newCounts()));
    let counts = byType.get(type);
    if (counts === undefined) byType.set(type, (counts = { processed: 0, deadLetters: 0 }));
    if (outcome === 'processed') counts.processed += 1;
    else counts.deadLetters += 1;
  }

  deadLetter(topic: string, reason: string): void {
    count(this.#deadLetters, topic, reason, 1);
  }

  retry(topic: string, reason: string): void {
    count(this.#retries, topic, reason, 1);
  }

  /** Reports what is now committed. */
  tell(telemetry: Telemetry, nowMs: EpochMs): void {
    for (const [topic, byType] of this.#messages) {
      for (const [type, { processed, deadLetters }] of byType) {
        if (processed > 0) telemetry.messages(topic, type, 'processed', processed);
        if (deadLetters > 0) telemetry.messages(topic, type, 'dead-letter', deadLetters);
      }
      if (this.oldestReadAt !== undefined) telemetry.latency(topic, Math.max(0, nowMs - this.oldestReadAt));
    }
    for (const [topic, reasons] of this.#deadLetters) {
      for (const [reason, n] of reasons) telemetry.deadLetters(topic, reason, n);
    }
    for (const [topic, reasons] of this.#retries) {
      for (const [reason, n] of reasons) telemetry.retries(topic, 'immediate', reason, n);
    }
  }
}

const newCounts = (): CountsByType => new Map();

type Counts = Map<string, Map<string, number>>;

const count = (into: Counts, topic: string, reason: string, n: number): void => {
  const reasons = into.get(topic) ?? new Map<string, number>();
  into.set(topic, reasons);
  reasons.set(reason, (reasons.get(reason) ?? 0) + n);
};
