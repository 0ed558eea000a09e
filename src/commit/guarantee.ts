/** The two processing guarantees behind one interface: which producer, and how it commits. */
import type { Clock } from '../ports/clock.js';
import type { SourceConsumer } from '../ports/consumer.js';
import type { KafkaClients } from '../ports/kafka-clients.js';
import { PlainRecords, type RecordBuffer } from '../record/record-list.js';
import type { Tracing } from '../ports/tracing.js';
import { AtLeastOnceCommitter } from './at-least-once.js';
import type { Committer } from './committer.js';
import { ExactlyOnceCommitter } from './exactly-once.js';
import { tracedCommitter } from './traced-committer.js';

export interface Guarantee {
  readonly committer: Committer;
  readonly producer: { connect(): Promise<void>; close(): Promise<void> };
  /** After connect and before the consumer joins: fences whoever had this identity before. */
  initialise(): Promise<void>;
  /** An empty list for what is decided, as the producer takes it best. */
  buffer(): RecordBuffer;
}

export interface GuaranteeSettings {
  readonly processingGuarantee: 'exactly_once_v2' | 'at_least_once';
  readonly transactionTimeoutMs: number;
}

export const guaranteeOf = (
  settings: GuaranteeSettings,
  clients: KafkaClients,
  consumer: SourceConsumer,
  clock: Clock,
  tracing?: Tracing,
): Guarantee => {
  if (settings.processingGuarantee === 'at_least_once') {
    const producer = clients.acknowledgedProducer();
    const committer = new AtLeastOnceCommitter(producer, consumer);
    return {
      committer: tracedCommitter(committer, tracing),
      producer,
      initialise: () => Promise.resolve(),
      buffer: () => new PlainRecords(),
    };
  }
  const producer = clients.transactionalProducer();
  const committer = new ExactlyOnceCommitter(producer, consumer, clock, settings.transactionTimeoutMs);
  return {
    committer: tracedCommitter(committer, tracing),
    producer,
    initialise: () => producer.initTransactions(),
    buffer: () => producer.buffer(),
  };
};
