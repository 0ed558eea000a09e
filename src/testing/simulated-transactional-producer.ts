/**
 * The transactional producer of a simulated process. As librdkafka: `begin` and `produce` are local, records
 * go out later, `commit` flushes before it asks the coordinator; the first failure of a transaction decides
 * every later call until `abort`; once fenced it is of no use any more.
 */
import type { SourceConsumer } from '../ports/consumer.js';
import { asKafkaError, KafkaError, type KafkaErrorClass } from '../ports/kafka-error.js';
import type { TransactionalProducer } from '../ports/producer.js';
import { partitionName, type TopicPartition, type TopicPartitionOffset } from '../ports/topic-partition.js';
import type { ProducedRecord } from '../record/record.js';
import { brokerError, isBrokerError } from './broker-error.js';
import type { BrokerLink } from './broker-link.js';
import type { SimulatedClientOptions } from './client-options.js';
import type { CallKind } from './fault-plan.js';
import { OutgoingRecords } from './outgoing-records.js';
import type { ProducerEpoch } from './partition-log.js';
import { SimulatedSourceConsumer } from './simulated-consumers.js';
import { recordBytes } from './topic-catalog.js';
import type { TransactionOutcome } from './transaction-coordinator.js';

/** The group has gone on without this member: the transaction is over, the producer is not. */
const isFencedMember = (error: unknown): boolean =>
  isBrokerError(error, 'illegal-generation') ||
  isBrokerError(error, 'unknown-member') ||
  isBrokerError(error, 'fenced-instance');

/** What a call rejects with and leaves the transaction as it was. */
const REPEATABLE: ReadonlySet<KafkaErrorClass> = new Set(['retriable', 'unusable']);

export class SimulatedTransactionalProducer implements TransactionalProducer {
  readonly #outgoing: OutgoingRecords;
  /** Partitions and groups that the coordinator knows as parts of the transaction. */
  readonly #parts = new Set<string>();
  #identity: ProducerEpoch | null = null;
  #state: 'new' | 'ready' | 'open' | 'in-doubt' | 'closed' = 'new';
  /** What every call rejects with: until `abort` when abortable, else for good. */
  #failure: KafkaError | null = null;

