/**
 * What both consumers share: reading batches, pausing, and making visible what the binding hides.
 *
 * The published binding swallows some errors (see batch-reader.ts), and librdkafka says each error once. So
 * `poll` rejects for the errors it can see, and for the two that stop a consumer in silence it goes by
 * librdkafka's log: a partition without a position, a fatal error.
 *
 * Never has two native reads under way, and never asks for zero records: that would start node-rdkafka's
 * endless loop.
 */
import rdkafka, { type KafkaConsumer } from 'node-rdkafka';
import { KafkaError } from '../ports/kafka-error.js';
import type { RecordBatch } from '../ports/record-batch.js';
import { partitionName, type TopicPartition, type TopicPartitionOffset } from '../ports/topic-partition.js';
import { placeOf } from '../record/record.js';
import { createBatchReader, type BatchReader } from './batch-reader.js';
import { chooseBinding } from './binding.js';
import type { LogMeaning } from './client-events.js';
import { Connection, type ConnectionPlan } from './connection.js';
import { AUTO_OFFSET_RESET, FATAL } from './error-codes.js';
import { makeKafkaError, toKafkaError } from './errors.js';
import { EMPTY_BATCH } from './message-batch.js';
import type { ConsumerSettings } from './settings.js';

export type PollingConsumerPlan = Omit<ConnectionPlan<KafkaConsumer>, 'make' | 'disconnect'> & {
  readonly settings: ConsumerSettings;
  /** For messages: the group, or what is read. */
  readonly where: string;
  /** A read failed; what the batch said about ends is gone. */
  onReadError?(error: KafkaError): void;
};

export class PollingConsumer {
  readonly connection: Connection<KafkaConsumer>;
  #reader: BatchReader | undefined;
  #stopped: { at: TopicPartitionOffset; reason: string }[] = [];
  readonly #stoppedNames = new Set<string>();
  #fatal: string | undefined;
  #fatalTold = false;
  #reading = false;
  #change: ((client: KafkaConsumer) => void) | undefined;

  constructor(private readonly plan: PollingConsumerPlan) {
    this.connection = new Connection({
      ...plan,
      make: () => this.#make(),
      disconnect: (client, done) => void client.disconnect(done),
      onLog: (meaning) => this.#onLog(meaning),
    });
  }

  async poll(max: number, timeoutMs: number): Promise<RecordBatch> {
    if (!(max >= 1)) throw new RangeError(`poll of ${max} records`);
    this.#throwHidden();
    const deadline = performance.now() + timeoutMs;
    for (;;) {
      const remaining = Math.max(1, Math.ceil(deadline - performance.now()));
      const batch = await this.#read(max, remaining);
      // What was read under the assignment before is read again from the new positions.
      if (this.#reassign()) return EMPTY_BATCH;
      if (batch.length > 0 || batch.ends.length > 0) return batch;
      this.#throwHidden();
      if (performance.now() >= deadline || !this.connection.isOpen) return EMPTY_BATCH;
    }
  }

  /**
   * Changes the assignment between two reads. A read that is under way could return records of the old
   * assignment and of the new one, which nothing tells apart: the change waits for its end, and it is dropped.
   */
  replaceAssignment(change: (client: KafkaConsumer) => void): void {
    if (this.#reading) this.#change = change;
    else change(this.connection.use('assign'));
  }

  /** Closing ends all pauses: nothing to do then. */
  pause(partitions: readonly TopicPartition[]): void {
    if (this.connection.isOpen && partitions.length > 0) this.connection.use('assign').pause([...partitions]);
  }

  resume(partitions: readonly TopicPartition[]): void {
    if (this.connection.isOpen && partitions.length > 0)
      this.connection.use('assign').resume([...partitions]);
  }

  #make(): KafkaConsumer {
    const { global, topic } = this.plan.settings;
    const client = new rdkafka.KafkaConsumer(global, topic);
    this.#reader = createBatchReader(client, chooseBinding(this.plan.options.binding));
    return client;
  }

  /** Whether an assignment was waiting for the end of a read. */
  #reassign(): boolean {
    const change = this.#change;
    if (change === undefined) return false;
    this.#change = undefined;
    if (this.connection.isOpen) change(this.connection.use('assign'));
    return true;
  }

  async #read(max: number, limitMs: number): Promise<RecordBatch> {
    this.#reading = true;
    try {
      const batch = await this.connection.call<RecordBatch>('poll', this.plan.where, (_client, done) =>
        this.#reader?.read(max, limitMs, done),
      );
      return batch ?? EMPTY_BATCH;
    } catch (thrown) {
      const error = toKafkaError('poll', this.plan.where, thrown);
      // The log's line about it may still wait in the event loop.
      await new Promise<void>((resolve) => setImmediate(resolve));
      this.#reading = false;
      if (!this.#reassign()) this.plan.onReadError?.(error);
      if (error.code === AUTO_OFFSET_RESET || error.code === FATAL) this.#throwHidden();
      if (error.code === FATAL) this.#fatalTold = true;
      throw error;
    } finally {
      this.#reading = false;
    }
  }

  #onLog(meaning: NonNullable<LogMeaning>): void {
    if (meaning.kind === 'stopped') {
      this.#stopped.push(meaning);
      this.#stoppedNames.add(partitionName(meaning.at));
    } else if (meaning.kind === 'fatal') this.#fatal = meaning.reason;
    this.plan.onLog?.(meaning);
  }

  /** What librdkafka's log told and no read has told. */
  #throwHidden(): void {
    if (this.#fatal !== undefined && !this.#fatalTold) {
      this.#fatalTold = true;
      const kind = this.#fatal.includes('fenced') ? 'fenced' : 'fatal';
      throw makeKafkaError('poll', this.plan.where, kind, FATAL, this.#fatal);
    }
    const stopped = this.#stopped.shift();
    if (stopped === undefined) return;
    const why = `${stopped.reason}; the partition is not read any more`;
    const { message } = makeKafkaError('poll', placeOf(stopped.at), 'unusable', AUTO_OFFSET_RESET, why);
    throw new KafkaError('unusable', AUTO_OFFSET_RESET, message, { stopped: stopped.at });
  }

  /** Whether librdkafka has stopped reading the partition for want of a position. */
  hasStopped(of: TopicPartition): boolean {
    return this.#stoppedNames.has(partitionName(of));
  }

  /** Assigned anew: it is read again, and what was to be told of it is over. */
  started(partitions: readonly TopicPartition[]): void {
    const names = new Set(partitions.map(partitionName));
    for (const name of names) this.#stoppedNames.delete(name);
    this.#stopped = this.#stopped.filter(({ at }) => !names.has(partitionName(at)));
  }
}
