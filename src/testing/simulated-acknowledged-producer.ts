/** The idempotent producer of a simulated process: every batch acknowledged, in order per partition. */
import { asKafkaError } from '../ports/kafka-error.js';
import type { AcknowledgedProducer } from '../ports/producer.js';
import { partitionName, type TopicPartition } from '../ports/topic-partition.js';
import type { ProducedRecord } from '../record/record.js';
import { brokerError, isBrokerError } from './broker-error.js';
import type { BrokerLink } from './broker-link.js';
import type { SimulatedClientOptions } from './client-options.js';
import { partitionOf } from './outgoing-records.js';
import { recordBytes } from './topic-catalog.js';

export class SimulatedAcknowledgedProducer implements AcknowledgedProducer {
  /** What is under way per partition; the next batch of a partition waits for it. */
  readonly #tails = new Map<string, Promise<void>>();

  constructor(
    readonly link: BrokerLink,
    readonly options: SimulatedClientOptions,
  ) {}

  async connect(): Promise<void> {
    await this.link.call('connect', () => undefined, this.options.callTimeoutMs);
  }

  async send(records: readonly ProducedRecord[]): Promise<void> {
    const outcomes = await Promise.allSettled(this.#sendAll(records));
    const failed = outcomes.find((outcome) => outcome.status === 'rejected');
    if (failed) throw failed.reason;
  }

  async close(): Promise<void> {
    await Promise.all([...this.#tails.values()]);
  }

  /** One outcome per partition or refused record, the earliest record's first. */
  #sendAll(records: readonly ProducedRecord[]): readonly Promise<void>[] {
    const outcomes: Promise<void>[] = [];
    const batches = new Map<string, { of: TopicPartition; records: ProducedRecord[] }>();
    for (const record of records) {
      try {
        if (recordBytes(record) > this.options.maxMessageBytes) {
          throw brokerError('record-too-large', record.topic);
        }
        const of = partitionOf(this.link, record);
        const batch = batches.get(partitionName(of)) ?? { of, records: [] };
        batches.set(partitionName(of), batch);
        batch.records.push(record);
      } catch (error) {
        outcomes.push(Promise.reject(asKafkaError(error)));
      }
    }
    for (const [name, batch] of batches) outcomes.push(this.#sendInOrder(name, batch.of, batch.records));
    return outcomes;
  }

  #sendInOrder(name: string, of: TopicPartition, records: readonly ProducedRecord[]): Promise<void> {
    const before = this.#tails.get(name) ?? Promise.resolve();
    const sent = before.then(() => this.#send(of, records));
    this.#tails.set(
      name,
      sent.catch(() => undefined),
    );
    return sent;
  }

  async #send(of: TopicPartition, records: readonly ProducedRecord[]): Promise<void> {
    await this.link.pause([0.5, 5]);
    const { broker } = this.link;
    try {
      await this.link.call('send', () => broker.append(of, records, null), this.options.callTimeoutMs);
    } catch (error) {
      throw isBrokerError(error, 'timed-out') ? brokerError('message-timed-out', of.topic, error) : error;
    }
  }
}
