/**
 * One transaction at a time, over node-rdkafka's Producer.
 *
 * - `commit` and `abort` last as long as it takes (librdkafka's −1), but are asked in slices: librdkafka
 *   keeps the operation under way and a call of the same kind takes it up again. A blocked call could
 *   neither be ended by `close` nor survive the client's destruction.
 * - `sendOffsets` reports deliveries that the broker refused. Two kinds of failed delivery are known to
 *   librdkafka's commit alone (records that timed out in the queue, or whose partition does not exist):
 *   `commit` then rejects with −149 before it asks the broker for anything.
 * - `abort` waits for deliveries before it aborts: an abort that overtakes the transaction's first request
 *   leaves the transaction open on the broker.
 * - No delivery reports; the queue is served by a timer that keeps no process alive.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import rdkafka, { type Producer } from 'node-rdkafka';
import type { SourceConsumer } from '../ports/consumer.js';
import { isKafkaError, type KafkaError } from '../ports/kafka-error.js';
import type { TransactionalProducer } from '../ports/producer.js';
import type { TopicPartitionOffset } from '../ports/topic-partition.js';
import { PlainRecords, type RecordBuffer, type RecordList } from '../record/record-list.js';
import { chooseBinding } from './binding.js';
import { Connection } from './connection.js';
import { disconnectProducer } from './disconnect-producer.js';
import { enqueueEach } from './enqueue.js';
import { QUEUE_FULL, STATE, TIMED_OUT, UNKNOWN_PARTITION } from './error-codes.js';
import { makeKafkaError, toKafkaError, type Operation } from './errors.js';
import { transactionalProducerSettings, type KafkaClientOptions } from './settings.js';
import { PackedEnqueuer, type Enqueued } from './packed-enqueuer.js';
import { KafkaSourceConsumer } from './source-consumer.js';

const POLL_INTERVAL_MS = 10;
/** With the packed binding the threads that enqueue and flush serve the queue as well. */
const PACKED_POLL_INTERVAL_MS = 100;
const SLICE_MS = 5_000;
const RESUME_PAUSE_MS = 50;
/** For deliveries before an abort: brokers that are gone must not hold it up. */
const ABORT_FLUSH_MS = 2_000;
const METADATA_TIMEOUT_MS = 5_000;

type Callback = (error: unknown) => void;

export class KafkaTransactionalProducer implements TransactionalProducer {
  #connection: Connection<Producer>;
  #closed = false;
  readonly #where: string;
  /** Records were enqueued since the last flush. */
  #unflushed = false;
  /** Why librdkafka refuses more records of this transaction: it says "wrong state" only. */
  #failure: KafkaError | undefined;
  /** Topics of which the partitions were asked for in this transaction. */
  readonly #asked = new Map<string, 'asking' | 'answered'>();
  /** The broker refused a record: see `begin`. */
  #hasGap = false;
  /** Absent with the published binding. */
  readonly #packed: PackedEnqueuer | undefined;

  constructor(private readonly options: KafkaClientOptions) {
    this.#where = `transactional id ${options.transactionalId}`;
    this.#packed = chooseBinding(options.binding) === 'packed' ? new PackedEnqueuer() : undefined;
    this.#connection = this.#newConnection();
  }

  async connect(): Promise<void> {
    await this.#connection.connect();
    const intervalMs = this.#packed === undefined ? POLL_INTERVAL_MS : PACKED_POLL_INTERVAL_MS;
    this.#connection.use('connect').setPollInterval(intervalMs);
  }

