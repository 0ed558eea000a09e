/**
 * Records to be written, packed for the patched binding: numbers in an index, all bytes in one block, in the layout
 * that the patch tells (src/packed.cc). Packed when they are decided, while they are in the processor's caches, they
 * leave the garbage collector nothing to keep until their commit.
 * Headers would be most of the work, but most are as in the record before: those cost their place.
 */
import { Buffer } from 'node:buffer';
import type { OutputRecord } from '../record/output-record.js';
import type { ProducedHeader, ProducedRecord } from '../record/record.js';
import type { RecordBuffer, RecordList } from '../record/record-list.js';
import { epochMs, partition } from '../record/units.js';
import { MOST_BYTES_PER_UNIT } from '../record/utf8-text.js';

const FIRST_RECORDS = 256;
const FIRST_HEADERS = 2_048;
const FIRST_BYTES = 1 << 17;
/** What lists keep for the next ones, all together: a burst must not hold its memory for ever. */
const SPARE_BYTES = 1 << 26;
/** Places are 32-bit numbers. */
const MOST_BYTES = 2 ** 31 - 1;
const RECORD = 8;
const HEADER = 4;
/** A text of up to so many characters is written faster one by one than by a call into native code. */
const SHORT_TEXT = 24;
const MOST_ASCII = 0x7f;
/** Where values differ, as ids and times do, they are not compared any more in this list. */
const MOST_MISSES = 8;

export class PackedRecords implements RecordBuffer {
  /** Timestamps; 0: none. */
  numbers = new Float64Array(FIRST_RECORDS);
  records = new Int32Array(FIRST_RECORDS * RECORD);
  headers = new Int32Array(FIRST_HEADERS * HEADER);
  bytes = Buffer.allocUnsafeSlow(FIRST_BYTES);
  readonly topics: string[] = [];
  #length = 0;
  #headerCount = 0;
  #size = 0;
  /** Names and values of the last record, and where they stand. Not its headers: they are their author's, who may change them. */
  readonly #lastNames: string[] = [];
  readonly #lastValues: string[] = [];
  /** By place: how often in a row a value was another than the one before. */
  readonly #misses: number[] = [];
  #lastAt = 0;
  #lastCount = 0;
  #lastTopic: string | undefined;
  #lastTopicIndex = 0;

  /** `spare`: where it goes when it is released. */
  constructor(private readonly spare: PackedRecords[] = []) {}

  get length(): number {
    return this.#length;
  }

  add(record: OutputRecord): number {
    const { key, value, headers } = record;
    const index = this.#length;
    const first = this.#headerCount;
    this.#reserveRecords(index + 1);
    this.#reserveHeaders(first + headers.length);
    this.numbers[index] = record.timestamp ?? 0;
    const at = index * RECORD;
    const { records } = this;
    records[at] = this.#topicIndex(record.topic);
    records[at + 1] = record.partition ?? -1;
    records[at + 2] = this.#size;
    records[at + 3] = this.#addBytes(key);
    records[at + 4] = this.#size;
    records[at + 5] = typeof value === 'string' ? this.#addText(value) : this.#addBytes(value);
    const bytes = this.#size - (records[at + 2] ?? 0);
    records[at + 6] = first;
    records[at + 7] = headers.length;
    for (let i = 0; i < headers.length; i += 1) this.#addHeader(headers[i], i, first + i);
    this.#lastCount = headers.length;
    this.#lastAt = first;
    this.#headerCount = first + headers.length;
    this.#length = index + 1;
    return bytes;
  }

  addAll(records: RecordList): void {
    if (records instanceof PackedRecords) this.#addPacked(records);
    else for (const record of records) this.add(record);
  }

  /** The index from a record on. */
  indexFrom(from: number): readonly [numbers: Float64Array, records: Int32Array] {
    return [this.numbers.subarray(from), this.records.subarray(from * RECORD)];
  }

