/**
 * What the engine asks of whoever records traces. There is none unless a tracer provider is registered
 * (src/observability/tracing.ts): then nothing of this is called, made or asked for.
 *
 * Never given to a span: a key, a value, a header other than the W3C trace context, or the text of an error.
 */
import type { ConsumedRecord, Header } from '../record/record.js';
import type { TaskId } from '../record/units.js';
import type { CommitUnit } from './commit.js';

/** A span that others can point at, also when it is over. Opaque for the engine. */
export type SpanMark = object;

export interface AttemptOf {
  readonly record: ConsumedRecord;
  /** 1 for the first run. */
  readonly attempt: number;
  readonly taskId: TaskId;
  /** The first attempt of this record that failed, as far as the task remembers it. */
  readonly first: SpanMark | undefined;
}

/** One attempt to process one record. */
export interface AttemptSpan {
  readonly mark: SpanMark;
  /**
   * The trace context that goes on from here, as headers; null: this attempt is not recorded, and what the record
   * came with goes on as it came.
   */
  readonly carried: readonly Header[] | null;
  /** Runs functions of the user with this span as the active one, also in what they wait for. */
  run<T>(work: () => T): T;
  /** `reason` of the failure, from a bounded set; null: none. */
  end(reason: string | null): void;
}

/** One commit of what tasks have decided. */
export interface CommitSpan {
  /** `reason`: why it is not committed; null: it is. */
  end(reason: string | null): void;
}

export interface Tracing {
  attempt(of: AttemptOf): AttemptSpan;
  commit(units: readonly CommitUnit[]): CommitSpan;
}
