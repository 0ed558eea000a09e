/**
 * Transactions of the simulated cluster, by transactional id.
 * Promises: one epoch per id is valid, `init` fences every older one and ends its transaction; a
 * transaction is decided first and its markers are written afterwards, one by one, each with a delay of
 * its own; the next one cannot start before the last marker; one that outlives its time-out is aborted
 * with a bumped epoch.
 */
import { partitionName, type TopicPartition } from '../ports/topic-partition.js';
import { brokerError } from './broker-error.js';
import type { BrokerContext } from './broker-context.js';
import type { ProducerEpoch } from './partition-log.js';

export type TransactionOutcome = 'committed' | 'aborted';

/** A part of a transaction that waits for the decision: a partition's records, a group's pending offsets. */
interface Participant {
  end(by: ProducerEpoch, outcome: TransactionOutcome): void;
}

interface Transaction {
  readonly id: string;
  readonly producerId: number;
  epoch: number;
  timeoutMs: number;
  state: 'empty' | 'ongoing' | 'ending';
  readonly participants: Map<string, Participant>;
  cancelTimeout: () => void;
}

/** How often Kafka looks for transactions that outlived their time-out. */
const TIMEOUT_CHECK_MS = 1000;

export class TransactionCoordinator {
  readonly #transactions = new Map<string, Transaction>();
  readonly #ids = new Map<number, string>();

  constructor(readonly context: BrokerContext) {}

  /** Throws `concurrent-transactions` while the last transaction is being ended: ask again. */
  init(id: string, timeoutMs: number): ProducerEpoch {
    const transaction = this.#transactions.get(id) ?? this.#register(id);
    if (transaction.state === 'ongoing') {
      transaction.epoch += 1;
      this.#decide(transaction, 'aborted', 'a newer producer');
    }
    if (transaction.state === 'ending') throw brokerError('concurrent-transactions', id);
    transaction.epoch += 1;
    transaction.timeoutMs = timeoutMs;
    this.context.note(`init ${id} epoch ${transaction.epoch}`);
    return { producerId: transaction.producerId, epoch: transaction.epoch };
  }

  addPartition(by: ProducerEpoch, of: TopicPartition): void {
    const log = this.context.catalog.log(of);
    this.#add(by, partitionName(of), {
      end: (epoch, outcome) => {
        log.endTransaction(epoch, outcome, this.context.clock.now());
        this.context.catalog.changed();
      },
    });
  }

  addGroup(by: ProducerEpoch, groupId: string, group: Participant): void {
    this.#add(by, `group ${groupId}`, group);
  }

  /** Refuses a write that is not of an open transaction which knows this part. */
  verify(by: ProducerEpoch, part: string): void {
    const transaction = this.#valid(by);
    if (transaction.state !== 'ongoing' || !transaction.participants.has(part)) {
      throw brokerError('invalid-transaction-state', `${transaction.id} ${part}`);
    }
  }

  /** Decides. Returns before any marker is written. */
  end(by: ProducerEpoch, outcome: TransactionOutcome): void {
    const transaction = this.#valid(by);
    if (transaction.state !== 'ongoing') throw brokerError('invalid-transaction-state', transaction.id);
    this.#decide(transaction, outcome, 'its producer');
  }

  /** Whether this id's transaction is open or being ended. */
  isBusy(id: string): boolean {
    return (this.#transactions.get(id)?.state ?? 'empty') !== 'empty';
  }

  #add(by: ProducerEpoch, name: string, participant: Participant): void {
    const transaction = this.#valid(by);
    if (transaction.state === 'ending') throw brokerError('concurrent-transactions', transaction.id);
    if (transaction.state === 'empty') this.#open(transaction);
    transaction.participants.set(name, participant);
  }

  #open(transaction: Transaction): void {
    transaction.state = 'ongoing';
    const afterMs = transaction.timeoutMs + this.context.random.below(TIMEOUT_CHECK_MS);
    transaction.cancelTimeout = this.context.clock.after(afterMs, () => {
      transaction.epoch += 1;
      this.#decide(transaction, 'aborted', 'its time-out');
    });
  }

  #decide(transaction: Transaction, outcome: TransactionOutcome, why: string): void {
    transaction.cancelTimeout();
    transaction.state = 'ending';
    const by = { producerId: transaction.producerId, epoch: transaction.epoch };
    this.context.note(`${outcome} ${transaction.id} epoch ${by.epoch} by ${why}`);
    const waiting = new Map(transaction.participants);
    transaction.participants.clear();
    for (const [name, participant] of waiting) {
      this.context.later(this.context.markerDelayMs, () => {
        participant.end(by, outcome);
        this.context.note(`marker ${outcome} ${transaction.id} ${name}`);
        waiting.delete(name);
        if (waiting.size === 0) transaction.state = 'empty';
      });
    }
    if (waiting.size === 0) transaction.state = 'empty';
  }

  #valid(by: ProducerEpoch): Transaction {
    const transaction = this.#transactions.get(this.#ids.get(by.producerId) ?? '');
    if (!transaction) throw brokerError('invalid-transaction-state', `producer ${by.producerId}`);
    if (by.epoch !== transaction.epoch) throw brokerError('fenced', transaction.id);
    return transaction;
  }

  #register(id: string): Transaction {
    const transaction: Transaction = {
      id,
      producerId: 1000 + this.#transactions.size,
      epoch: -1,
      timeoutMs: 0,
      state: 'empty',
      participants: new Map(),
      cancelTimeout: () => undefined,
    };
    this.#transactions.set(id, transaction);
    this.#ids.set(transaction.producerId, id);
    return transaction;
  }
}
