/**
 * Many records into a producer's queue, by the patched binding. The client's work is done on a thread of libuv's, so
 * that the event loop pays for the packing alone; a few records are not worth the way there.
 */
import type { Producer } from 'node-rdkafka';
import type { ProducedRecord } from '../record/record.js';
import { packedProducer } from './binding.js';
import { textOf } from './error-codes.js';
import { RecordPacker } from './record-packer.js';

/** How many records were taken, and why the next one was not: node-rdkafka's error, or undefined. */
export type Enqueued = readonly [count: number, refusal: unknown];

const FEW_RECORDS = 32;

export class PackedEnqueuer {
  readonly #packer = new RecordPacker();

  /** Never called while another one is under way: they would share the memory. */
  async enqueue(producer: Producer, records: readonly ProducedRecord[], from: number): Promise<Enqueued> {
    let next = from;
    while (next < records.length) {
      const count = this.#packer.pack(records, next);
      const [enqueued, code] = await this.#give(producer, count);
      next += enqueued;
      if (code !== 0) return [next - from, { code, message: textOf(code) }];
    }
    return [next - from, undefined];
  }

  #give(producer: Producer, count: number): [number, number] | Promise<[number, number]> {
    const native = packedProducer(producer);
    const { numbers, records, headers, bytes, topics } = this.#packer;
    if (count <= FEW_RECORDS) return native.producePacked(count, numbers, records, headers, bytes, topics);
    return new Promise((resolve) => {
      native.producePacked(count, numbers, records, headers, bytes, topics, (enqueued, code) =>
        resolve([enqueued, code]),
      );
    });
  }
}
