/**
 * A bare consume, process, produce loop with transactions, as one would write it on node-rdkafka for speed: the
 * next read is under way while a batch is processed, no delivery reports, a transaction every 100 ms, the client
 * settings of the service. Overlapped: while a transaction is being committed the next batches are processed, and
 * their outputs wait in memory. It has no lanes, no retries, no metrics, no health, and a failure ends it.
 */
import rdkafka, { type KafkaConsumer, type Producer } from 'node-rdkafka';
import {
  sourceConsumerSettings,
  transactionalProducerSettings,
  type KafkaClientOptions,
} from '../../src/kafka/settings.js';
import { ask } from '../cluster/ask.js';

export interface LoopOptions {
  readonly bootstrapServers: string;
  readonly group: string;
  readonly source: string;
  readonly output: string;
  readonly overlapped: boolean;
  readonly commitIntervalMs: number;
}

const PRODUCER_POLL_MS = 10;
const TIMEOUT_MS = 60_000;
/** Outputs that may wait for the end of a transaction. */
const MAX_HELD = 20_000;

/** The service's own, with its defaults. */
const clientOptions = ({ bootstrapServers, group }: LoopOptions): KafkaClientOptions => ({
  bootstrapServers,
  clientId: group,
  groupId: group,
  groupProtocol: 'classic',
  transactionalId: `${group}-loop`,
  sessionTimeoutMs: 45_000,
  maxPollIntervalMs: 300_000,
  transactionTimeoutMs: TIMEOUT_MS,
  maxMessageBytes: 1_000_000,
  startTimeoutMs: TIMEOUT_MS,
  statisticsIntervalMs: 0,
});

const newConsumer = (options: LoopOptions): KafkaConsumer => {
  const { global } = sourceConsumerSettings(clientOptions(options));
  // A loop looks at no log lines and at no ends of partitions.
  const { debug: _, ...quiet } = global;
  return new rdkafka.KafkaConsumer(
    { ...quiet, 'enable.partition.eof': false },
    { 'auto.offset.reset': 'earliest' },
  );
};

const newProducer = (options: LoopOptions): Producer => {
  const { global, topic } = transactionalProducerSettings(clientOptions(options));
  return new rdkafka.Producer(global, topic);
};

/** How a loop moves records, by one of the two bindings, and what it makes of them. */
export interface LoopIo<Batch, Output> {
  read(consumer: KafkaConsumer): Promise<Batch>;
  /** Each record's output, with its partition and the offset to go on from. */
  work(batch: Batch, take: (output: Output, partition: number, next: number) => void): void;
  put(producer: Producer, output: Output): void;
  /** Whether `put` only gathers: then outputs of the next transaction may be put while one is being committed. */
  readonly gathers: boolean;
  /** All that was put is in the producer's queue. */
  enqueued(producer: Producer): Promise<void>;
}

export class ExactlyOnceLoop<Batch, Output> {
  readonly #consumer: KafkaConsumer;
  readonly #producer: Producer;
  /** Next offsets by partition, of what the open transaction holds. */
  #offsets = new Map<number, number>();
  /** The same of what waits for the next one. */
  #heldOffsets = new Map<number, number>();
  #held: Output[] = [];
  #heldCount = 0;
  #committing: Promise<void> | undefined;
  #failure: Error | undefined;

  constructor(
    private readonly options: LoopOptions,
    private readonly io: LoopIo<Batch, Output>,
  ) {
    this.#consumer = newConsumer(options);
    this.#producer = newProducer(options);
  }

  /** Until the process is ended, or something fails. */
  async run(): Promise<never> {
    await this.#connect();
    const { overlapped, commitIntervalMs } = this.options;
    let due = performance.now() + commitIntervalMs;
    let next = this.io.read(this.#consumer);
    for (;;) {
      const batch = await next;
      next = this.io.read(this.#consumer);
      if (this.#heldCount >= MAX_HELD) await this.#committing;
      if (this.#failure !== undefined) throw this.#failure;
      this.io.work(batch, this.#committing === undefined ? this.#put : this.#hold);
      if (performance.now() < due || this.#committing !== undefined || this.#offsets.size === 0) continue;
      due = performance.now() + commitIntervalMs;
      const committed = this.#commit();
      if (!overlapped) await committed;
      else
        this.#committing = committed.catch((error: unknown) => {
          this.#failure = new Error('a transaction was not committed', { cause: error });
        });
    }
  }

  readonly #put = (output: Output, partition: number, next: number): void => {
    this.io.put(this.#producer, output);
    this.#offsets.set(partition, next);
  };

  readonly #hold = (output: Output, partition: number, next: number): void => {
    this.#heldCount += 1;
    if (this.io.gathers) this.io.put(this.#producer, output);
    else this.#held.push(output);
    this.#heldOffsets.set(partition, next);
  };

  async #commit(): Promise<void> {
    const topic = this.options.source;
    await this.io.enqueued(this.#producer);
    const offsets = [...this.#offsets].map(([partition, offset]) => ({ topic, partition, offset }));
    await ask<unknown>((done) => {
      this.#producer.sendOffsetsToTransaction(offsets, this.#consumer, TIMEOUT_MS, done);
    });
    await ask<unknown>((done) => {
      this.#producer.commitTransaction(TIMEOUT_MS, done);
    });
    await ask<unknown>((done) => {
      this.#producer.beginTransaction(done);
    });
    // In one step: nothing is processed between the last of them and the end of `#committing`.
    this.#offsets = this.#heldOffsets;
    this.#heldOffsets = new Map();
    const held = this.#held;
    this.#held = [];
    this.#heldCount = 0;
    for (const output of held) this.io.put(this.#producer, output);
    this.#committing = undefined;
  }

  async #connect(): Promise<void> {
    await ask<unknown>((done) => {
      this.#consumer.connect({}, done);
    });
    await ask<unknown>((done) => {
      this.#producer.connect({}, done);
    });
    this.#producer.setPollInterval(PRODUCER_POLL_MS);
    await ask<unknown>((done) => {
      this.#producer.initTransactions(TIMEOUT_MS, done);
    });
    await ask<unknown>((done) => {
      this.#producer.beginTransaction(done);
    });
    this.#consumer.subscribe([this.options.source]);
  }
}
