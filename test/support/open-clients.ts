/** The Kafka clients of a test: their settings, and that each that was connected is closed at its end. */
import { createKafkaClients } from '../../src/kafka/clients.js';
import type { KafkaClientOptions } from '../../src/kafka/settings.js';
import type { AcknowledgedProducer } from '../../src/ports/producer.js';
import { uniqueName } from './broker.js';

/** A group and a transactional id that nobody else has, unless the test names them. */
export const testClientOptions = (
  bootstrapServers: string,
  over: Partial<KafkaClientOptions> = {},
): KafkaClientOptions => ({
  bootstrapServers,
  clientId: 'test',
  groupId: uniqueName('group'),
  groupProtocol: 'classic',
  transactionalId: uniqueName('transactional'),
  sessionTimeoutMs: 6_000,
  maxPollIntervalMs: 60_000,
  transactionTimeoutMs: 15_000,
  maxMessageBytes: 1_000_000,
  startTimeoutMs: 20_000,
  statisticsIntervalMs: 0,
  ...over,
});

/** Connected, for many records that are there before a test begins; the caller closes it. */
export const fillingProducer = async (bootstrapServers: string): Promise<AcknowledgedProducer> => {
  const options = testClientOptions(bootstrapServers, {
    transactionTimeoutMs: 60_000,
    startTimeoutMs: 60_000,
  });
  const producer = createKafkaClients(options).acknowledgedProducer();
  await producer.connect();
  return producer;
};

interface Closable {
  close(): Promise<void>;
}

export class OpenClients {
  #open: Closable[] = [];

  add(closable: Closable): void {
    this.#open.push(closable);
  }

  /** Closed at the end also when it does not connect. */
  async connect<C extends Closable & { connect(): Promise<void> }>(client: C): Promise<C> {
    this.add(client);
    await client.connect();
    return client;
  }

  async close(): Promise<void> {
    const closing = this.#open;
    this.#open = [];
    await Promise.all(closing.map((client) => client.close()));
  }
}
