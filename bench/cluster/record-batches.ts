/**
 * How many records of a partition are committed, counted in the broker's own log files by the headers of their
 * batches (Kafka's message format v2): no client is asked, and a million records take milliseconds. Pure.
 * A batch that is cut off at the end is not there yet.
 */

const LENGTH_AT = 8;
const MAGIC_AT = 16;
const ATTRIBUTES_AT = 21;
const PRODUCER_ID_AT = 43;
const COUNT_AT = 57;
const RECORDS_AT = 61;
/** Of base offset and length, which the length does not count. */
const PREFIX_BYTES = 12;
const TRANSACTIONAL = 0x10;
const CONTROL = 0x20;
const COMMIT_MARKER = 1;

export interface RecordCount {
  readonly committed: number;
  readonly aborted: number;
  /** Of transactions that have not ended. */
  readonly open: number;
}

/** Of the segments of one partition, in their order. */
export class RecordBatches {
  #committed = 0;
  #aborted = 0;
  readonly #open = new Map<bigint, number>();

  /** The next segment, or all of it so far. */
  add(log: Buffer): this {
    for (let at = 0; at + RECORDS_AT <= log.length;) {
      const end = at + PREFIX_BYTES + log.readInt32BE(at + LENGTH_AT);
      // A file that was made longer ahead of its use ends in zeros.
      if (end <= at + PREFIX_BYTES || end > log.length) break;
      if (log[at + MAGIC_AT] !== 2)
        throw new Error(`a batch at byte ${at} has the format ${log[at + MAGIC_AT]}`);
      this.#addBatch(log.subarray(at, end));
      at = end;
    }
    return this;
  }

  get count(): RecordCount {
    let open = 0;
    for (const records of this.#open.values()) open += records;
    return { committed: this.#committed, aborted: this.#aborted, open };
  }

  #addBatch(batch: Buffer): void {
    const attributes = batch.readInt16BE(ATTRIBUTES_AT);
    const producer = batch.readBigInt64BE(PRODUCER_ID_AT);
    if ((attributes & CONTROL) !== 0) {
      const records = this.#open.get(producer) ?? 0;
      this.#open.delete(producer);
      if (markerOf(batch) === COMMIT_MARKER) this.#committed += records;
      else this.#aborted += records;
      return;
    }
    const records = batch.readInt32BE(COUNT_AT);
    if ((attributes & TRANSACTIONAL) === 0) this.#committed += records;
    else this.#open.set(producer, (this.#open.get(producer) ?? 0) + records);
  }
}

/** One record: length, attributes, deltas of time and offset (varints), the length of the key, its version, its type. */
const markerOf = (batch: Buffer): number => {
  let at = RECORDS_AT;
  const skipVarint = (): void => {
    while (((batch[at] ?? 0) & 0x80) !== 0) at += 1;
    at += 1;
  };
  skipVarint();
  at += 1;
  skipVarint();
  skipVarint();
  skipVarint();
  return batch.readInt16BE(at + 2);
};