  initTransactions(): Promise<void> {
    return this.#resume('initTransactions', this.options.startTimeoutMs, (client, sliceMs, done) =>
      client.initTransactions(sliceMs, done),
    );
  }

  /**
   * A record that the broker refused leaves a gap in librdkafka's sequence numbers, for which the next
   * transaction on that partition would fail too (45), through no fault of its own. So the native
   * producer is replaced then, as for a fenced one.
   */
  async begin(): Promise<void> {
    if (this.#hasGap) await this.#renew();
    this.#failure = undefined;
    this.#asked.clear();
    await this.#call('begin', (client, done) => client.beginTransaction(done));
    this.#unflushed = false;
  }

  buffer(): RecordBuffer {
    return this.#packed?.buffer() ?? new PlainRecords();
  }

  async produce(records: RecordList, from = 0): Promise<number> {
    this.#unflushed = true;
    let polled = false;
    let next = from;
    for (;;) {
      const [enqueued, refusal] = await this.#enqueue(records, next);
      next += enqueued;
      const record = records.at(next);
      if (refusal === undefined || record === undefined) return next - from;
      const error = toKafkaError('produce', `${record.topic}-${record.partition ?? 'any'}`, refusal);
      if (error.code === UNKNOWN_PARTITION && this.#looksAgain(record.topic)) return next - from;
      if (error.code !== QUEUE_FULL) {
        const cause = error.code === STATE ? (this.#failure ?? error) : error;
        throw Object.assign(cause, { enqueued: next - from });
      }
      // What failed leaves the queue only when it is polled: once more, then the caller waits.
      if (polled) return next - from;
      polled = true;
      this.#connection.use('produce').poll();
    }
  }

  async #enqueue(records: RecordList, from: number): Promise<Enqueued> {
    const packed = this.#packed;
    if (packed === undefined) return enqueueEach(this.#connection.use('produce'), records, from);
    const result = await this.#connection.call<Enqueued>('produce', this.#where, (client, done) => {
      packed.enqueue(client, records, from).then((enqueued) => done(null, enqueued), done);
    });
    return result ?? [0, undefined];
  }

  /**
   * A partition that was added lately is not known to this client yet: it asks once per transaction, and
   * takes nothing more until the answer is there. False when the answer did not help.
   */
  #looksAgain(topic: string): boolean {
    const asked = this.#asked.get(topic);
    if (asked === undefined) {
      this.#asked.set(topic, 'asking');
      const answered = (): unknown => this.#asked.set(topic, 'answered');
      this.#call('metadata', (client, done) => {
        client.getMetadata({ topic, timeout: METADATA_TIMEOUT_MS }, done);
      }).then(answered, answered);
    }
    return asked !== 'answered';
  }

  async flush(): Promise<void> {
    await this.#resume('flush', this.options.transactionTimeoutMs, (client, sliceMs, done) =>
      client.flush(sliceMs, done),
    );
    this.#unflushed = false;
  }

  async sendOffsets(offsets: readonly TopicPartitionOffset[], member: SourceConsumer): Promise<void> {
    if (!(member instanceof KafkaSourceConsumer)) {
      throw new TypeError('sendOffsets needs a source consumer of the same client library');
    }
    const list = offsets.map((one) => ({ ...one }));
    await member.lend((native) =>
      this.#call('sendOffsets', (client, done) =>
        // Half: when it fails there must be time left to abort before the broker does.
        client.sendOffsetsToTransaction(list, native, this.options.transactionTimeoutMs / 2, done),
      ),
    );
  }

  commit(): Promise<void> {
    return this.#resume('commit', Infinity, (client, sliceMs, done) =>
      client.commitTransaction(sliceMs, done),
    );
  }

  async abort(): Promise<void> {
    if (this.#unflushed) {
      await this.#call('flush', (client, done) => client.flush(ABORT_FLUSH_MS, done)).catch(() => undefined);
    }
    await this.#resume('abort', Infinity, (client, sliceMs, done) => client.abortTransaction(sliceMs, done));
    this.#unflushed = false;
  }

  async close(): Promise<void> {
    this.#closed = true;
    await this.#connection.close();
  }

  #newConnection(): Connection<Producer> {
    const { global, topic } = transactionalProducerSettings(this.options);
    return new Connection<Producer>({
      role: 'transactional',
      options: this.options,
      make: () => new rdkafka.Producer(global, topic),
      disconnect: disconnectProducer,
      onLog: (meaning) => {
        if (meaning.kind !== 'transaction-failed') return;
        const cause = { code: meaning.code, message: meaning.reason, isTxnRequiresAbort: true };
        this.#failure ??= toKafkaError('produce', this.#where, cause);
        if (meaning.refusedRecord) this.#hasGap = true;
      },
    });
  }

  async #renew(): Promise<void> {
    await this.#connection.close();
    if (this.#closed) throw makeKafkaError('begin', this.#where, 'fatal', STATE, 'the producer is closed');
    this.#connection = this.#newConnection();
    await this.connect();
    await this.initTransactions();
    this.#hasGap = false;
  }

  async #call(operation: Operation, start: (client: Producer, done: Callback) => void): Promise<void> {
    await this.#connection.call(operation, this.#where, start);
  }

  /** Takes the operation up again while it is only late, until `limitMs` or until the client closes. */
  async #resume(
    operation: Operation,
    limitMs: number,
    start: (client: Producer, sliceMs: number, done: Callback) => void,
  ): Promise<void> {
    const deadline = performance.now() + limitMs;
    for (;;) {
      const sliceMs = Math.max(1, Math.min(SLICE_MS, Math.ceil(deadline - performance.now())));
      try {
        await this.#call(operation, (client, done) => start(client, sliceMs, done));
        return;
      } catch (error) {
        if (!isLate(error) || performance.now() >= deadline) throw error;
        if (!this.#connection.isOpen) {
          throw makeKafkaError(
            operation,
            this.#where,
            'retriable',
            TIMED_OUT,
            'the producer is closing',
            error,
          );
        }
      }
      await sleep(RESUME_PAUSE_MS);
    }
  }
}

const isLate = (error: unknown): boolean =>
  isKafkaError(error) && error.code === TIMED_OUT && error.kind !== 'fatal';
