/**
 * The changes of a simulated member's assignment, handed to the engine one at a time. The next one waits
 * until the one before is answered; none is handed over while nobody polls, as in librdkafka, where
 * events come through the poll; while the consumer closes they come all the same.
 */
import type { RebalanceEvent } from '../ports/consumer.js';
import { partitionName, type TopicPartition } from '../ports/topic-partition.js';
import type { BrokerLink } from './broker-link.js';

interface Change {
  readonly kind: 'assign' | 'revoke';
  readonly isLost: boolean;
  /** Asked when it is handed over: the changes before it have been answered by then. */
  readonly partitions: () => readonly TopicPartition[];
  readonly answered: (partitions: readonly TopicPartition[]) => void;
}

export class RebalanceQueue {
  readonly #changes: Change[] = [];
  #isWaiting = false;
  #isScheduled = false;
  #handler: (event: RebalanceEvent) => void = () => undefined;

  constructor(
    readonly link: BrokerLink,
    readonly mayHandOver: () => boolean,
  ) {}

  /** Nothing waits for an answer or to be handed over. */
  get isEmpty(): boolean {
    return this.#changes.length === 0 && !this.#isWaiting;
  }

  handTo(handler: (event: RebalanceEvent) => void): void {
    this.#handler = handler;
  }

  push(change: Change): void {
    this.#changes.push(change);
    this.next();
  }

  /** Hands over what waits, if it may. */
  next(): void {
    if (this.#isScheduled || this.#isWaiting || this.#changes.length === 0 || !this.mayHandOver()) return;
    this.#isScheduled = true;
    this.link.later([0.1, 1], () => {
      this.#isScheduled = false;
      if (!this.mayHandOver()) return;
      const change = this.#changes.shift();
      if (change) this.#handOver(change);
    });
  }

  #handOver(change: Change): void {
    this.#isWaiting = true;
    const { kind, isLost: lost } = change;
    const partitions = change.partitions();
    const names = partitions.map(partitionName).join(' ') || 'nothing';
    this.link.broker.note(`${this.link.process}: ${kind}${lost ? ' (lost)' : ''} ${names}`);
    let isAnswered = false;
    const answer = (): void => {
      if (isAnswered) throw new Error(`A rebalance event (${kind} ${names}) was answered twice.`);
      isAnswered = true;
      if (this.link.clock.isClosed) return;
      this.#isWaiting = false;
      this.link.broker.note(`${this.link.process}: answered ${kind} ${names}`);
      change.answered(partitions);
      this.next();
    };
    this.#handler(kind === 'assign' ? { kind, partitions, answer } : { kind, partitions, lost, answer });
  }
}
