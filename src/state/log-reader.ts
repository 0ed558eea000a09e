/**
 * Reads partitions that are assigned by hand, several at a time over the one log consumer: it replays
 * changelogs to a given end, and follows retry topics and commands for as long as a task wants them.
 *
 * It promises that every committed record from the given position on is handed over, in order, once for
 * each reading; a replay resolves only when everything committed below its end was. It decides nothing
 * about what it reads. A partition whose end waits for a dead peer's transaction delays only its own
 * reading. The assignment changes between polls only: a poll under way could mix records of two.
 */
import type { Clock } from '../ports/clock.js';
import { sleep } from '../ports/nap.js';
import type { LogConsumer } from '../ports/consumer.js';
import type { KafkaError } from '../ports/kafka-error.js';
import { asKafkaError, isKafkaError } from '../ports/kafka-error.js';
import type { RecordBatch } from '../ports/record-batch.js';
import type { TopicPartition, TopicPartitionOffset } from '../ports/topic-partition.js';
import { partitionName } from '../ports/topic-partition.js';
import type { CommitOffset } from '../record/units.js';
import { after } from '../record/units.js';

/** Called for each record in order; the key and value are views of the batch. */
export type ReplayedRecord = (key: Buffer | null, value: Buffer | null, next: CommitOffset) => void;

/** Who follows a partition. What it throws ends its reading. */
export interface LogListener {
  /** The record at `index` of the batch; what it keeps of it must be copied. */
  onRecord(batch: RecordBatch, index: number): void;
  /** Everything below has been read: between the last record and this there is none. */
  onPosition(position: CommitOffset): void;
  /** It is not read any more: its position is not in the log, the consumer is closed, or the listener threw. */
  onStopped(error: KafkaError): void;
}

/** A partition that is followed. */
export interface Following {
  /** Records of a poll under way still come. */
  pause(): void;
  resume(): void;
  /** Nothing is handed over after this. */
  stop(): void;
}

interface Reading {
  readonly of: TopicPartition;
  /** A replay's; null: no end. */
  readonly end: CommitOffset | null;
  readonly onRecord: (batch: RecordBatch, index: number) => void;
  readonly onPosition: (position: CommitOffset) => void;
  /** Undefined: the end is reached. */
  readonly finish: (error?: unknown) => void;
  position: CommitOffset;
  /** False until a poll has been issued after its assignment: batches of earlier polls are not its own. */
  assigned: boolean;
  isPaused: boolean;
}

const POLL_RECORDS = 1000;
const POLL_TIMEOUT_MS = 100;
const ERROR_PAUSE_MS = 500;

export class LogReader {
  readonly #active = new Map<string, Reading>();
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
      const aborted = (): void => reading.finish(signal.reason);
      const reading = this.#begin(of, from, end, {
        onRecord: (batch, i) => {
          if (batch.offset(i) < end) onRecord(batch.key(i), batch.value(i), after(batch.offset(i)));
        },
        onPosition: () => undefined,
        finished: (error) => {
          signal.removeEventListener('abort', aborted);
          if (error === undefined) resolve();
          else reject(asError(error, `The replay of ${name} was given up`));
        },
      });
      signal.addEventListener('abort', aborted, { once: true });
    });
  }

  /** Reads on from `from` until it is stopped. Throws when the partition is being read already. */
  follow(of: TopicPartition, from: CommitOffset, listener: LogListener): Following {
    const name = partitionName(of);
    if (this.#closed || this.#active.has(name)) throw new Error(`${name} is read already, or never again`);
    const reading = this.#begin(of, from, null, {
      onRecord: (batch, i) => listener.onRecord(batch, i),
      onPosition: (position) => listener.onPosition(position),
      finished: (error) => {
        if (error !== undefined) listener.onStopped(asKafkaError(error));
      },
    });
    const setPaused = (isPaused: boolean): void => {
      if (reading.isPaused === isPaused || this.#active.get(name) !== reading) return;
      reading.isPaused = isPaused;
      // Else it is done with the assignment.
      if (!reading.assigned) return;
      if (isPaused) this.consumer.pause([of]);
      else this.consumer.resume([of]);
    };
    return {
      pause: () => setPaused(true),
      resume: () => setPaused(false),
      stop: () => reading.finish(),
    };
  }

  /** Ends what is under way; the consumer is closed by whoever made it. */
  close(): void {
    this.#closed = true;
    this.#failAll(new Error('The session is closing'));
  }

  #begin(
    of: TopicPartition,
    from: CommitOffset,
    end: CommitOffset | null,
    told: Pick<Reading, 'onRecord' | 'onPosition'> & { readonly finished: (error?: unknown) => void },
  ): Reading {
    const name = partitionName(of);
    const reading: Reading = {
      of,
      end,
      onRecord: told.onRecord,
      onPosition: told.onPosition,
      finish: (error) => {
        if (this.#active.get(name) !== reading) return;
        this.#active.delete(name);
        this.#assignmentDue = true;
        // The consumer keeps pauses over an assignment; the next reading of the partition begins without one.
        if (reading.isPaused && reading.assigned) this.consumer.resume([of]);
        told.finished(error);
      },
      position: from,
      assigned: false,
      isPaused: false,
    };
    this.#active.set(name, reading);
    this.#assignmentDue = true;
    if (!this.#polling) void this.#poll();
    return reading;
  }

  #failAll(error: unknown): void {
    for (const reading of [...this.#active.values()]) reading.finish(error);
  }

  /** Only between polls. Partitions that stay go on where they are. */
  #reassign(): void {
    if (!this.#assignmentDue || this.#closed) return;
    this.#assignmentDue = false;
    const positions: TopicPartitionOffset[] = [];
    const paused: TopicPartition[] = [];
    for (const reading of this.#active.values()) {
      positions.push({ ...reading.of, offset: reading.position });
      if (reading.isPaused) paused.push(reading.of);
      reading.assigned = true;
    }
    this.consumer.assign(positions);
    if (paused.length > 0) this.consumer.pause(paused);
  }

  async #poll(): Promise<void> {
    this.#polling = true;
    while (this.#active.size > 0) await this.#pollOnce();
    this.#polling = false;
    try {
      this.#reassign();
    } catch {
      // The consumer is gone, and with it its assignment; a later reading says so.
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
      const reading = this.#active.get(`${batch.topic(i)}-${batch.partition(i)}`);
      const offset = batch.offset(i);
      // Below the position: read twice over a reassignment.
      if (!reading?.assigned || offset < reading.position) continue;
      try {
        reading.onRecord(batch, i);
      } catch (error) {
        reading.finish(error);
        continue;
      }
      this.#reached(reading, after(offset));
    }
    for (const end of batch.ends) {
      const reading = this.#active.get(partitionName(end));
      if (reading?.assigned && end.offset > reading.position) this.#reached(reading, end.offset);
    }
  }

  #reached(reading: Reading, position: CommitOffset): void {
    reading.position = position;
    reading.onPosition(position);
    if (reading.end !== null && position >= reading.end) reading.finish();
  }
}

const asError = (error: unknown, message: string): Error =>
  error instanceof Error ? error : new Error(message, { cause: error });
