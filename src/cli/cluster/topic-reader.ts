/**
 * Reads stretches of topics, read committed, whole records with their headers: dead letters, commands, results.
 * Several partitions at a time over one consumer of its own. It promises every committed record of the
 * stretch that was there when the reading began, in order per partition; an open transaction at the end
 * is not waited for.
 */
import type { Clock } from '../../ports/clock.js';
import { sleep } from '../../ports/nap.js';
import type { LogConsumer } from '../../ports/consumer.js';
import type { KafkaError } from '../../ports/kafka-error.js';
import { isKafkaError } from '../../ports/kafka-error.js';
import type { RecordBatch } from '../../ports/record-batch.js';
import type { TopicPartition, TopicPartitionOffset } from '../../ports/topic-partition.js';
import { partitionName } from '../../ports/topic-partition.js';
import type { ConsumedRecord } from '../../record/record.js';
import type { CommitOffset } from '../../record/units.js';
import { after } from '../../record/units.js';

export interface Stretch extends TopicPartition {
  readonly from: CommitOffset;
  /** Not included. */
  readonly end: CommitOffset;
}

interface Reading extends TopicPartition {
  readonly end: CommitOffset;
  position: CommitOffset;
}

const POLL_RECORDS = 1000;
const POLL_TIMEOUT_MS = 100;
const ERROR_PAUSE_MS = 300;
/** Without a record or an end. */
const PATIENCE_MS = 30_000;

const recordAt = (batch: RecordBatch, i: number): ConsumedRecord => ({
  topic: batch.topic(i),
  partition: batch.partition(i),
  offset: batch.offset(i),
  timestamp: batch.timestamp(i),
  key: batch.key(i),
  value: batch.value(i),
  headers: batch.headers(i),
});

export class TopicReader {
  #readings = new Map<string, Reading>();

  constructor(
    private readonly consumer: LogConsumer,
    private readonly clock: Clock,
  ) {}

  /** One call at a time. The record's key and value are views of its batch. Rejects when `stop` is aborted. */
  async read(
    stretches: readonly Stretch[],
    onRecord: (record: ConsumedRecord) => void,
    stop: AbortSignal,
  ): Promise<void> {
    this.#readings = new Map(
      stretches
        .filter(({ from, end }) => from < end)
        .map(({ topic, partition, from, end }) => [
          partitionName({ topic, partition }),
          { topic, partition, end, position: from },
        ]),
    );
    let assigned = 0;
    let progressAt = this.clock.monotonic();
    while (this.#readings.size > 0) {
      stop.throwIfAborted();
      if (assigned !== this.#readings.size) {
        this.consumer.assign(
          [...this.#readings.values()].map(({ topic, partition, position }) => ({
            topic,
            partition,
            offset: position,
          })),
        );
        assigned = this.#readings.size;
      }
      try {
        const batch = await this.consumer.poll(POLL_RECORDS, POLL_TIMEOUT_MS);
        if (batch.length > 0 || batch.ends.length > 0) progressAt = this.clock.monotonic();
        this.#take(batch, onRecord);
      } catch (error) {
        const isPassing = isKafkaError(error) && error.kind === 'retriable' && error.stopped === undefined;
        if (!isPassing || this.clock.monotonic() - progressAt > PATIENCE_MS) throw error;
        await sleep(this.clock, ERROR_PAUSE_MS, stop);
      }
      if (this.clock.monotonic() - progressAt > PATIENCE_MS)
        throw new Error(
          `Nothing more came of ${[...this.#readings.keys()].join(', ')} for ${PATIENCE_MS / 1000} s. Are the brokers well? Try again.`,
        );
    }
    this.consumer.assign([]);
  }

  /**
   * Reads on as records come, until `stop` is aborted; then it resolves. What a broker is only late for is
   * waited for, and told.
   */
  async follow(
    positions: readonly TopicPartitionOffset[],
    onRecord: (record: ConsumedRecord) => void,
    onTrouble: (error: KafkaError) => void,
    stop: AbortSignal,
  ): Promise<void> {
    if (stop.aborted) return;
    this.consumer.assign(positions);
    while (!stop.aborted) {
      try {
        const batch = await this.consumer.poll(POLL_RECORDS, POLL_TIMEOUT_MS);
        for (let i = 0; i < batch.length && !stop.aborted; i++) onRecord(recordAt(batch, i));
      } catch (error) {
        if (!isKafkaError(error) || error.kind !== 'retriable' || error.stopped !== undefined) throw error;
        onTrouble(error);
        await sleep(this.clock, ERROR_PAUSE_MS, stop);
      }
    }
    this.consumer.assign([]);
  }

  #take(batch: RecordBatch, onRecord: (record: ConsumedRecord) => void): void {
    for (let i = 0; i < batch.length; i++) {
      const at = { topic: batch.topic(i), partition: batch.partition(i) };
      const name = partitionName(at);
      const reading = this.#readings.get(name);
      const offset = batch.offset(i);
      if (reading === undefined || offset < reading.position) continue;
      if (offset < reading.end) onRecord(recordAt(batch, i));
      reading.position = after(offset);
      if (reading.position >= reading.end) this.#readings.delete(name);
    }
    for (const end of batch.ends) this.#readings.delete(partitionName(end));
  }
}
