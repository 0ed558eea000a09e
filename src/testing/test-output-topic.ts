/**
 * A topic that a test reads what the topology has written from: Kafka Streams' `TestOutputTopic`. It reads as a
 * read_committed consumer does. Each record is read once, whichever object of the same topic reads it.
 */
import type { ConsumedRecord } from '../record/record.js';
import type { Deserializer } from '../record/serde.js';
import type { OutputQueue } from './output-log.js';
import type { TestKeyValue } from './test-record.js';
import { TestRecord } from './test-record.js';

/** There is nothing to read. */
export class NoSuchElementError extends Error {
  override readonly name = 'NoSuchElementError';
}

export class TestOutputTopic<K, V> {
  /** Only a driver makes one. */
  constructor(
    private readonly queue: OutputQueue,
    private readonly keyDeserializer: Deserializer<K>,
    private readonly valueDeserializer: Deserializer<V>,
    /** A call of the driver has not been awaited yet. */
    private readonly isBusy: () => boolean,
  ) {}

  /** Throws a NoSuchElementError when there is no record, as every `read…` of one record does. */
  readRecord(): TestRecord<K, V> {
    const record = this.queue.take();
    if (record === undefined) {
      const hint = this.isBusy() ? ': a call of the driver is under way, await it first' : '';
      throw new NoSuchElementError(`Topic ${this.queue.topic} has no record to read${hint}.`);
    }
    return this.#decode(record);
  }

  readValue(): V {
    return this.readRecord().value;
  }

  readKeyValue(): TestKeyValue<K, V> {
    const { key, value } = this.readRecord();
    return { key, value };
  }

  /** All there are, as every `read…` of several is; empty when there is none. */
  readRecordsToList(): readonly TestRecord<K, V>[] {
    const records: TestRecord<K, V>[] = [];
    for (let record = this.queue.take(); record !== undefined; record = this.queue.take()) {
      records.push(this.#decode(record));
    }
    return records;
  }

  readKeyValuesToList(): readonly TestKeyValue<K, V>[] {
    return this.readRecordsToList().map(({ key, value }) => ({ key, value }));
  }

  readValuesToList(): readonly V[] {
    return this.readRecordsToList().map(({ value }) => value);
  }

  /** The last value of each key. */
  readKeyValuesToMap(): ReadonlyMap<K, V> {
    return new Map(this.readRecordsToList().map(({ key, value }) => [key, value]));
  }

  isEmpty(): boolean {
    return this.queue.size === 0;
  }

  getQueueSize(): number {
    return this.queue.size;
  }

  #decode({ topic, headers, key, value, timestamp }: ConsumedRecord): TestRecord<K, V> {
    return new TestRecord(
      this.keyDeserializer.deserialize(key, { topic, headers, isKey: true }),
      this.valueDeserializer.deserialize(value, { topic, headers, isKey: false }),
      headers,
      timestamp,
    );
  }
}
