/** A log consumer in a case's hand: what it has read so far, in order, and the ends it was told. */
import { expect } from 'chai';
import type { Clock } from '../../src/ports/clock.js';
import type { LogConsumer } from '../../src/ports/consumer.js';
import type { RecordBatch } from '../../src/ports/record-batch.js';
import type { TopicPartitionOffset } from '../../src/ports/topic-partition.js';
import type { ConsumedRecord } from '../../src/record/record.js';
import { commitOffset, partition } from '../../src/record/units.js';

const PATIENCE_MS = 30_000;

export const recordsOf = (batch: RecordBatch): readonly ConsumedRecord[] =>
  Array.from({ length: batch.length }, (_, index) => {
    const key = batch.key(index);
    const value = batch.value(index);
    expect(batch.bytes(index)).to.equal((key?.length ?? 0) + (value?.length ?? 0));
    return {
      topic: batch.topic(index),
      partition: batch.partition(index),
      offset: batch.offset(index),
      timestamp: batch.timestamp(index),
      key,
      value,
      headers: batch.headers(index),
    };
  });

export class ContractReader {
  readonly records: ConsumedRecord[] = [];
  readonly ends: TopicPartitionOffset[] = [];

  constructor(
    readonly consumer: LogConsumer,
    readonly clock: Clock,
  ) {}

  assign(topic: string, offset = 0, index = 0): void {
    this.consumer.assign([{ topic, partition: partition(index), offset: commitOffset(offset) }]);
  }

  get values(): readonly (string | null)[] {
    return this.records.map(({ value }) => value?.toString() ?? null);
  }

  get endOffsets(): readonly number[] {
    return this.ends.map(({ offset }) => offset);
  }

  async poll(max = 100): Promise<void> {
    const batch = await this.consumer.poll(max, 100);
    this.records.push(...recordsOf(batch));
    this.ends.push(...batch.ends);
  }

  async pollUntil(what: string, condition: () => boolean, max = 100): Promise<void> {
    const untilMs = this.clock.monotonic() + PATIENCE_MS;
    while (!condition()) {
      if (this.clock.monotonic() > untilMs) {
        expect.fail(`did not come true: ${what}; read ${this.values.join()}; ends ${this.endOffsets.join()}`);
      }
      await this.poll(max);
    }
  }

  /** Reads until it is told that everything below `offset` has been read. */
  async pollToEnd(offset: number): Promise<void> {
    await this.pollUntil(`end ${offset}`, () => this.endOffsets.includes(offset));
  }

  async pollFor(durationMs: number): Promise<void> {
    const untilMs = this.clock.monotonic() + durationMs;
    while (this.clock.monotonic() < untilMs) await this.poll();
  }
}
