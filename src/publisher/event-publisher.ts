/**
 * Publishes typed events: validated before they are sent, acknowledged by all replicas, to the partition
 * that a Java producer would choose for the key, as CloudEvents in binary mode.
 *
 * At most one `send` is outstanding, and what is published while it is under way is the next one: so events
 * of one key keep their order. The queue is bounded: beyond `maxQueued` events that wait or are under way
 * `publish` rejects at once, and `ready` says when there is room again.
 * Must never send an event that its format refuses, put a value of an event into an error, nor leave a
 * rejection that nobody can handle.
 */
import type { AcknowledgedProducer } from '../ports/producer.js';
import { sizeOnWire } from '../record/record-size.js';
import type { ProducedHeader, ProducedRecord } from '../record/record.js';
import { InvalidEventError, PublisherClosedError, PublisherFullError } from './publish-error.js';

/** What the publisher must know of a kind of event: a topology gives it. Pure. */
export interface EventFormat<E> {
  /** Undefined when the event may be sent; else where and by which rule it may not. */
  violation(event: E): string | undefined;
  key(event: E): Buffer | null;
  /** Null: a tombstone. */
  value(event: E): Buffer | null;
  headers(event: E): readonly ProducedHeader[];
}

export interface EventPublisherOptions<E> {
  readonly producer: AcknowledgedProducer;
  readonly topic: string;
  readonly format: EventFormat<E>;
  /** Events that wait or are under way. */
  readonly maxQueued?: number;
  /** The largest record, with its headers: what the producer and the topic take. */
  readonly maxRecordBytes?: number;
  /** How long `close` waits for what was taken. */
  readonly closeTimeoutMs?: number;
  /** Hears of every event that `publishAndForget` could not publish. What it throws, or rejects with, is ignored. */
  readonly onError?: (error: Error, event: E) => unknown;
}

/** Since the publisher was made. */
export interface PublisherCounts {
  /** Acknowledged. */
  readonly published: number;
  /** Taken and not acknowledged: the producer failed, or closing took too long. */
  readonly failed: number;
  /** Not taken: invalid, too large, no room, closed. */
  readonly refused: number;
  /** Taken and still without an outcome. */
  readonly queued: number;
}

interface Waiting {
  readonly record: ProducedRecord;
  resolve(): void;
  reject(error: unknown): void;
}

interface Caller {
  resolve(): void;
  reject(error: Error): void;
}

const DEFAULT_MAX_QUEUED = 10_000;
const DEFAULT_MAX_RECORD_BYTES = 1_000_000;
const DEFAULT_CLOSE_TIMEOUT_MS = 30_000;
/** For the producer's own close when nothing of the time is left. */
const LEAST_CLOSE_MS = 500;

const asError = (error: unknown): Error =>
  error instanceof Error ? error : new Error('the event cannot be written', { cause: error });

/** False: the time is over, and `ending` goes on without anybody who waits for it. */
const within = async (limitMs: number, ending: Promise<unknown>): Promise<boolean> => {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<boolean>((resolve) => (timer = setTimeout(() => resolve(false), limitMs)));
  try {
    return await Promise.race([ending.then(() => true), late]);
  } finally {
    clearTimeout(timer);
  }
};

export class EventPublisher<E> {
  readonly #options: EventPublisherOptions<E>;
  readonly #maxQueued: number;
  #waiting: Waiting[] = [];
  #underWay: readonly Waiting[] = [];
  #callers: Caller[] = [];
  #sending: Promise<void> | undefined;
  #closed: Promise<void> | undefined;
  /** Were let in in this turn, and may publish in it yet: their room is nobody else's. */
  #letInNow = 0;
  #isTurnEnding = false;
  #counts = { published: 0, failed: 0, refused: 0 };

  constructor(options: EventPublisherOptions<E>) {
    this.#options = options;
    this.#maxQueued = options.maxQueued ?? DEFAULT_MAX_QUEUED;
  }

