/**
 * A run as the functions of the user see it while their attempt is recorded: everything is that of the run itself,
 * but the trace context among the record's headers is that of the attempt. So whatever hands it on (an output, a
 * request) hands on this one. What the engine keeps of the record (retry records, dead letters) has what it came with.
 */
import type { RecordRun } from '../dsl/execution.js';
import type { ConsumedRecord, Header, Headers } from '../record/record.js';
import type { EpochMs, Offset, Partition, TaskId } from '../record/units.js';

const TRACE_CONTEXT = new Set(['traceparent', 'tracestate']);

class TracedRecord implements ConsumedRecord {
  readonly topic: string;
  readonly partition: Partition;
  readonly offset: Offset;
  readonly timestamp: EpochMs;
  readonly key: Buffer | null;
  readonly value: Buffer | null;
  #headers: Headers | undefined;

  constructor(
    private readonly of: ConsumedRecord,
    private readonly carried: readonly Header[],
  ) {
    this.topic = of.topic;
    this.partition = of.partition;
    this.offset = of.offset;
    this.timestamp = of.timestamp;
    this.key = of.key;
    this.value = of.value;
  }

  get headers(): Headers {
    return (this.#headers ??= [
      ...this.of.headers.filter(({ name }) => !TRACE_CONTEXT.has(name)),
      ...this.carried,
    ]);
  }
}

export class TracedRun implements RecordRun {
  readonly record: ConsumedRecord;

  constructor(
    private readonly of: RecordRun,
    carried: readonly Header[],
  ) {
    this.record = new TracedRecord(of.record, carried);
  }

  get taskId(): TaskId {
    return this.of.taskId;
  }

  get nowMs(): EpochMs {
    return this.of.nowMs;
  }

  /** Of the run as it is now: it may be one of a later attempt by then. */
  get attempt(): number {
    return this.of.attempt;
  }

  get signal(): AbortSignal {
    return this.of.signal;
  }

  partitionCount(topic: string): number {
    return this.of.partitionCount(topic);
  }

  noteType(type: string): void {
    this.of.noteType(type);
  }
}
