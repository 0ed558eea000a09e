/**
 * Reads partitions that are assigned by hand, over node-rdkafka's KafkaConsumer with `enable.partition.eof`.
 *
 * `ends`: librdkafka reports an end when its fetch position has reached the last stable offset, and that
 * position moves over control records and aborted records (rdkafka_msgset_reader.c), so an end counts them.
 * An end is said once per assign and stable offset; node-rdkafka drops it when an error follows in the same
 * read. So after an error everything is assigned again at its position, and ends are said again.
 * A pause outlives a new assignment that holds its partition, and ends with any other.
 */
import type { LogConsumer } from '../ports/consumer.js';
import type { RecordBatch } from '../ports/record-batch.js';
import type { TopicPartition, TopicPartitionOffset } from '../ports/topic-partition.js';
import { partitionName } from '../ports/topic-partition.js';
import { awaitStops } from './assignment-barrier.js';
import { toKafkaError } from './errors.js';
import { PollingConsumer } from './polling-consumer.js';
import { logConsumerSettings, type KafkaClientOptions } from './settings.js';

export class KafkaLogConsumer implements LogConsumer {
  readonly #consumer: PollingConsumer;
  #assigned: readonly TopicPartitionOffset[] = [];
  readonly #paused = new Map<string, TopicPartition>();

  constructor(options: KafkaClientOptions) {
    this.#consumer = new PollingConsumer({
      role: 'log',
      where: 'internal topics',
      options,
      settings: logConsumerSettings(options),
      onReadError: ({ kind }) => {
        if (kind !== 'fatal' && kind !== 'fenced') this.#assignAgain();
      },
    });
  }

  connect(): Promise<void> {
    return this.#consumer.connection.connect();
  }

  assign(positions: readonly TopicPartitionOffset[]): void {
    this.#replace(positions, () => this.#consumer.started(positions));
  }

  #replace(positions: readonly TopicPartitionOffset[], then: () => void): void {
    this.#assigned = positions;
    const names = new Set(positions.map(partitionName));
    this.#consumer.replaceAssignment((client) => {
      // librdkafka keeps the pause of a partition that is taken away: it would still be paused when it comes back.
      this.resume([...this.#paused.values()].filter((of) => !names.has(partitionName(of))));
      try {
        client.assign(positions.map((one) => ({ ...one })));
      } catch (error) {
        throw toKafkaError('assign', [...names].join(', '), error);
      }
      then();
      this.#consumer.pause([...this.#paused.values()]);
      awaitStops(client);
    });
  }

  poll(max: number, timeoutMs: number): Promise<RecordBatch> {
    return this.#consumer.poll(max, timeoutMs);
  }

  pause(partitions: readonly TopicPartition[]): void {
    for (const one of partitions) this.#paused.set(partitionName(one), one);
    this.#consumer.pause(partitions);
  }

  resume(partitions: readonly TopicPartition[]): void {
    for (const one of partitions) this.#paused.delete(partitionName(one));
    this.#consumer.resume(partitions);
  }

  close(): Promise<void> {
    return this.#consumer.connection.close();
  }

  #assignAgain(): void {
    if (!this.#consumer.connection.isOpen || this.#assigned.length === 0) return;
    const client = this.#consumer.connection.use('assign');
    const read = new Map(
      client
        .position(this.#assigned.map((one) => ({ ...one })))
        .map((one) => [partitionName(asPlace(one)), one.offset]),
    );
    // A partition of which nothing was read yet has no position.
    const positions = this.#assigned.map((one) => {
      const position = read.get(partitionName(one));
      return position === undefined || position < 0 ? one : { ...one, offset: position as typeof one.offset };
    });
    // A position that is outside of the log still is: that is told as before.
    this.#replace(positions, () => undefined);
  }
}

const asPlace = (one: { topic: string; partition: number }): TopicPartition => one as TopicPartition;
