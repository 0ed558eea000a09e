/**
 * The Kafka clients of a command, each made and connected when it is first asked for, and closed with the others.
 * None of them ever joins the service's group.
 */
import type { Clock } from '../../ports/clock.js';
import { sleep } from '../../ports/nap.js';
import type { ClusterAdmin, Watermarks } from '../../ports/cluster.js';
import type { KafkaClients } from '../../ports/kafka-clients.js';
import { isKafkaError } from '../../ports/kafka-error.js';
import type { AcknowledgedProducer } from '../../ports/producer.js';
import type { TopicPartition } from '../../ports/topic-partition.js';
import { TopicMissing } from '../exit-code.js';
import type { Output } from '../terminal/output.js';
import { shown } from '../terminal/printable.js';

export interface ConnectingParts {
  readonly clock: Clock;
  /** Ctrl-C. */
  readonly stop: AbortSignal;
  readonly output: Output;
}

export interface Closable {
  close(): Promise<void>;
}

const ATTEMPTS = 5;
const RETRY_PAUSE_MS = 500;

export class ConnectedClients<Parts extends ConnectingParts> {
  readonly #createClients: () => Promise<KafkaClients>;
  readonly #open: Promise<Closable>[] = [];
  #clients: Promise<KafkaClients> | undefined;
  #admin: Promise<ClusterAdmin> | undefined;
  #producer: Promise<AcknowledgedProducer> | undefined;

  constructor(
    readonly parts: Parts,
    createClients: () => Promise<KafkaClients>,
  ) {
    this.#createClients = createClients;
  }

  get output(): Output {
    return this.parts.output;
  }

  admin(): Promise<ClusterAdmin> {
    return (this.#admin ??= this.connected((clients) => clients.clusterAdmin()));
  }

  producer(): Promise<AcknowledgedProducer> {
    return (this.#producer ??= this.connected((clients) => clients.acknowledgedProducer()));
  }

  /** Throws TopicMissing. */
  async partitionsOf(topic: string): Promise<number> {
    const admin = await this.admin();
    const count = (await this.insist(() => admin.partitionCounts([topic]))).get(topic) ?? 0;
    if (count > 0) return count;
    throw new TopicMissing(
      `Topic ${topic} does not exist. It is made when the service first starts: are KAFKA_BROKERS, KAFKA_GROUP_ID and SOURCE_TOPICS those of the service?`,
    );
  }

  async watermarks(of: TopicPartition): Promise<Watermarks> {
    const admin = await this.admin();
    return this.insist(() => admin.watermarks(of));
  }

  /** Repeats a call that a broker was only late for. */
  async insist<T>(call: () => Promise<T>): Promise<T> {
    for (let attempt = 1; ; attempt++) {
      try {
        this.parts.stop.throwIfAborted();
        return await call();
      } catch (error) {
        if (attempt >= ATTEMPTS || !isKafkaError(error) || error.kind !== 'retriable') throw error;
        await sleep(this.parts.clock, RETRY_PAUSE_MS, this.parts.stop);
      }
    }
  }

  /** Never rejects. */
  async close(): Promise<void> {
    await Promise.allSettled(this.#open.map(async (one) => (await one).close()));
  }

  protected connected<T extends Closable & { connect(): Promise<void> }>(
    create: (clients: KafkaClients) => T,
  ): Promise<T> {
    return this.opened(async () => {
      const client = create(await (this.#clients ??= this.#createClients()));
      await client.connect();
      return client;
    });
  }

  /** It is closed with the others. */
  protected opened<T extends Closable>(open: () => Promise<T>): Promise<T> {
    this.output.progress(shown`connecting`);
    const opened = open().finally(() => this.output.progress(shown``));
    this.#open.push(opened);
    return opened;
  }
}
