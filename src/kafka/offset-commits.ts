/**
 * Commits of offsets outside a transaction, one at a time (node-rdkafka's synchronous commit would
 * block the event loop). The answer comes through the consumer's queue: while nobody polls, and the
 * client is not closing, it does not come.
 */
import type { KafkaConsumer } from 'node-rdkafka';
import { partitionName, type TopicPartitionOffset } from '../ports/topic-partition.js';
import type { Connection } from './connection.js';
import { TIMED_OUT } from './error-codes.js';
import { makeKafkaError, toKafkaError } from './errors.js';

/** Beyond the session time-out, for which librdkafka holds a commit back while it has no coordinator. */
const MARGIN_MS = 5_000;

interface Waiting {
  readonly key: string;
  settle(error?: unknown): void;
}

export class OffsetCommits {
  #waiting: Waiting | undefined;
  #last: Promise<unknown> = Promise.resolve();

  constructor(
    private readonly connection: Connection<KafkaConsumer>,
    private readonly where: string,
    private readonly sessionTimeoutMs: number,
  ) {}

  commit(offsets: readonly TopicPartitionOffset[]): Promise<void> {
    if (offsets.length === 0) return Promise.resolve();
    const next = this.#last.then(() => this.#commit(offsets));
    this.#last = next.catch(() => undefined);
    return next;
  }

  /** The client's answer. One that came after its commit had been given up is told by its offsets. */
  settle(error: unknown, offsets: readonly TopicPartitionOffset[]): void {
    if (this.#waiting?.key === keyOf(offsets)) this.#waiting.settle(error);
  }

  end(): void {
    this.#waiting?.settle(
      makeKafkaError('commitOffsets', this.where, 'retriable', TIMED_OUT, 'the consumer is closing'),
    );
  }

  #commit(offsets: readonly TopicPartitionOffset[]): Promise<void> {
    const client = this.connection.use('commitOffsets');
    return new Promise<void>((resolve, reject) => {
      const limitMs = this.sessionTimeoutMs + MARGIN_MS;
      const settle = (error?: unknown): void => {
        clearTimeout(timer);
        this.#waiting = undefined;
        if (error === undefined || error === null) resolve();
        else reject(toKafkaError('commitOffsets', this.where, error));
      };
      const timer = setTimeout(() => {
        const why = `no answer within ${limitMs} ms`;
        settle(makeKafkaError('commitOffsets', this.where, 'retriable', TIMED_OUT, why));
      }, limitMs);
      this.#waiting = { key: keyOf(offsets), settle };
      try {
        client.commit(offsets.map((one) => ({ ...one })));
      } catch (error) {
        settle(error);
      }
    });
  }
}

const keyOf = (offsets: readonly TopicPartitionOffset[]): string =>
  offsets
    .map((one) => `${partitionName(one)}@${one.offset}`)
    .sort()
    .join();
