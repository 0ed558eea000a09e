/**
 * One record in a lane, head or follower: owned bytes, because a record that was read shares the memory of
 * its batch. What is in the lane log of it comes back as this, byte by byte. Pure.
 *
 * While it only waits it is one block, encoded as the lane log has it: of the objects of tens of thousands of records
 * that wait a garbage collector would have to look at each, again and again. It is decoded when it is looked at.
 */
import type { ConsumedRecord } from '../record/record.js';
import { decodeOwned, encodeRecord } from './record-codec.js';
import type { RecordId } from './record-id.js';
import { idText } from './record-id.js';

/** What a record and each of its headers cost in memory beside their bytes once decoded, as measured on Node 24: about. */
const OVERHEAD_BYTES = 900;
const HEADER_OVERHEAD_BYTES = 180;

const bytesOf = ({ key, value, headers }: ConsumedRecord): number => {
  let bytes = OVERHEAD_BYTES + (key?.length ?? 0) + (value?.length ?? 0);
  for (const header of headers)
    bytes += HEADER_OVERHEAD_BYTES + header.name.length + (header.value?.length ?? 0);
  return bytes;
};

export class LaneRecord {
  readonly name: string;
  /** Bytes in memory, headers counted. */
  readonly bytes: number;
  readonly #encoded: Buffer | undefined;
  #record: ConsumedRecord | undefined;

  /** `encoded`: the record, which is kept in its place; without it the record owns its bytes, and is kept. */
  constructor(
    readonly id: RecordId,
    record: ConsumedRecord,
    encoded?: Buffer,
  ) {
    this.name = idText(id);
    this.bytes = bytesOf(record);
    this.#encoded = encoded;
    if (encoded === undefined) this.#record = record;
  }

  /** Of a record that owns nothing: it is copied. */
  static copyOf(id: RecordId, record: ConsumedRecord): LaneRecord {
    // Read once: headers and their values are built when they are read.
    const { topic, partition, offset, timestamp, key, value } = record;
    const headers = record.headers.map((header) => ({ name: header.name, value: header.value }));
    const read = { topic, partition, offset, timestamp, key, value, headers };
    return new LaneRecord(id, read, encodeRecord(read));
  }

  get record(): ConsumedRecord {
    if (this.#record !== undefined) return this.#record;
    if (this.#encoded === undefined) throw new Error('a record in a lane without its bytes');
    return (this.#record = decodeOwned(this.#encoded));
  }

  /** As the lane log has it; nobody may change it. */
  get encoded(): Buffer {
    return this.#encoded ?? encodeRecord(this.record);
  }

  /** The same record, and not another one at an offset that was used again (review F16). */
  isSameAs(other: ConsumedRecord): boolean {
    const { timestamp, value } = this.record;
    if (timestamp !== other.timestamp) return false;
    return value === null || other.value === null ? value === other.value : value.equals(other.value);
  }
}

/** A copy that owns its bytes, in one block: each block of its own costs a kilobyte beside its bytes. */
export const ownedCopy = (of: ConsumedRecord): ConsumedRecord => {
  let size = (of.key?.length ?? 0) + (of.value?.length ?? 0);
  for (const { value } of of.headers) size += value?.length ?? 0;
  const block = Buffer.allocUnsafeSlow(size);
  let at = 0;
  const own = (bytes: Buffer | null): Buffer | null => {
    if (bytes === null) return null;
    const from = at;
    at += bytes.copy(block, at);
    return block.subarray(from, at);
  };
  return {
    topic: of.topic,
    partition: of.partition,
    offset: of.offset,
    timestamp: of.timestamp,
    key: own(of.key),
    value: own(of.value),
    headers: of.headers.map(({ name, value }) => ({ name, value: own(value) })),
  };
};
