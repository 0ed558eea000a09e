/**
 * Idempotent producer with `acks=all`, over node-rdkafka's Producer with delivery reports: each record
 * carries its batch as the report's opaque value, so a report is one decrement.
 * Promises: `send` settles once every record of it has an outcome, within librdkafka's message time-out.
 * Must never resolve for a record that was not acknowledged.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import rdkafka, { type Producer } from 'node-rdkafka';
import type { KafkaError } from '../ports/kafka-error.js';
import type { AcknowledgedProducer } from '../ports/producer.js';
import type { ProducedRecord } from '../record/record.js';
import { Connection } from './connection.js';
import { disconnectProducer } from './disconnect-producer.js';
import { enqueue } from './enqueue.js';
import { QUEUE_FULL } from './error-codes.js';
import { toKafkaError } from './errors.js';
import { acknowledgedProducerSettings, type KafkaClientOptions } from './settings.js';
import { within } from './within.js';

const POLL_INTERVAL_MS = 5;
const QUEUE_FULL_PAUSE_MS = 5;
/** Beyond the message time-out, by which every record has an outcome. */
const CLOSE_MARGIN_MS = 2_000;

/** The records of one `send` that have no outcome yet. One more is counted while it still enqueues. */
class Delivery {
  #open = 1;
  #failure: KafkaError | undefined;
  #settle: (() => void) | undefined;

  add(): void {
    this.#open += 1;
  }

  fail(error: KafkaError): void {
    this.#failure ??= error;
  }

  done(): void {
    this.#open -= 1;
    if (this.#open === 0) this.#settle?.();
  }

  outcome(): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#settle = () => (this.#failure === undefined ? resolve() : reject(this.#failure));
      this.done();
    });
  }
}

export class KafkaAcknowledgedProducer implements AcknowledgedProducer {
  readonly #connection: Connection<Producer>;
  readonly #sends = new Set<Promise<void>>();

  constructor(private readonly options: KafkaClientOptions) {
    const { global, topic } = acknowledgedProducerSettings(options);
    this.#connection = new Connection<Producer>({
      role: 'acknowledged',
      options,
      make: () => {
        const client = new rdkafka.Producer(global, topic);
        client.on('delivery-report', onReport);
        return client;
      },
      disconnect: disconnectProducer,
    });
  }

  async connect(): Promise<void> {
    await this.#connection.connect();
    this.#connection.use('connect').setPollInterval(POLL_INTERVAL_MS);
  }

  async send(records: readonly ProducedRecord[]): Promise<void> {
    const client = this.#connection.use('send');
    const sending = this.#send(client, records);
    this.#sends.add(sending);
    try {
      await sending;
    } finally {
      this.#sends.delete(sending);
    }
  }

  close(): Promise<void> {
    return this.#connection.close(async () => {
      await within(this.options.transactionTimeoutMs + CLOSE_MARGIN_MS, Promise.allSettled([...this.#sends]));
    });
  }

  async #send(client: Producer, records: readonly ProducedRecord[]): Promise<void> {
    const delivery = new Delivery();
    for (const record of records) {
      for (;;) {
        const refusal = offer(client, record, delivery);
        if (refusal === undefined) break;
        if (refusal.code !== QUEUE_FULL) {
          delivery.fail(refusal);
          return delivery.outcome();
        }
        await sleep(QUEUE_FULL_PAUSE_MS);
      }
    }
    return delivery.outcome();
  }
}

const offer = (client: Producer, record: ProducedRecord, delivery: Delivery): KafkaError | undefined => {
  try {
    enqueue(client, record, delivery);
    delivery.add();
    return undefined;
  } catch (error) {
    return toKafkaError('produce', `${record.topic}-${record.partition ?? 'any'}`, error);
  }
};

const onReport = (error: unknown, report: { topic: string; partition: number; opaque?: unknown }): void => {
  const delivery = report.opaque;
  if (!(delivery instanceof Delivery)) return;
  if (error) delivery.fail(toKafkaError('send', `${report.topic}-${report.partition}`, error));
  delivery.done();
};