  release(): void {
    this.topics.length = 0;
    this.#lastTopic = undefined;
    this.#length = 0;
    this.#headerCount = 0;
    this.#size = 0;
    this.#lastCount = 0;
    this.#lastNames.length = 0;
    this.#lastValues.length = 0;
    this.#misses.length = 0;
    const spareBytes = this.spare.reduce((sum, one) => sum + one.#room, this.#room);
    if (spareBytes <= SPARE_BYTES) this.spare.push(this);
  }

  at(index: number): ProducedRecord | undefined {
    if (index < 0 || index >= this.#length) return undefined;
    const at = index * RECORD;
    const number = this.numbers[index] ?? 0;
    const to = this.#field(at + 1);
    return {
      topic: this.topics[this.#field(at)] ?? '',
      partition: to < 0 ? null : partition(to),
      key: this.#copy(this.#field(at + 2), this.#field(at + 3)),
      value: this.#copy(this.#field(at + 4), this.#field(at + 5)),
      headers: this.#headersOf(this.#field(at + 6), this.#field(at + 7)),
      ...(number === 0 ? {} : { timestamp: epochMs(number) }),
    };
  }

  *[Symbol.iterator](): Iterator<ProducedRecord> {
    for (let index = 0; index < this.#length; index += 1) {
      const record = this.at(index);
      if (record !== undefined) yield record;
    }
  }

  /** Its places move by what is here already. */
  #addPacked(other: PackedRecords): void {
    const size = this.#size;
    const from = this.#length;
    const fromHeader = this.#headerCount;
    this.#reserveRecords(from + other.#length);
    this.#reserveHeaders(fromHeader + other.#headerCount);
    this.#reserveBytes(other.#size);
    other.bytes.copy(this.bytes, size, 0, other.#size);
    this.numbers.set(other.numbers.subarray(0, other.#length), from);
    const topics = other.topics.map((topic) => this.#topicIndex(topic));
    const { records, headers } = this;
    const to = from * RECORD;
    records.set(other.records.subarray(0, other.#length * RECORD), to);
    for (let at = to; at < to + other.#length * RECORD; at += RECORD) {
      records[at] = topics[records[at] ?? 0] ?? 0;
      records[at + 2] = (records[at + 2] ?? 0) + size;
      records[at + 4] = (records[at + 4] ?? 0) + size;
      records[at + 6] = (records[at + 6] ?? 0) + fromHeader;
    }
    const toHeader = fromHeader * HEADER;
    headers.set(other.headers.subarray(0, other.#headerCount * HEADER), toHeader);
    for (let at = toHeader; at < toHeader + other.#headerCount * HEADER; at += HEADER) {
      headers[at] = (headers[at] ?? 0) + size;
      headers[at + 2] = (headers[at + 2] ?? 0) + size;
    }
    this.#size += other.#size;
    this.#length += other.#length;
    this.#headerCount += other.#headerCount;
    this.#lastCount = 0;
  }

  /** `index`: in its record. `place`: in the list. */
  #addHeader(header: ProducedHeader | undefined, index: number, place: number): void {
    if (header === undefined) return;
    const { name, value } = header;
    const { headers } = this;
    const at = place * HEADER;
    const beforeAt = (this.#lastAt + index) * HEADER;
    const hadOne = index < this.#lastCount;
    if (hadOne && name === this.#lastNames[index]) {
      headers[at] = headers[beforeAt] ?? 0;
      headers[at + 1] = headers[beforeAt + 1] ?? 0;
    } else {
      headers[at] = this.#size;
      headers[at + 1] = this.#addText(name);
      this.#lastNames[index] = name;
    }
    const misses = this.#misses[index] ?? 0;
    const isCompared = hadOne && misses <= MOST_MISSES;
    if (isCompared && value === this.#lastValues[index]) {
      headers[at + 2] = headers[beforeAt + 2] ?? 0;
      headers[at + 3] = headers[beforeAt + 3] ?? 0;
      if (misses > 0) this.#misses[index] = 0;
    } else {
      headers[at + 2] = this.#size;
      headers[at + 3] = this.#addText(value);
      if (misses > MOST_MISSES) return;
      this.#lastValues[index] = value;
      if (isCompared) this.#misses[index] = misses + 1;
    }
  }

  /** Bytes of its memory, used or not. */
  get #room(): number {
    const { bytes, headers, numbers, records } = this;
    return bytes.length + headers.byteLength + numbers.byteLength + records.byteLength;
  }

  #topicIndex(topic: string): number {
    if (topic === this.#lastTopic) return this.#lastTopicIndex;
    const index = this.topics.lastIndexOf(topic);
    this.#lastTopic = topic;
    return (this.#lastTopicIndex = index < 0 ? this.topics.push(topic) - 1 : index);
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
    const size = this.#putAscii(text) ? text.length : this.bytes.write(text, this.#size);
    this.#size += size;
    return size;
  }

  /** False for a text that is long or not ASCII: it is to be written over. */
  #putAscii(text: string): boolean {
    const { length } = text;
    if (length > SHORT_TEXT) return false;
    const { bytes } = this;
    const size = this.#size;
    for (let i = 0; i < length; i += 1) {
      const code = text.charCodeAt(i);
      if (code > MOST_ASCII) return false;
      bytes[size + i] = code;
    }
    return true;
  }

  #reserveBytes(more: number): void {
    const needed = this.#size + more;
    if (needed <= this.bytes.length) return;
    if (needed > MOST_BYTES) throw new RangeError(`${needed} bytes are too many for one transaction`);
    const room = Math.min(MOST_BYTES, this.bytes.length * 2);
    const longer = Buffer.allocUnsafeSlow(Math.max(needed, room));
    this.bytes.copy(longer, 0, 0, this.#size);
    this.bytes = longer;
  }

  #reserveRecords(count: number): void {
    if (count <= this.numbers.length) return;
    const room = Math.max(count, this.numbers.length * 2);
    const numbers = new Float64Array(room);
    numbers.set(this.numbers);
    this.numbers = numbers;
    const records = new Int32Array(room * RECORD);
    records.set(this.records);
    this.records = records;
  }

  #reserveHeaders(count: number): void {
    if (count * HEADER <= this.headers.length) return;
    const headers = new Int32Array(Math.max(count * HEADER, this.headers.length * 2));
    headers.set(this.headers);
    this.headers = headers;
  }

  #headersOf(first: number, count: number): readonly ProducedHeader[] {
    return Array.from({ length: count }, (_, i) => {
      const [name = 0, nameSize = 0, value = 0, size = 0] = this.headers.subarray(
        (first + i) * HEADER,
        (first + i + 1) * HEADER,
      );
      const text = (at: number, length: number): string => this.bytes.toString('utf8', at, at + length);
      return { name: text(name, nameSize), value: text(value, size) };
    });
  }

  #copy(at: number, size: number): Buffer | null {
    return size < 0 ? null : Buffer.from(this.bytes.subarray(at, at + size));
  }

  #field(at: number): number {
    return this.records[at] ?? 0;
  }
}
