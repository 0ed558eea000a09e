/**
 * What a program that publishes events needs beside src/index.ts: a producer over Kafka, connected, with the
 * platform's values. For processes that are not the service; the service has its producers from src/kafka.
 */
import { KafkaAcknowledgedProducer } from './kafka/acknowledged-producer.js';
import type { KafkaSecurity } from './kafka/settings.js';
import type { AcknowledgedProducer } from './ports/producer.js';

export type { KafkaSecurity } from './kafka/settings.js';
export type { AcknowledgedProducer } from './ports/producer.js';

export interface ProducerOptions {
  /** Comma-separated `host:port`. */
  readonly bootstrapServers: string;
  readonly security?: KafkaSecurity;
  /** How the brokers' logs and quotas know this program. */
  readonly clientId?: string;
  /** How often a request that failed is sent again; at least 1. */
  readonly retries?: number;
  /** The largest batch of one partition. */
  readonly batchSizeBytes?: number;
  /** How long a batch waits for more records. */
  readonly lingerMs?: number;
  /** After this time a record that is not acknowledged has failed, retries or not. */
  readonly deliveryTimeoutMs?: number;
  /** The largest key and value together. */
  readonly maxMessageBytes?: number;
  readonly connectTimeoutMs?: number;
}

/** The platform's. */
const DEFAULTS = {
  clientId: 'audit-lanes-publisher',
  retries: 3,
  batchSizeBytes: 16_384,
  lingerMs: 5,
  deliveryTimeoutMs: 30_000,
  maxMessageBytes: 1_000_000,
  connectTimeoutMs: 30_000,
} as const;

/** Idempotent, `acks=all`. Rejects with a KafkaError when no broker answers in time. */
export const connectProducer = async (options: ProducerOptions): Promise<AcknowledgedProducer> => {
  const of = { ...DEFAULTS, ...options };
  const producer = new KafkaAcknowledgedProducer({
    bootstrapServers: of.bootstrapServers,
    ...(of.security === undefined ? {} : { security: of.security }),
    clientId: of.clientId,
    retries: of.retries,
    batchSizeBytes: of.batchSizeBytes,
    lingerMs: of.lingerMs,
    transactionTimeoutMs: of.deliveryTimeoutMs,
    deliveryTimeoutMs: of.deliveryTimeoutMs,
    maxMessageBytes: of.maxMessageBytes,
    startTimeoutMs: of.connectTimeoutMs,
    statisticsIntervalMs: 0,
    // Of consumers and transactions, which a producer of this kind has not.
    groupId: of.clientId,
    groupProtocol: 'classic',
    transactionalId: of.clientId,
    sessionTimeoutMs: 45_000,
    maxPollIntervalMs: 300_000,
  });
  await producer.connect();
  return producer;
};
