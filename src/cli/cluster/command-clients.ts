/** The Kafka clients of a command: as the service's settings have them, but in no group of the service's. */
import type { Settings } from '../../../config/schema.js';
import { createKafkaClients } from '../../kafka/clients.js';
import type { KafkaClients } from '../../ports/kafka-clients.js';
import { clientOptions, publisherOptions } from '../../service/client-options.js';

export interface CommandClientsOptions {
  /** Of the process, in the log of the brokers; also the group that it never joins. */
  readonly id: string;
  readonly startTimeoutMs: number;
  /** In place of the service's limit. */
  readonly maxMessageBytes?: number;
  /** Its producer publishes events: with the retries and the batch size of the settings. */
  readonly isPublisher?: boolean;
}

export const createCommandClients = (
  settings: Settings,
  { id, startTimeoutMs, maxMessageBytes, isPublisher = false }: CommandClientsOptions,
): KafkaClients =>
  createKafkaClients({
    ...clientOptions(settings, id),
    ...(isPublisher ? publisherOptions(settings) : {}),
    ...(maxMessageBytes === undefined ? {} : { maxMessageBytes }),
    groupId: id,
    statisticsIntervalMs: 0,
    startTimeoutMs,
  });
