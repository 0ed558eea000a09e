/**
 * What a table passes on for a key: its new value (null: deleted) and, for those who ask, the one before. The new
 * value is the record's, so that whatever is no table sees an ordinary record.
 *
 * A filter has to know what was there before: where neither the old nor the new value passes, Kafka Streams forwards
 * nothing (KAFKA-10077), and else everything that never passed would come out as a deletion. Most never ask, so the
 * value before is read and computed only then.
 */
import type { EpochMs } from '../../record/units.js';
import { type HeaderLike, type HeaderSource, Record } from '../record.js';
import type { RecordPass } from './record-pass.js';
import type { FlowRecord } from './runtime-node.js';
import type { StoreSerdes } from './store-serdes.js';

export interface Before {
  /** null: there was none. A promise where a function of the user's returns one. */
  value(pass: RecordPass): unknown;
}

export class TableChange extends Record<unknown, unknown> {
  constructor(
    key: unknown,
    value: unknown,
    timestamp: EpochMs | number,
    from: HeaderSource | readonly HeaderLike[],
    readonly before: Before,
  ) {
    super(key, value, timestamp, from);
  }
}

/** null: nobody knows. */
export const beforeOf = (record: FlowRecord): Before | null =>
  record instanceof TableChange ? record.before : null;

/** Kafka's records have null for nothing; functions of the user may have left it out. */
export const isNothing = (data: unknown): data is null | undefined => data === null || data === undefined;

export class KnownBefore implements Before {
  constructor(private readonly known: unknown) {}

  value(): unknown {
    return this.known;
  }
}

/** As bytes of a store, from `at` on. */
export class StoredBefore implements Before {
  constructor(
    private readonly stored: Buffer | null,
    private readonly at: number,
    private readonly serdes: StoreSerdes,
    /** An aggregate begins with its initializer's value, also for Kafka Streams' filters. */
    private readonly operator: { initializer?(): unknown } | null = null,
  ) {}

  value(pass: RecordPass): unknown {
    if (this.stored === null) return this.operator?.initializer?.() ?? null;
    return this.serdes.value(this.stored.subarray(this.at), pass);
  }
}
