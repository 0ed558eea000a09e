/**
 * Topics and watermarks: a read_uncommitted handle that never subscribes (a read_committed one answers
 * with the last stable offset), and node-rdkafka's admin client.
 * Promises: a topic that was created, or had been, is visible in metadata when the call resolves.
 * Must never run two admin operations at once: they share one queue of results in node-rdkafka, and
 * each could take the other's.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import rdkafka, {
  type IAdminClient,
  type KafkaConsumer,
  type Metadata,
  type WatermarkOffsets,
} from 'node-rdkafka';
import { isKafkaError } from '../ports/kafka-error.js';
import type { ClusterAdmin, NewTopic, Watermarks } from '../ports/cluster.js';
import { partitionName, type TopicPartition } from '../ports/topic-partition.js';
import { commitOffset } from '../record/units.js';
import { Connection } from './connection.js';
import { INVALID_PARTITIONS, STATE, TIMED_OUT, TOPIC_EXISTS } from './error-codes.js';
import { makeKafkaError, toKafkaError, type Operation } from './errors.js';
import { adminClientSettings, clusterHandleSettings, type KafkaClientOptions } from './settings.js';

const CALL_TIMEOUT_MS = 10_000;
const VISIBLE_LIMIT_MS = 15_000;
const VISIBLE_PAUSE_MS = 100;

export class KafkaClusterAdmin implements ClusterAdmin {
  readonly #connection: Connection<KafkaConsumer>;
  #admin: IAdminClient | undefined;
  #last: Promise<unknown> = Promise.resolve();

  constructor(private readonly options: KafkaClientOptions) {
    const { global, topic } = clusterHandleSettings(options);
    this.#connection = new Connection<KafkaConsumer>({
      role: 'admin',
      options,
      make: () => new rdkafka.KafkaConsumer(global, topic),
      disconnect: (client, done) => void client.disconnect(done),
    });
  }

  async connect(): Promise<void> {
    await this.#connection.connect();
    try {
      this.#admin = rdkafka.AdminClient.create(adminClientSettings(this.options));
    } catch (error) {
      throw toKafkaError('connect', this.options.bootstrapServers, error);
    }
  }

  async partitionCounts(topics: readonly string[]): Promise<ReadonlyMap<string, number>> {
    // All topics: asking for one by name makes a native topic object that is never freed.
    const metadata = await this.#connection.call<Metadata>('metadata', topics.join(', '), (client, done) => {
      client.getMetadata({ allTopics: true, timeout: CALL_TIMEOUT_MS }, done);
    });
    const found = new Map(metadata?.topics.map((topic) => [topic.name, topic.partitions.length]));
    return new Map(topics.map((topic) => [topic, found.get(topic) ?? 0]));
  }

  async watermarks(of: TopicPartition): Promise<Watermarks> {
    const found = await this.#connection.call<WatermarkOffsets>(
      'watermarks',
      partitionName(of),
      (client, done) => {
        client.queryWatermarkOffsets(of.topic, of.partition, CALL_TIMEOUT_MS, done);
      },
    );
    if (found === undefined) {
      throw makeKafkaError('watermarks', partitionName(of), 'retriable', TIMED_OUT, 'an empty answer');
    }
    return { low: commitOffset(found.lowOffset), high: commitOffset(found.highOffset) };
  }

  async createTopic(topic: NewTopic): Promise<void> {
    const wanted = {
      topic: topic.name,
      num_partitions: topic.partitions,
      replication_factor: topic.replicationFactor,
      config: { ...topic.config },
    };
    try {
      await this.#inTurn('createTopic', topic.name, (admin, done) =>
        admin.createTopic(wanted, CALL_TIMEOUT_MS, done),
      );
    } catch (error) {
      if (!hasCode(error, TOPIC_EXISTS)) throw error;
      return this.#untilVisible('createTopic', topic.name, 1);
    }
    return this.#untilVisible('createTopic', topic.name, topic.partitions);
  }

  async createPartitions(topic: string, total: number): Promise<void> {
    try {
      await this.#inTurn('createPartitions', topic, (admin, done) =>
        admin.createPartitions(topic, total, CALL_TIMEOUT_MS, done),
      );
    } catch (error) {
      // "The same number" and "more than wanted" have one code.
      const count = hasCode(error, INVALID_PARTITIONS)
        ? (await this.partitionCounts([topic])).get(topic)
        : undefined;
      if (count !== total) throw error;
    }
    return this.#untilVisible('createPartitions', topic, total);
  }

  async close(): Promise<void> {
    // Disconnecting waits, on this thread, for an operation that is under way.
    await this.#last;
    try {
      this.#admin?.disconnect();
    } finally {
      this.#admin = undefined;
      await this.#connection.close();
    }
  }

  #inTurn(
    operation: Operation,
    where: string,
    start: (admin: IAdminClient, done: (error: unknown) => void) => void,
  ): Promise<void> {
    const next = this.#last.then(
      () =>
        new Promise<void>((resolve, reject) => {
          const admin = this.#admin;
          if (admin === undefined) {
            throw makeKafkaError(operation, where, 'fatal', STATE, 'the admin client is not connected');
          }
          start(admin, (error) => (error ? reject(toKafkaError(operation, where, error)) : resolve()));
        }),
    );
    this.#last = next.catch(() => undefined);
    return next;
  }

  /** The controller answers before the brokers know. */
  async #untilVisible(operation: Operation, topic: string, partitions: number): Promise<void> {
    const deadline = performance.now() + VISIBLE_LIMIT_MS;
    for (;;) {
      const count = (await this.partitionCounts([topic])).get(topic) ?? 0;
      if (count >= partitions) return;
      if (performance.now() > deadline) {
        const why = `it is not visible after ${VISIBLE_LIMIT_MS} ms (${count} of ${partitions} partitions)`;
        throw makeKafkaError(operation, topic, 'retriable', TIMED_OUT, why);
      }
      await sleep(VISIBLE_PAUSE_MS);
    }
  }
}

const hasCode = (error: unknown, code: number): boolean => isKafkaError(error) && error.code === code;
