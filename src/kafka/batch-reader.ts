/**
 * One native read, by either binding: a batch of records and the ends of partitions that came with them.
 * A read waits no longer than its limit for the first record, and ends when no more are there. Each reader
 * belongs to one native client.
 */
import type { KafkaConsumer } from 'node-rdkafka';
import type { RecordBatch } from '../ports/record-batch.js';
import type { TopicPartitionOffset } from '../ports/topic-partition.js';
import { commitOffset, partition } from '../record/units.js';
import { packedConsumer, type Binding } from './binding.js';
import { MessageBatch } from './message-batch.js';
import { PackedBatch } from './packed-batch.js';

export interface BatchReader {
  /** Never called while a read is under way, never for zero records. */
  read(max: number, limitMs: number, done: (error: unknown, batch?: RecordBatch) => void): void;
}

export const createBatchReader = (client: KafkaConsumer, binding: Binding): BatchReader =>
  binding === 'packed' ? new PackedReader(client) : new PublishedReader(client);

/** While nothing comes, in slices short enough for ends of partitions and for closing. */
const IDLE_WAIT_MS = 25;
/** Of the published binding, per record, not per batch: a batch ends when nothing came for so long. */
const BUSY_WAIT_MS = 5;

class PackedReader implements BatchReader {
  constructor(private readonly client: KafkaConsumer) {}

  read(max: number, limitMs: number, done: (error: unknown, batch?: RecordBatch) => void): void {
    packedConsumer(this.client).consumePacked(
      Math.min(IDLE_WAIT_MS, limitMs),
      max,
      (error, count, index, bytes, strings, ends) => {
        if (error) done(error);
        else done(null, new PackedBatch(count, index, bytes, strings, ends));
      },
    );
  }
}

/**
 * node-rdkafka 3.6.1 swallows an error that comes after at least one record of the same batch
 * (src/workers.cc, `KafkaConsumerConsumeNum::Execute` sets it only while the batch holds no record),
 * and drops the ends of partitions that came before an error (`HandleErrorCallback`).
 */
class PublishedReader implements BatchReader {
  #ends: TopicPartitionOffset[] = [];
  /** The last read brought nothing: one record is waited for. */
  #isIdle = false;

  constructor(private readonly client: KafkaConsumer) {
    client.on('partition.eof', (end) =>
      this.#ends.push({
        topic: end.topic,
        partition: partition(end.partition),
        offset: commitOffset(end.offset),
      }),
    );
  }

  read(max: number, limitMs: number, done: (error: unknown, batch?: RecordBatch) => void): void {
    this.client.setDefaultConsumeTimeout(Math.min(this.#isIdle ? IDLE_WAIT_MS : BUSY_WAIT_MS, limitMs));
    this.client.consume(this.#isIdle ? 1 : max, (error, messages) => {
      if (error) {
        done(error);
        return;
      }
      this.#isIdle = messages.length === 0;
      const ends = this.#ends;
      if (ends.length > 0) this.#ends = [];
      done(null, new MessageBatch(messages, ends));
    });
  }
}
