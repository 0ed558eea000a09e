/**
 * What a task has decided and not yet committed: records in the order in which they were decided,
 * changes of its changelog, positions that only grow, and the tallies that become metrics once it is
 * committed. All of it enters one transaction or none does. Never shared between tasks.
 */
import type { MessageOutcome, Telemetry } from '../ports/telemetry.js';
import type { EpochMs, CommitOffset } from '../record/units.js';
import type { OutputRecord } from '../record/output-record.js';
import type { ProducedHeader, ProducedRecord } from '../record/record.js';
import { PlainRecords, type RecordBuffer, type RecordList } from '../record/record-list.js';
import type { TopicPartition } from '../ports/topic-partition.js';
import type { Stamping } from './changelog-writes.js';
import { ChangelogWrites } from './changelog-writes.js';
import { Tallies } from './tallies.js';

/** A write-set as it is written. The same lists whenever it comes again. */
export interface SealedSet {
  readonly records: RecordList;
  readonly changelog: readonly (readonly ProducedRecord[])[];
}

/** Of a source topic, the records that were decided of it. */
export interface Passed {
  /** When the first of them was read. */
  readonly readAt: EpochMs;
  /** The oldest of their timestamps, and that of the last; infinite and negative: none has one. */
  oldest: number;
  last: number;
}

const NO_HEADERS: readonly ProducedHeader[] = [];

/** What a changelog entry weighs whose value is made only when the set is sealed, about. */
const STAMPED_BYTES = 400;

export class WriteSet {
  /** Of keys and values, changelog included. */
  bytes = 0;
  /** The position to read next, by topic: of sources and of the task's other inputs. */
  readonly positions = new Map<string, CommitOffset>();
  /** Source records decided, and the bytes that they hold until the commit. */
  decided = 0;
  decidedBytes = 0;
  /** A checkpoint is owed although nothing was decided. */
  checkpointDue = false;

  readonly #changelog = new ChangelogWrites();
  #sealed: SealedSet | undefined;
  readonly #passed = new Map<string, Passed>();
  readonly tallies = new Tallies();

  /** `buffer`: an empty one, for what is added. */
  constructor(private readonly buffer: RecordBuffer = new PlainRecords()) {}

  /** As they are written, in the order of decision. */
  get records(): RecordList {
    return this.buffer;
  }

  get isEmpty(): boolean {
    return (
      this.decided === 0 && this.buffer.length === 0 && this.#changelog.size === 0 && !this.checkpointDue
    );
  }

  /** By source topic, what was decided of it. */
  get passed(): ReadonlyMap<string, Readonly<Passed>> {
    return this.#passed;
  }

  /** One record to be written. */
  add(record: OutputRecord): void {
    this.bytes += this.buffer.add(record);
  }

  /** A changelog entry that others will speak of. */
  append(key: Buffer, value: Buffer): void {
    this.#changelog.append(key, value);
    this.bytes += key.length + value.length;
  }

  /** A changelog entry in its last state. `triggerBytes`: key and value of the record that goes with it. */
  put(key: Buffer, stamping: Stamping, triggerBytes = 0): void {
    this.#changelog.put(key, stamping);
    this.bytes += key.length + STAMPED_BYTES + triggerBytes;
  }

  remove(key: Buffer): void {
    this.#changelog.remove(key);
    this.bytes += key.length;
  }

  /** When the transaction of this sequence begins; a set that comes again has its sequence again. */
  seal(sequence: number, { topic, partition }: TopicPartition): SealedSet {
    if (this.#sealed !== undefined) return this.#sealed;
    if (this.#changelog.size === 0) return (this.#sealed = { records: this.buffer, changelog: [] });
    const { triggers, stages } = this.#changelog.seal(sequence);
    this.buffer.addAll(triggers);
    return (this.#sealed = {
      records: this.buffer,
      changelog: stages.map((stage) =>
        stage.map(({ key, value }) => ({ topic, partition, key, value, headers: NO_HEADERS })),
      ),
    });
  }

  /** One source record left the emission queue, and this is what became of it. */
  decide(
    topic: string,
    next: CommitOffset,
    bytes: number,
    readAt: EpochMs,
    type: string,
    outcome: MessageOutcome,
    timestamp: EpochMs = readAt,
  ): void {
    this.pass(topic, next, bytes, readAt, timestamp);
    this.tallies.message(topic, type, outcome, timestamp);
  }

  /** One source record left the emission queue; what becomes of it is not known yet. */
  pass(topic: string, next: CommitOffset, bytes: number, readAt: EpochMs, timestamp: EpochMs): void {
    this.positions.set(topic, next);
    this.decided += 1;
    this.decidedBytes += bytes;
    let passed = this.#passed.get(topic);
    if (passed === undefined)
      this.#passed.set(topic, (passed = { readAt, oldest: Number.POSITIVE_INFINITY, last: -1 }));
    if (timestamp < 0) return;
    if (timestamp < passed.oldest) passed.oldest = timestamp;
    passed.last = timestamp;
  }

  /** It is committed, and comes no more. */
  release(): void {
    this.buffer.release();
  }

  /** Reports what is now committed. */
  tell(telemetry: Telemetry, nowMs: EpochMs): void {
    this.tallies.tell(telemetry, nowMs);
    for (const [topic, { readAt }] of this.#passed)
      telemetry.latency(topic, 'read-to-commit', Math.max(0, nowMs - readAt));
  }
}
