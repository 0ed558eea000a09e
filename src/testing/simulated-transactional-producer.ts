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
import type { RecordBuffer, RecordList } from '../record/record-list.js';
import { CheckedRecords } from './checked-records.js';
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

/** librdkafka's code for a commit with a failed delivery. */
const UNDELIVERED = -149;

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
  /** `commit` has asked the coordinator and was not told how the transaction ended. */
  #isCommitAsked = false;
  /** A failed delivery of which only `commit` knows. */
  #undelivered: KafkaError | null = null;
  /** Ends a commit or an abort that waits for the broker. */
  #closed: () => void = () => undefined;

  constructor(
    readonly link: BrokerLink,
    readonly options: SimulatedClientOptions,
  ) {
    this.#outgoing = new OutgoingRecords(
      link,
      (of, records) => this.#send(of, records),
      (error) => this.#failDelivery(error),
    );
  }

  async connect(): Promise<void> {
    await this.link.call('connect', () => undefined, this.options.callTimeoutMs);
  }

  async initTransactions(): Promise<void> {
    const { transactionalId, transactionTimeoutMs } = this.options;
    const { transactions } = this.link.broker;
    this.#identity = await this.#ask(
      'init-transactions',
      () => transactions.init(transactionalId, transactionTimeoutMs),
      this.options.callTimeoutMs,
    );
    this.#parts.clear();
    this.#isCommitAsked = false;
    this.#state = 'ready';
  }

  begin(): Promise<void> {
    const refused = this.#failure ?? (this.#state === 'ready' ? null : this.#stateError('begin'));
    if (refused) return Promise.reject(refused);
    this.#state = 'open';
    return Promise.resolve();
  }

  buffer(): RecordBuffer {
    return new CheckedRecords();
  }

  produce(records: RecordList, from = 0): Promise<number> {
    if (this.#failure) return Promise.reject(this.#failure);
    if (this.#state !== 'open') return Promise.reject(this.#stateError('produce'));
    let enqueued = 0;
    for (const record of [...records].slice(from)) {
      if (this.#outgoing.size >= this.options.queueMaxRecords) break;
      if (recordBytes(record) > this.options.maxMessageBytes) {
        return Promise.reject(Object.assign(brokerError('record-too-large', record.topic), { enqueued }));
      }
      this.#outgoing.add(record);
      enqueued += 1;
    }
    return Promise.resolve(enqueued);
  }

  /** Every record has an outcome. A failure is told by `sendOffsets`, or by `commit` alone (see `#failDelivery`). */
  flush(): Promise<void> {
    const { clock } = this.link;
    const { transactionalId, transactionTimeoutMs } = this.options;
    return new Promise((resolve, reject) => {
      const cancel = clock.after(transactionTimeoutMs, () =>
        reject(brokerError('timed-out', `flush of ${transactionalId}`)),
      );
      void this.#outgoing.settled().then(() => {
        cancel();
        resolve();
      });
    });
  }

  async sendOffsets(offsets: readonly TopicPartitionOffset[], member: SourceConsumer): Promise<void> {
    this.#expectOpen('sendOffsets');
    if (!(member instanceof SimulatedSourceConsumer)) throw new TypeError('not a consumer of this cluster');
    if (offsets.length === 0) return;
    // The group metadata is read when the call runs, not when it was made.
    await this.link.pause([0.1, 2]);
    const by = this.#by();
    const metadata = member.lend();
    this.#parts.add(`group ${metadata.groupId}`);
    try {
      const arrive = (): void => this.link.broker.addOffsets(by, metadata, offsets);
      await this.#ask('send-offsets', arrive, this.options.transactionTimeoutMs / 2);
    } catch (error) {
      throw this.#failure ?? error;
    }
  }

  async commit(): Promise<void> {
    this.#expectOpen('commit');
    await this.#outgoing.settled();
    if (this.#failure) throw this.#failure;
    if (this.#undelivered) throw this.#undelivered;
    try {
      this.#isCommitAsked = true;
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
    this.#undelivered = null;
    // librdkafka calls an unknown end of commit abortable, takes a new epoch, and says that the abort succeeded.
    if (this.#isCommitAsked) await this.initTransactions();
    else await this.#end('abort-transaction', 'aborted');
  }

  close(): Promise<void> {
    this.#outgoing.purge();
    this.#state = 'closed';
    this.#closed();
    return Promise.resolve();
  }

  async #end(kind: 'commit-transaction' | 'abort-transaction', outcome: TransactionOutcome): Promise<void> {
    const by = this.#by();
    if (this.#parts.size > 0) {
      const closing = new Promise<never>((_, reject) => {
        this.#closed = () => reject(brokerError('timed-out', `${kind}: the producer is closing`));
      });
      const arrive = (): void => this.link.broker.transactions.end(by, outcome);
      await Promise.race([this.#ask(kind, arrive, Infinity), closing]);
    }
    this.#parts.clear();
    this.#isCommitAsked = false;
    this.#state = 'ready';
  }

  async #send(of: TopicPartition, records: readonly ProducedRecord[]): Promise<void> {
    if (this.#failure || this.#state !== 'open') return;
    const by = this.#by();
    const name = partitionName(of);
    const { broker } = this.link;
    if (!this.#parts.has(name)) {
      const { transactionTimeoutMs } = this.options;
      await this.#ask('add-partitions', () => broker.transactions.addPartition(by, of), transactionTimeoutMs);
      this.#parts.add(name);
    }
    await this.link.call('produce', () => broker.append(of, records, by), this.options.transactionTimeoutMs);
  }

  async #ask<T>(kind: CallKind, arrive: () => T, timeoutMs: number): Promise<T> {
    const isBusy = (error: unknown): boolean => isBrokerError(error, 'concurrent-transactions');
    try {
      return await this.link.callWhenIdle(kind, arrive, isBusy, timeoutMs);
    } catch (error) {
      if (isFencedMember(error) || !REPEATABLE.has(asKafkaError(error).kind)) this.#fail(error);
      throw error;
    }
  }

  /**
   * Records that timed out or have no such partition are known to the commit alone, which then rejects
   * before it asks the coordinator. Any other failed delivery fails the transaction at once.
   */
  #failDelivery(error: unknown): void {
    const isQuiet = isBrokerError(error, 'timed-out') || isBrokerError(error, 'unknown-partition');
    if (!isQuiet) return this.#fail(error);
    const cause = asKafkaError(error);
    this.#undelivered ??= new KafkaError(
      'abortable',
      UNDELIVERED,
      `a record was not delivered: ${cause.message}`,
      {
        cause,
      },
    );
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
