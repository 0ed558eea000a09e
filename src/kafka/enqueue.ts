/**
 * One record into a producer's queue. On the hot path: no promise, no closure, an object per header only
 * because node-rdkafka wants it so.
 *
 * The published binding writes header values as text that ends at the first NUL character
 * (src/producer.cc makes a C string of it), so a value must not hold one. An empty key or value stays
 * apart from null only when its buffer has memory behind it (see EMPTY).
 */
import type { MessageHeader, Producer } from 'node-rdkafka';
import type { ProducedHeader, ProducedRecord } from '../record/record.js';
import type { RecordList } from '../record/record-list.js';
import type { Enqueued } from './packed-enqueuer.js';

/** Zero bytes with an address: node-rdkafka takes the address of a plain empty buffer, null, for "no value". */
const EMPTY = Buffer.from(new ArrayBuffer(1), 0, 0);

/** Throws node-rdkafka's error when the queue or librdkafka refuses the record. */
export const enqueue = (producer: Producer, record: ProducedRecord, opaque?: object): void => {
  producer.produce(
    record.topic,
    record.partition,
    withAddress(record.value),
    withAddress(record.key),
    record.timestamp,
    opaque,
    record.headers.length === 0 ? undefined : record.headers.map(toNodeHeader),
  );
};

const withAddress = (bytes: Buffer | null): Buffer | null =>
  bytes !== null && bytes.length === 0 ? EMPTY : bytes;

const toNodeHeader = (header: ProducedHeader): MessageHeader => ({ [header.name]: header.value });

/** One by one, by the published binding. */
export const enqueueEach = (producer: Producer, records: RecordList, from: number): Enqueued => {
  for (let index = from; index < records.length; index += 1) {
    const record = records.at(index);
    if (record === undefined) break;
    try {
      enqueue(producer, record);
    } catch (refusal) {
      return [index - from, refusal];
    }
  }
  return [records.length - from, undefined];
};
