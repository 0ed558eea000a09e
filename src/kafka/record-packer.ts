/**
 * Records to be written, packed for one call of the patched binding: numbers in an index, all bytes in one block.
 * The layout is told in the patch, src/packed.cc. Its memory is used again for the next records: what was packed is
 * good until then.
 * Headers would be most of the work, but most are the same object as in the record before: those cost their place.
 */
import type { ProducedHeader, ProducedRecord } from '../record/record.js';

/** What one call takes at most, so that a long commit leaves the event loop in between: each call waits for its turn there. */
const MAX_RECORDS = 4_096;
const FULL_BYTES = 1 << 22;
/** Grows to what is needed. */
const FIRST_BYTES = 1 << 19;
const RECORD = 8;
const HEADER = 4;
/** UTF-8 has up to three bytes for a UTF-16 code unit. */
const MOST_BYTES_PER_UNIT = 3;

const NO_HEADERS: readonly ProducedHeader[] = [];

export class RecordPacker {
  readonly numbers = new Float64Array(MAX_RECORDS);
  readonly records = new Int32Array(MAX_RECORDS * RECORD);
  /** Longer than what is packed. */
  headers = new Int32Array(MAX_RECORDS * RECORD * HEADER);
  bytes = Buffer.allocUnsafeSlow(FIRST_BYTES);
  topics: string[] = [];
  #size = 0;

  /** Packs from the first on, as many as one call takes, at least one; how many. */
  pack(records: readonly ProducedRecord[], from: number): number {
    this.topics = [];
    this.#size = 0;
    const end = Math.min(records.length, from + MAX_RECORDS);
    let headerCount = 0;
    let last: readonly ProducedHeader[] = NO_HEADERS;
    let lastAt = 0;
    let index = from;
    for (; index < end && this.#size < FULL_BYTES; index += 1) {
      const record = records[index];
      if (record === undefined) break;
      const { key, value, headers } = record;
      const at = (index - from) * RECORD;
      this.#reserveHeaders((headerCount + headers.length) * HEADER);
      this.numbers[index - from] = record.timestamp ?? 0;
      this.records[at] = this.#topicIndex(record.topic);
      this.records[at + 1] = record.partition ?? -1;
      this.records[at + 2] = this.#size;
      this.records[at + 3] = this.#addBytes(key);
      this.records[at + 4] = this.#size;
      this.records[at + 5] = this.#addBytes(value);
      this.records[at + 6] = headerCount;
      this.records[at + 7] = headers.length;
      for (let i = 0; i < headers.length; i += 1) {
        this.#addHeader(headers[i], last[i], (headerCount + i) * HEADER, (lastAt + i) * HEADER);
      }
      last = headers;
      lastAt = headerCount;
      headerCount += headers.length;
    }
    return index - from;
  }

  #addHeader(
    header: ProducedHeader | undefined,
    before: ProducedHeader | undefined,
    at: number,
    beforeAt: number,
  ): void {
    if (header === undefined) return;
    const { headers } = this;
    if (header.name === before?.name) {
      headers[at] = headers[beforeAt] ?? 0;
      headers[at + 1] = headers[beforeAt + 1] ?? 0;
    } else {
      headers[at] = this.#size;
      headers[at + 1] = this.#addText(header.name);
    }
    if (header === before) {
      headers[at + 2] = headers[beforeAt + 2] ?? 0;
      headers[at + 3] = headers[beforeAt + 3] ?? 0;
    } else {
      headers[at + 2] = this.#size;
      headers[at + 3] = this.#addText(header.value);
    }
  }

  #topicIndex(topic: string): number {
    const index = this.topics.lastIndexOf(topic);
    return index < 0 ? this.topics.push(topic) - 1 : index;
  }

  #addBytes(bytes: Buffer | null): number {
    if (bytes === null) return -1;
    this.#reserveBytes(bytes.length);
    this.bytes.set(bytes, this.#size);
    this.#size += bytes.length;
    return bytes.length;
  }

  #addText(text: string): number {
    this.#reserveBytes(text.length * MOST_BYTES_PER_UNIT);
    const size = this.bytes.write(text, this.#size);
    this.#size += size;
    return size;
  }

  #reserveBytes(more: number): void {
    const needed = this.#size + more;
    if (needed <= this.bytes.length) return;
    const longer = Buffer.allocUnsafeSlow(Math.max(needed, this.bytes.length * 2));
    this.bytes.copy(longer, 0, 0, this.#size);
    this.bytes = longer;
  }

  #reserveHeaders(length: number): void {
    if (length <= this.headers.length) return;
    const longer = new Int32Array(Math.max(length, this.headers.length * 2));
    longer.set(this.headers);
    this.headers = longer;
  }
}
