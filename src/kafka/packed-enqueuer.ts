/**
 * Many records into a producer's queue, by the patched binding. The client's work is done on a thread of libuv's, so
 * that the event loop pays for the packing alone; a few records are not worth the way there.
 */
import type { Producer } from 'node-rdkafka';
import type { RecordList } from '../record/record-list.js';
import { packedProducer } from './binding.js';
import { textOf } from './error-codes.js';
import { PackedRecords } from './packed-records.js';

/** How many records were taken, and why the next one was not: node-rdkafka's error, or undefined. */
export type Enqueued = readonly [count: number, refusal: unknown];

/** What one call takes at most: it holds the client's locks. */
const MAX_RECORDS = 8_192;
const FEW_RECORDS = 32;

export class PackedEnqueuer {
  readonly #spare: PackedRecords[] = [];

  /** An empty list. */
  buffer(): PackedRecords {
    return this.#spare.pop() ?? new PackedRecords(this.#spare);
  }

  /** Nothing may be added to the records before it is done. */
  async enqueue(producer: Producer, records: RecordList, from: number): Promise<Enqueued> {
    if (records instanceof PackedRecords) return this.#enqueuePacked(producer, records, from);
    const packed = this.buffer();
    for (let index = from; index < records.length; index += 1) {
      const record = records.at(index);
      if (record !== undefined) packed.add(record);
    }
    const result = await this.#enqueuePacked(producer, packed, 0);
    packed.release();
    return result;
  }

  async #enqueuePacked(producer: Producer, packed: PackedRecords, from: number): Promise<Enqueued> {
    let next = from;
    while (next < packed.length) {
      const count = Math.min(MAX_RECORDS, packed.length - next);
      const [enqueued, code] = await this.#give(producer, packed, next, count);
      next += enqueued;
      if (code !== 0) return [next - from, { code, message: textOf(code) }];
    }
    return [next - from, undefined];
  }

  #give(
    producer: Producer,
    packed: PackedRecords,
    from: number,
    count: number,
  ): [number, number] | Promise<[number, number]> {
    const native = packedProducer(producer);
    const { headers, bytes, topics } = packed;
    const [numbers, records] = packed.indexFrom(from);
    if (count <= FEW_RECORDS) return native.producePacked(count, numbers, records, headers, bytes, topics);
    return new Promise((resolve) => {
      native.producePacked(count, numbers, records, headers, bytes, topics, (enqueued, code) =>
        resolve([enqueued, code]),
      );
    });
  }
}
