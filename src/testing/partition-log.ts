/**
 * The log of one partition: records and control markers by offset, with transactions.
 * Promises what a Kafka partition promises: offsets grow by one, a marker takes one; a read_committed
 * reader sees nothing at or above the last stable offset and nothing that was aborted; an epoch older
 * than one that has written here is refused.
 * It knows no time and no latency: the broker calls it when a request has arrived.
 */
import type { Header } from '../record/record.js';
import {
  commitOffset,
  epochMs,
  offset,
  type CommitOffset,
  type EpochMs,
  type Offset,
} from '../record/units.js';
import { brokerError } from './broker-error.js';

export interface LoggedRecord {
  readonly offset: Offset;
  readonly timestamp: EpochMs;
  readonly key: Buffer | null;
  readonly value: Buffer | null;
  readonly headers: readonly Header[];
}

/** Who writes; null for a write outside a transaction. */
export interface ProducerEpoch {
  readonly producerId: number;
  readonly epoch: number;
}

/** The part of one transaction in this log. */
interface Span {
  readonly firstOffset: number;
  outcome: 'open' | 'committed' | 'aborted';
}

interface Entry extends LoggedRecord {
  /** null: not transactional. */
  readonly span: Span | null;
  readonly isMarker: boolean;
}

export interface Compaction {
  /** Looks at records below this offset only. Default: at all. */
  readonly below?: number;
  /** As once `delete.retention.ms` has passed. Default: false. */
  readonly dropsTombstones?: boolean;
}

export interface CommittedRead {
  readonly records: readonly LoggedRecord[];
  /** Everything below has been read: the next position. */
  readonly position: CommitOffset;
}

export class PartitionLog {
  /** Ordered by offset; with gaps once compacted. */
  #entries: Entry[] = [];
  #low = 0;
  #end = 0;
  readonly #open = new Map<number, Span>();
  readonly #epochs = new Map<number, number>();

  constructor(readonly name: string) {}

  get low(): CommitOffset {
    return commitOffset(this.#low);
  }

  /** The end as a read_uncommitted reader sees it. */
  get highWatermark(): CommitOffset {
    return commitOffset(this.#end);
  }

  /** The first offset of the oldest open transaction, else the end. */
  get lastStableOffset(): CommitOffset {
    let lso = this.#end;
    for (const span of this.#open.values()) lso = Math.min(lso, span.firstOffset);
    return commitOffset(lso);
  }

  append(records: readonly Omit<LoggedRecord, 'offset'>[], by: ProducerEpoch | null): Offset {
    const base = this.#end;
    const span = by ? this.#spanOf(by) : null;
    for (const record of records) {
      this.#entries.push({ ...record, offset: offset(this.#end), span, isMarker: false });
      this.#end += 1;
    }
    return offset(base);
  }

  /** Writes the marker that ends a producer's transaction here. `by.epoch` fences what comes later with an older one. */
  endTransaction(by: ProducerEpoch, outcome: 'committed' | 'aborted', at: EpochMs): void {
    this.#epochs.set(by.producerId, by.epoch);
    const span = this.#open.get(by.producerId);
    if (span) span.outcome = outcome;
    this.#open.delete(by.producerId);
    this.#entries.push({
      ...NO_CONTENT,
      timestamp: at,
      offset: offset(this.#end),
      span: null,
      isMarker: true,
    });
    this.#end += 1;
  }

  /** At most `max` committed records from `from` on. Throws when `from` is outside the log. */
  readCommitted(from: CommitOffset, max: number): CommittedRead {
    if (from < this.#low || from > this.#end)
      throw brokerError('offset-out-of-range', `${this.name}@${from}`);
    const end = this.lastStableOffset;
    const records: LoggedRecord[] = [];
    for (let index = this.#indexOf(from); index < this.#entries.length; index++) {
      const entry = this.#entries[index];
      if (!entry || entry.offset >= end) break;
      if (entry.isMarker || entry.span?.outcome === 'aborted') continue;
      if (records.length === max) return { records, position: commitOffset(entry.offset) };
      records.push(entry);
    }
    return { records, position: commitOffset(Math.max(from, end)) };
  }

  /** Drops everything below, as DeleteRecords and retention do. */
  deleteBefore(to: CommitOffset): void {
    this.#low = Math.min(Math.max(this.#low, to), this.#end);
    this.#entries = this.#entries.filter((entry) => entry.offset >= this.#low);
  }

  /**
   * Keeps the last committed record of each key below `end`, at most the last stable offset. What is above
   * is not looked at (Kafka's active segment). Offsets stay.
   */
  compact({ below = Infinity, dropsTombstones = false }: Compaction = {}): void {
    const end = Math.min(below, this.lastStableOffset);
    const latest = new Map<string, Offset>();
    for (const { key, offset: at, span } of this.#entries) {
      if (key && at < end && span?.outcome !== 'aborted') latest.set(key.toString('latin1'), at);
    }
    this.#entries = this.#entries.filter(({ key, offset: at, span, isMarker, value }) => {
      if (at >= end) return true;
      if (isMarker || span?.outcome === 'aborted') return false;
      if (!key) return true;
      return latest.get(key.toString('latin1')) === at && !(dropsTombstones && value === null);
    });
  }

  #spanOf(by: ProducerEpoch): Span {
    const known = this.#epochs.get(by.producerId) ?? -1;
    if (by.epoch < known) throw brokerError('fenced', this.name);
    this.#epochs.set(by.producerId, by.epoch);
    const open = this.#open.get(by.producerId);
    if (open) return open;
    const span: Span = { firstOffset: this.#end, outcome: 'open' };
    this.#open.set(by.producerId, span);
    return span;
  }

  /** The index of the first entry at or above an offset. */
  #indexOf(from: number): number {
    let [low, high] = [0, this.#entries.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.#entries[middle]?.offset ?? Infinity) < from) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

const NO_CONTENT = { key: null, value: null, headers: [], timestamp: epochMs(0) } as const;
