/**
 * RecordBatch over the two blocks of memory that the patched binding makes of one read: an index of numbers, and
 * the bytes of all keys and values. Builds views of the bytes when they are asked for, and nothing else. A view
 * keeps the bytes of its whole batch in memory. The layout is told in the patch, src/packed.cc.
 */
import type { RecordBatch } from '../ports/record-batch.js';
import type { TopicPartitionOffset } from '../ports/topic-partition.js';
import { internedText } from '../record/interned-text.js';
import { NO_HEADERS, type Header, type Headers } from '../record/record.js';
import { PackedBytes } from './packed-bytes.js';
import {
  commitOffset,
  epochMs,
  offset,
  partition,
  type EpochMs,
  type Offset,
  type Partition,
} from '../record/units.js';

const RECORD = 8;
const HEADER = 3;
const END = 3;
const DOUBLE_BYTES = 8;
const INT_BYTES = 4;

const NO_BYTES = Buffer.alloc(0);

/** The value is made when it is read: of the headers of a record most are passed by for their names. */
class PackedHeader implements Header {
  readonly name: string;
  readonly #bytes: PackedBytes;
  readonly #at: number;
  readonly #size: number;

  constructor(name: string, bytes: PackedBytes, at: number, size: number) {
    this.name = name;
    this.#bytes = bytes;
    this.#at = at;
    this.#size = size;
  }

  get value(): Buffer | null {
    return this.#bytes.view(this.#at, this.#size);
  }

  get text(): string | undefined {
    return this.#bytes.headerText(this.name, this.#at, this.#size);
  }
}

export class PackedBatch implements RecordBatch {
  readonly length: number;
  readonly ends: readonly TopicPartitionOffset[];
  readonly #numbers: Float64Array;
  readonly #records: Int32Array;
  readonly #headers: Int32Array;
  readonly #bytes: PackedBytes;
  readonly #strings: readonly string[];

  constructor(
    count: number,
    index: Buffer | null,
    bytes: Buffer | null,
    strings: readonly string[],
    ends: readonly number[],
  ) {
    const { buffer, byteOffset, length } = index ?? NO_BYTES;
    const recordsAt = byteOffset + count * 2 * DOUBLE_BYTES;
    const headersAt = recordsAt + count * RECORD * INT_BYTES;
    this.length = count;
    this.#numbers = new Float64Array(buffer, byteOffset, count * 2);
    this.#records = new Int32Array(buffer, recordsAt, count * RECORD);
    this.#headers = new Int32Array(buffer, headersAt, (byteOffset + length - headersAt) / INT_BYTES);
    this.#bytes = new PackedBytes(bytes ?? NO_BYTES);
    this.#strings = strings.map(internedText);
    this.ends = ends.length === 0 ? NO_ENDS : endsOf(ends, this.#strings);
  }

  topic(index: number): string {
    return this.#strings[this.#field(index, 0)] ?? '';
  }

  partition(index: number): Partition {
    return partition(this.#field(index, 1));
  }

  offset(index: number): Offset {
    return offset(this.#numbers[index * 2] ?? outside(index, this.length));
  }

  timestamp(index: number): EpochMs {
    return epochMs(this.#numbers[index * 2 + 1] ?? outside(index, this.length));
  }

  key(index: number): Buffer | null {
    return this.#view(index, 2);
  }

  value(index: number): Buffer | null {
    return this.#view(index, 4);
  }

  valueText(index: number): string | undefined {
    return this.#bytes.text(this.#field(index, 4), this.#field(index, 5));
  }

  bytes(index: number): number {
    return Math.max(0, this.#field(index, 3)) + Math.max(0, this.#field(index, 5));
  }

  headers(index: number): Headers {
    const count = this.#field(index, 7);
    if (count === 0) return NO_HEADERS;
    // Of its size at once: a list that grows from nothing takes room for seventeen.
    const headers = new Array<Header>(count);
    const first = this.#field(index, 6) * HEADER;
    for (let i = 0; i < count; i += 1) {
      const at = first + i * HEADER;
      const name = this.#strings[this.#headers[at] ?? 0] ?? '';
      headers[i] = new PackedHeader(
        name,
        this.#bytes,
        this.#headers[at + 1] ?? 0,
        this.#headers[at + 2] ?? 0,
      );
    }
    return headers;
  }

  #view(index: number, field: number): Buffer | null {
    return this.#bytes.view(this.#field(index, field), this.#field(index, field + 1));
  }

  #field(index: number, field: number): number {
    return this.#records[index * RECORD + field] ?? outside(index, this.length);
  }
}

const NO_ENDS: readonly TopicPartitionOffset[] = [];

const endsOf = (ends: readonly number[], strings: readonly string[]): readonly TopicPartitionOffset[] => {
  const list: TopicPartitionOffset[] = [];
  for (let at = 0; at < ends.length; at += END) {
    list.push({
      topic: strings[ends[at] ?? 0] ?? '',
      partition: partition(ends[at + 1] ?? 0),
      offset: commitOffset(ends[at + 2] ?? 0),
    });
  }
  return list;
};

const outside = (index: number, length: number): never => {
  throw new RangeError(`No record ${index} in a batch of ${length}`);
};