  constructor(
    readonly link: BrokerLink,
    readonly options: SimulatedClientOptions,
  ) {
    this.#outgoing = new OutgoingRecords(
      link,
      (of, records) => this.#send(of, records),
      (error) => this.#fail(error),
    );
  }

  async connect(): Promise<void> {
    await this.link.call('connect', () => undefined, this.options.callTimeoutMs);
  }

  async initTransactions(): Promise<void> {
    const { transactionalId, transactionTimeoutMs } = this.options;
    const { transactions } = this.link.broker;
    this.#identity = await this.#ask('init-transactions', () =>
      transactions.init(transactionalId, transactionTimeoutMs),
    );
    this.#state = 'ready';
  }

  begin(): Promise<void> {
    const refused = this.#failure ?? (this.#state === 'ready' ? null : this.#stateError('begin'));
    if (refused) return Promise.reject(refused);
    this.#state = 'open';
    return Promise.resolve();
  }

  produce(records: readonly ProducedRecord[], from = 0): number {
    if (this.#failure) throw this.#failure;
    if (this.#state !== 'open') throw this.#stateError('produce');
    let enqueued = 0;
    for (const record of records.slice(from)) {
      if (this.#outgoing.size >= this.options.queueMaxRecords) break;
      if (recordBytes(record) > this.options.maxMessageBytes) {
        throw Object.assign(brokerError('record-too-large', record.topic), { enqueued });
      }
      this.#outgoing.add(record);
      enqueued += 1;
    }
    return enqueued;
  }

  /** Every record has an outcome. A failure is told by `sendOffsets`. */
  flush(): Promise<void> {
    return this.#outgoing.settled();
  }

  async sendOffsets(offsets: readonly TopicPartitionOffset[], member: SourceConsumer): Promise<void> {
    this.#expectOpen('sendOffsets');
    if (!(member instanceof SimulatedSourceConsumer)) throw new TypeError('not a consumer of this cluster');
    if (!member.isConnected) throw new Error('sendOffsets with a consumer that is not connected: a crash');
    if (offsets.length === 0) return;
    // The group metadata is read when the call runs, not when it was made.
    await this.link.pause([0.1, 2]);
    const by = this.#by();
    const { metadata } = member;
    this.#parts.add(`group ${metadata.groupId}`);
    try {
      await this.#ask('send-offsets', () => this.link.broker.addOffsets(by, metadata, offsets));
    } catch (error) {
      throw this.#failure ?? error;
    }
  }

  async commit(): Promise<void> {
    this.#expectOpen('commit');
    await this.#outgoing.settled();
    if (this.#failure) throw this.#failure;
    try {
      await this.#end('commit-transaction', 'committed');
    } catch (error) {
      if (!this.#failure) this.#state = 'in-doubt';
      throw error;
    }
  }

  async abort(): Promise<void> {
    if (this.#failure && this.#failure.kind !== 'abortable') throw this.#failure;
    if (this.#state !== 'open') throw this.#stateError('abort');
    this.#outgoing.purge();
    await this.#outgoing.settled();
    if (this.#failure && this.#failure.kind !== 'abortable') throw this.#failure;
    this.#failure = null;
    await this.#end('abort-transaction', 'aborted');
  }

  close(): Promise<void> {
    this.#outgoing.purge();
    this.#state = 'closed';
    return Promise.resolve();
  }

  async #end(kind: 'commit-transaction' | 'abort-transaction', outcome: TransactionOutcome): Promise<void> {
    const by = this.#by();
    if (this.#parts.size > 0) await this.#ask(kind, () => this.link.broker.transactions.end(by, outcome));
    this.#parts.clear();
    this.#state = 'ready';
  }

  async #send(of: TopicPartition, records: readonly ProducedRecord[]): Promise<void> {
    if (this.#failure || this.#state !== 'open') return;
    const by = this.#by();
    const name = partitionName(of);
    const { broker } = this.link;
    if (!this.#parts.has(name)) {
      await this.#ask('add-partitions', () => broker.transactions.addPartition(by, of));
      this.#parts.add(name);
    }
    await this.link.call('produce', () => broker.append(of, records, by), this.options.callTimeoutMs);
  }

  async #ask<T>(kind: CallKind, arrive: () => T): Promise<T> {
    const isBusy = (error: unknown): boolean => isBrokerError(error, 'concurrent-transactions');
    try {
      return await this.link.callWhenIdle(kind, arrive, isBusy, this.options.callTimeoutMs);
    } catch (error) {
      if (isFencedMember(error) || !REPEATABLE.has(asKafkaError(error).kind)) this.#fail(error);
      throw error;
    }
  }

  /** After a record that is refused or not acknowledged in time only the abort is left. */
  #fail(error: unknown): void {
    if (this.#failure && this.#failure.kind !== 'abortable') return;
    const cause = asKafkaError(error);
    if (!isFencedMember(error) && (cause.kind === 'fenced' || cause.kind === 'fatal')) {
      this.#failure = cause;
      return;
    }
    const message = `the transaction must be aborted: ${cause.message}`;
    const permanent = cause.kind === 'unusable';
    this.#failure ??= new KafkaError('abortable', cause.code, message, { cause, permanent });
  }

  #expectOpen(call: string): void {
    if (this.#failure) throw this.#failure;
    if (this.#state !== 'open') throw this.#stateError(call);
  }

  #by(): ProducerEpoch {
    if (!this.#identity) throw this.#stateError('a transaction before initTransactions');
    return this.#identity;
  }

  #stateError(call: string): KafkaError {
    const text = `${call} while ${this.#state} (${this.options.transactionalId})`;
    return new KafkaError('fatal', -172, text);
  }
}
