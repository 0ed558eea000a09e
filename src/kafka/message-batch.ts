/**
 * RecordBatch over node-rdkafka's array of message objects. Builds nothing but headers, and those
 * only when asked. The published binding reads an absent header value as an empty one: that
 * difference is lost.
 */
import type { Message } from 'node-rdkafka';
import type { RecordBatch } from '../ports/record-batch.js';
import type { TopicPartitionOffset } from '../ports/topic-partition.js';
import { NO_HEADERS, type Header, type Headers } from '../record/record.js';
import { epochMs, offset, partition, type EpochMs, type Offset, type Partition } from '../record/units.js';

const NO_MESSAGES: readonly Message[] = [];
const NO_ENDS: readonly TopicPartitionOffset[] = [];

export class MessageBatch implements RecordBatch {
  constructor(
    private readonly messages: readonly Message[] = NO_MESSAGES,
    readonly ends: readonly TopicPartitionOffset[] = NO_ENDS,
  ) {}

  get length(): number {
    return this.messages.length;
  }

  topic(index: number): string {
    return this.#at(index).topic;
  }

  partition(index: number): Partition {
    return partition(this.#at(index).partition);
  }

  offset(index: number): Offset {
    return offset(this.#at(index).offset);
  }

  timestamp(index: number): EpochMs {
    return epochMs(this.#at(index).timestamp ?? -1);
  }

  key(index: number): Buffer | null {
    // A consumer's key is never text, whatever the published types allow.
    return (this.#at(index).key as Buffer | null | undefined) ?? null;
  }

  value(index: number): Buffer | null {
    return this.#at(index).value;
  }

  /** Of each it would have to be asked anew. */
  valueText(): undefined {
    return undefined;
  }

  bytes(index: number): number {
    return (this.key(index)?.length ?? 0) + (this.value(index)?.length ?? 0);
  }

  headers(index: number): Headers {
    const found = this.#at(index).headers;
    return found === undefined ? NO_HEADERS : found.map(toHeader);
  }

  #at(index: number): Message {
    const message = this.messages[index];
    if (message === undefined) throw new RangeError(`No record ${index} in a batch of ${this.length}`);
    return message;
  }
}

export const EMPTY_BATCH = new MessageBatch();

/** Each is an object with one property, except one named `__proto__`, which became the prototype. */
const toHeader = (header: object): Header => {
  const entry = Object.entries(header)[0];
  if (entry !== undefined) return { name: entry[0], value: bytesOf(entry[1]) };
  return { name: '__proto__', value: bytesOf(Object.getPrototypeOf(header)) };
};

const bytesOf = (value: unknown): Buffer | null => (Buffer.isBuffer(value) ? value : null);