  get counts(): PublisherCounts {
    return { ...this.#counts, queued: this.#queued };
  }

  /**
   * Resolves once the event is acknowledged. The producer must be connected. When the producer fails, all events
   * of its batch are rejected with its error, and some of them may have been written nevertheless.
   */
  publish(event: E): Promise<void> {
    let record: ProducedRecord;
    try {
      record = this.#accept(event);
    } catch (error) {
      this.#counts.refused += 1;
      return Promise.reject(asError(error));
    }
    return new Promise((resolve, reject) => {
      this.#letInNow = Math.max(0, this.#letInNow - 1);
      this.#waiting.push({ record, resolve, reject });
      this.#sending ??= this.#sendAll();
    });
  }

  /** As `publish`, for who does not wait: what fails is counted, and told to `onError`. */
  publishAndForget(event: E): void {
    this.publish(event).catch(async (error: unknown) => {
      try {
        await this.#options.onError?.(asError(error), event);
      } catch {
        // It was told, and is counted; there is nobody else to tell.
      }
    });
  }

  /**
   * Resolves when there is room for one event, at once if there is: publish it before anything else is awaited.
   * Several callers are let in one after the other. Rejects when the publisher is closed.
   */
  ready(): Promise<void> {
    if (this.#closed !== undefined) return Promise.reject(closedError());
    if (this.#hasRoom && this.#callers.length === 0) {
      this.#keepRoom();
      return Promise.resolve();
    }
    return new Promise((resolve, reject) => this.#callers.push({ resolve, reject }));
  }

  /**
   * Takes no more events, waits for those that it took, closes the producer. After the time that it may take,
   * what has no outcome is rejected: it may have been written, or be written yet. Called again: the same answer.
   */
  close(): Promise<void> {
    this.#closed ??= this.#close(this.#options.closeTimeoutMs ?? DEFAULT_CLOSE_TIMEOUT_MS);
    return this.#closed;
  }

  get #queued(): number {
    return this.#waiting.length + this.#underWay.length;
  }

  get #hasRoom(): boolean {
    return this.#queued + this.#letInNow < this.#maxQueued;
  }

  #accept(event: E): ProducedRecord {
    if (this.#closed !== undefined) throw closedError();
    const record = this.#record(event);
    if (this.#queued >= this.#maxQueued)
      throw new PublisherFullError(
        `${this.#queued} events wait for their acknowledgement already: await ready() before publish(), or publish more slowly`,
      );
    return record;
  }

  #record(event: E): ProducedRecord {
    const { topic, format, maxRecordBytes = DEFAULT_MAX_RECORD_BYTES } = this.#options;
    const violation = format.violation(event);
    if (violation !== undefined)
      throw new InvalidEventError(`the event does not fit its schema: ${violation}`);
    const record = {
      topic,
      // The client's partitioner is Java's.
      partition: null,
      key: format.key(event),
      value: format.value(event),
      headers: format.headers(event),
    };
    // The client refuses such a record only after it has taken those before it.
    const bytes = sizeOnWire(record);
    if (bytes > maxRecordBytes)
      throw new InvalidEventError(`the event has ${bytes} bytes, the largest record ${maxRecordBytes}`);
    return record;
  }

  async #sendAll(): Promise<void> {
    // What is published in the same turn joins the first.
    await Promise.resolve();
    while (this.#waiting.length > 0) {
      const batch = this.#waiting;
      this.#waiting = [];
      this.#underWay = batch;
      let failure: { readonly error: unknown } | undefined;
      try {
        await this.#options.producer.send(batch.map(({ record }) => record));
      } catch (error) {
        failure = { error };
      }
      // Closing has given it up, and told.
      if (this.#underWay !== batch) return;
      this.#underWay = [];
      this.#counts[failure === undefined ? 'published' : 'failed'] += batch.length;
      for (const waiting of batch)
        if (failure === undefined) waiting.resolve();
        else waiting.reject(failure.error);
      this.#letIn();
    }
    this.#sending = undefined;
  }

  #keepRoom(): void {
    this.#letInNow += 1;
    if (this.#isTurnEnding) return;
    this.#isTurnEnding = true;
    setImmediate(() => {
      this.#isTurnEnding = false;
      this.#letInNow = 0;
      this.#letIn();
    });
  }

  /** One caller at a time: it publishes before the next is let in, or leaves its room to it. */
  #letIn(): void {
    if (!this.#hasRoom || this.#closed !== undefined) return;
    const caller = this.#callers.shift();
    if (caller === undefined) return;
    this.#keepRoom();
    caller.resolve();
  }

  async #close(limitMs: number): Promise<void> {
    const startMs = performance.now();
    const callers = this.#callers;
    this.#callers = [];
    for (const caller of callers) caller.reject(closedError());
    if (this.#sending !== undefined && !(await within(limitMs, this.#sending))) this.#giveUp(limitMs);
    const leftMs = limitMs - (performance.now() - startMs);
    const closing = this.#options.producer.close();
    // When nobody waits for it any more, its failure is nobody's either.
    closing.catch(() => undefined);
    await within(Math.max(LEAST_CLOSE_MS, leftMs), closing);
  }

  #giveUp(limitMs: number): void {
    const left = [...this.#underWay, ...this.#waiting];
    this.#underWay = [];
    this.#waiting = [];
    this.#counts.failed += left.length;
    const error = new PublisherClosedError(
      `the publisher was closed, and the event was not acknowledged within ${limitMs} ms: it may have been written. Are the brokers well?`,
    );
    for (const waiting of left) waiting.reject(error);
  }
}

const closedError = (): PublisherClosedError =>
  new PublisherClosedError('the publisher is closed: make another one');
