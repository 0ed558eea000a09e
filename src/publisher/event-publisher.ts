/**
 * Publishes typed events: validated before they are sent, acknowledged by all replicas, to the partition
 * that a Java producer would choose for the key, as CloudEvents in binary mode.
 *
 * What is published in one tick is sent as one batch; while a batch is under way the next one gathers. So at
 * most one `send` is outstanding and events of one key keep their order. The queue is bounded: beyond
 * `maxQueued` events that wait or are under way, `publish` rejects at once, and nothing is held for it.
 * Must never send an event that its format refuses, nor put a value of an event into an error.
 */
import type { AcknowledgedProducer } from '../ports/producer.js';
import type { ProducedHeader, ProducedRecord } from '../record/record.js';

/** What the publisher must know of a kind of event: a topology gives it. Pure. */
export interface EventFormat<E> {
  /** Undefined when the event may be sent; else where and by which rule it may not. */
  violation(event: E): string | undefined;
  key(event: E): Buffer | null;
  value(event: E): Buffer;
  headers(event: E): readonly ProducedHeader[];
}

export interface EventPublisherOptions<E> {
  readonly producer: AcknowledgedProducer;
  readonly topic: string;
  readonly format: EventFormat<E>;
  /** Events that wait or are under way. */
  readonly maxQueued?: number;
}

/** The event itself cannot be sent. Publishing it again will fail again. */
export class InvalidEventError extends Error {
  override readonly name = 'InvalidEventError';
}

/** Too much is waiting. Publish again when something has been acknowledged. */
export class PublisherFullError extends Error {
  override readonly name = 'PublisherFullError';
}

/** The publisher was closed. */
export class PublisherClosedError extends Error {
  override readonly name = 'PublisherClosedError';
}

interface Waiting {
  readonly record: ProducedRecord;
  resolve(): void;
  reject(error: unknown): void;
}

const DEFAULT_MAX_QUEUED = 10_000;

export class EventPublisher<E> {
  readonly #options: EventPublisherOptions<E>;
  readonly #maxQueued: number;
  #waiting: Waiting[] = [];
  #underWay = 0;
  #sending: Promise<void> | undefined;
  #closed: Promise<void> | undefined;

  constructor(options: EventPublisherOptions<E>) {
    this.#options = options;
    this.#maxQueued = options.maxQueued ?? DEFAULT_MAX_QUEUED;
  }

  /**
   * Resolves once the event is acknowledged. The producer must be connected. When the producer fails, all events
   * of its batch are rejected with its error, and some of them may have been written nevertheless.
   */
  publish(event: E): Promise<void> {
    if (this.#closed !== undefined)
      return Promise.reject(new PublisherClosedError('the publisher is closed'));
    const queued = this.#waiting.length + this.#underWay;
    if (queued >= this.#maxQueued) {
      return Promise.reject(
        new PublisherFullError(`${queued} events wait for their acknowledgement already`),
      );
    }
    let record: ProducedRecord;
    try {
      record = this.#record(event);
    } catch (error) {
      return Promise.reject(
        error instanceof Error ? error : new Error('the event cannot be written', { cause: error }),
      );
    }
    return new Promise((resolve, reject) => {
      this.#waiting.push({ record, resolve, reject });
      this.#sending ??= this.#sendAll();
    });
  }

  /** Takes no more events, waits for those that it took, closes the producer. Called again: the same answer. */
  close(): Promise<void> {
    this.#closed ??= this.#drain();
    return this.#closed;
  }

  #record(event: E): ProducedRecord {
    const { topic, format } = this.#options;
    const violation = format.violation(event);
    if (violation !== undefined)
      throw new InvalidEventError(`the event does not fit its schema: ${violation}`);
    return {
      topic,
      // The client's partitioner is Java's.
      partition: null,
      key: format.key(event),
      value: format.value(event),
      headers: format.headers(event),
    };
  }

  async #sendAll(): Promise<void> {
    while (this.#waiting.length > 0) {
      // The rest of this tick's events join the first.
      await new Promise<void>((endOfTick) => setImmediate(endOfTick));
      const batch = this.#waiting;
      this.#waiting = [];
      this.#underWay = batch.length;
      try {
        await this.#options.producer.send(batch.map(({ record }) => record));
        for (const waiting of batch) waiting.resolve();
      } catch (error) {
        for (const waiting of batch) waiting.reject(error);
      }
      this.#underWay = 0;
    }
    this.#sending = undefined;
  }

  async #drain(): Promise<void> {
    await this.#sending;
    await this.#options.producer.close();
  }
}
