/**
 * A topic that a test writes what the topology reads into: Kafka Streams' `TestInputTopic`. Each record is
 * processed as far as it goes before the next is written: committed, or waiting in a lane.
 */
import type { InputRecord } from './simulated-cluster.js';
import { serializedBytes, type Serializer } from '../record/serde.js';
import type { TestKeyValue } from './test-record.js';
import { TestRecord } from './test-record.js';

/** Writes one record and resolves once it was processed as far as it goes. */
export type Pipe = (record: InputRecord) => Promise<void>;

export interface InputTime {
  /** Epoch milliseconds: of the first record that is given no time of its own. */
  readonly startMs: number;
  /** What is added after each of those. */
  readonly autoAdvanceMs: number;
}

export class TestInputTopic<K, V> {
  #nowMs: number;

  /** Only a driver makes one. */
  constructor(
    readonly topic: string,
    private readonly keySerializer: Serializer<K>,
    private readonly valueSerializer: Serializer<V>,
    private readonly time: InputTime,
    private readonly pipe: Pipe,
  ) {
    this.#nowMs = time.startMs;
  }

  /** A value without a key, or a record. */
  pipeInput(valueOrRecord: V | TestRecord<K, V>): Promise<void>;
  pipeInput(key: K, value: V, timestampMs?: number): Promise<void>;
  async pipeInput(...given: readonly unknown[]): Promise<void> {
    if (given.length > 1) {
      const [key, value, timestampMs] = given as readonly [K, V, number?];
      return this.#pipe(new TestRecord(key, value, [], timestampMs));
    }
    const [only] = given as readonly [V | TestRecord<K, V>];
    return this.#pipe(only instanceof TestRecord ? only : new TestRecord(null, only));
  }

  /** One after the other. The times of the records are those of the topic, as above. */
  async pipeKeyValueList(list: readonly TestKeyValue<K, V>[]): Promise<void> {
    for (const { key, value } of list) await this.#pipe(new TestRecord(key, value));
  }

  async pipeValueList(list: readonly V[]): Promise<void> {
    for (const value of list) await this.#pipe(new TestRecord(null, value));
  }

  async pipeRecordList(list: readonly TestRecord<K, V>[]): Promise<void> {
    for (const record of list) await this.#pipe(record);
  }

  /** The time of the next record that is given none: event time, not the wall clock. */
  advanceTime(byMs: number): void {
    if (!(byMs >= 0)) throw new RangeError(`time cannot be advanced by ${byMs} ms`);
    this.#nowMs += byMs;
  }

  async #pipe({ key, value, headers, timestampMs }: TestRecord<K | null, V>): Promise<void> {
    const context = { topic: this.topic, headers };
    await this.pipe({
      key:
        key === null ? null : serializedBytes(this.keySerializer.serialize(key, { ...context, isKey: true })),
      value:
        value === null
          ? null
          : serializedBytes(this.valueSerializer.serialize(value, { ...context, isKey: false })),
      headers,
      timestampMs: timestampMs ?? this.#ownTime(),
    });
  }

  #ownTime(): number {
    const own = this.#nowMs;
    this.#nowMs += this.time.autoAdvanceMs;
    return own;
  }
}
