/**
 * One record in a lane, head or follower: owned bytes, because a record that was read shares the memory of
 * its batch. What is in the lane log of it comes back as this, byte by byte. Pure.
 */
import type { ConsumedRecord } from '../record/record.js';
import type { RecordId } from './record-id.js';
import { idText } from './record-id.js';

/** What a record and each of its headers cost in memory beside their bytes, as measured on Node 24: about. */
const OVERHEAD_BYTES = 900;
const HEADER_OVERHEAD_BYTES = 180;

export class LaneRecord {
  readonly name: string;

  constructor(
    readonly id: RecordId,
    readonly record: ConsumedRecord,
  ) {
    this.name = idText(id);
  }

  /** Bytes in memory, headers counted. */
  get bytes(): number {
    const { key, value, headers } = this.record;
    let bytes = OVERHEAD_BYTES + (key?.length ?? 0) + (value?.length ?? 0);
    for (const header of headers)
      bytes += HEADER_OVERHEAD_BYTES + header.name.length + (header.value?.length ?? 0);
    return bytes;
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
