/**
 * Replays changelog partitions from their start to a given end, several at a time over the one log
 * consumer. It promises that every committed record below the end is handed over, in order, before a
 * replay resolves; it decides nothing about what it reads.
 * A partition whose end waits for a dead peer's transaction delays only its own replay.
 */
import type { CommitOffset } from '../record/units.js';
import type { Clock } from '../ports/clock.js';
import { sleep } from '../ports/clock.js';
import type { LogConsumer } from '../ports/consumer.js';
import { isKafkaError } from '../ports/kafka-error.js';
import type { RecordBatch } from '../ports/record-batch.js';
import type { TopicPartition, TopicPartitionOffset } from '../ports/topic-partition.js';
import { partitionName } from '../ports/topic-partition.js';
import { after } from '../record/units.js';

/** Called for each record in order; the key and value are views of the batch. */
export type ReplayedRecord = (key: Buffer | null, value: Buffer | null) => void;

interface Replay {
  readonly of: TopicPartition;
  readonly end: CommitOffset;
  readonly onRecord: ReplayedRecord;
  readonly finish: (error?: unknown) => void;
  position: CommitOffset;
  /** False until a poll has been issued after its assignment: batches of earlier polls are not its own. */
  assigned: boolean;
}

const POLL_RECORDS = 1000;
const POLL_TIMEOUT_MS = 100;
const ERROR_PAUSE_MS = 500;

export class LogReplayer {
  readonly #active = new Map<string, Replay>();
  #polling = false;
  #assignmentDue = false;
  #closed = false;

  constructor(
    private readonly consumer: LogConsumer,
    private readonly clock: Clock,
  ) {}

  /**
   * Resolves once everything committed below `end` was handed to `onRecord`. Rejects when `signal` is
   * aborted, when `onRecord` throws, and with a KafkaError that is fatal to the consumer.
   */
  replay(
    of: TopicPartition,
    from: CommitOffset,
    end: CommitOffset,
    onRecord: ReplayedRecord,
    signal: AbortSignal,
  ): Promise<void> {
    if (from >= end) return Promise.resolve();
    return new Promise((resolve, reject) => {
      const name = partitionName(of);
      if (this.#closed || signal.aborted || this.#active.has(name)) {
        return reject(new Error(`The replay of ${name} cannot start: it is closed, aborted or under way`));
      }
      const aborted = (): void => finish(signal.reason);
      const finish = (error?: unknown): void => {
        if (this.#active.get(name) !== replay) return;
        signal.removeEventListener('abort', aborted);
        this.#active.delete(name);
        this.#assignmentDue = true;
        if (error === undefined) resolve();
        else
          reject(
            error instanceof Error
              ? error
              : new Error(`The replay of ${name} was given up`, { cause: error }),
          );
      };
      const replay: Replay = { of, end, onRecord, finish, position: from, assigned: false };
      signal.addEventListener('abort', aborted, { once: true });
      this.#active.set(name, replay);
      this.#assignmentDue = true;
      if (!this.#polling) void this.#poll();
    });
  }

  /** Rejects what is under way; the consumer is closed by whoever made it. */
  close(): void {
    this.#closed = true;
    this.#failAll(new Error('The restore was closed'));
  }

  #failAll(error: unknown): void {
    for (const replay of [...this.#active.values()]) replay.finish(error);
  }

  /** Only between polls: a poll under way could mix records of two assignments. */
  #reassign(): void {
    if (!this.#assignmentDue || this.#closed) return;
    this.#assignmentDue = false;
    const positions: TopicPartitionOffset[] = [];
    for (const replay of this.#active.values()) {
      positions.push({ ...replay.of, offset: replay.position });
      replay.assigned = true;
    }
    this.consumer.assign(positions);
  }

  async #poll(): Promise<void> {
    this.#polling = true;
    while (this.#active.size > 0) await this.#pollOnce();
    this.#polling = false;
    try {
      this.#reassign();
    } catch {
      // The consumer is gone, and with it its assignment; a later replay says so.
    }
  }

  async #pollOnce(): Promise<void> {
    try {
      this.#reassign();
      this.#take(await this.consumer.poll(POLL_RECORDS, POLL_TIMEOUT_MS));
    } catch (error) {
      const stopped = isKafkaError(error) ? error.stopped : undefined;
      if (stopped !== undefined) this.#active.get(partitionName(stopped))?.finish(error);
      else if (!isKafkaError(error) || error.kind === 'fatal' || error.kind === 'fenced')
        this.#failAll(error);
      else await sleep(this.clock, ERROR_PAUSE_MS);
    }
  }

  #take(batch: RecordBatch): void {
    for (let i = 0; i < batch.length; i++) {
      const replay = this.#active.get(`${batch.topic(i)}-${batch.partition(i)}`);
      const offset = batch.offset(i);
      // Below the position: read twice over a reassignment. At or above the end: written after the end was taken.
      if (!replay?.assigned || offset < replay.position) continue;
      if (offset < replay.end) {
        try {
          replay.onRecord(batch.key(i), batch.value(i));
        } catch (error) {
          replay.finish(error);
          continue;
        }
      }
      replay.position = after(offset);
      if (replay.position >= replay.end) replay.finish();
    }
    for (const end of batch.ends) {
      const replay = this.#active.get(partitionName(end));
      if (!replay?.assigned) continue;
      if (end.offset > replay.position) replay.position = end.offset;
      if (end.offset >= replay.end) replay.finish();
    }
  }
}
