/**
 * A processor of the user's in a running task, and the context of each record that it is given.
 * An attempt ends when everything that it forwarded has ended, also when `process` itself has failed:
 * nothing of it may run beside the next attempt.
 */
import { recordName } from '../record/event-id.js';
import { placeOf } from '../record/record.js';
import type { TaskId } from '../record/units.js';
import type {
  FixedKeyProcessor,
  FixedKeyProcessorContext,
  ProcessorContext,
  RecordMetadata,
} from './processor.js';
import { type FlowRecord, isThenable, type Pending, type RecordPass, RuntimeNode } from './runtime-node.js';
import type { ProcessValuesOperator } from './topology-node.js';

export class ProcessValuesNode extends RuntimeNode {
  private readonly processor: FixedKeyProcessor<unknown, unknown, unknown>;

  constructor({ supplier }: ProcessValuesOperator) {
    super();
    this.processor = supplier();
  }

  init(context: ProcessorContext): void | Promise<void> {
    return this.processor.init?.(context);
  }

  close(): void | Promise<void> {
    return this.processor.close?.();
  }

  override process(record: FlowRecord, pass: RecordPass): Pending {
    const context = new RecordContext(this, record, pass);
    let returned: unknown;
    try {
      returned = this.processor.process(record, context);
    } catch (error) {
      return context.endFailed(error);
    }
    return isThenable(returned) ? context.endAfter(returned) : context.end();
  }
}

class RecordContext implements FixedKeyProcessorContext<unknown, unknown> {
  private ended = false;
  /** `process` has given a promise: what it forwards from now on may come after the task gave up. */
  private late = false;
  /** What was forwarded and is not done yet; never left without a handler. */
  private tail: Pending = undefined;
  /** A child's failure: stays one when the user's function catches it, as part of the outputs is missing. */
  private failure: { readonly error: unknown } | undefined = undefined;

  constructor(
    private readonly node: ProcessValuesNode,
    private readonly input: FlowRecord,
    private readonly pass: RecordPass,
  ) {}

  forward(record: FlowRecord): void {
    this.checkForward(record);
    if (this.tail !== undefined) {
      this.follow(this.forwardAfter(this.tail, record));
      return;
    }
    let pending: Pending;
    try {
      pending = this.node.forward(record, this.pass);
    } catch (error) {
      this.failure = { error };
      throw error;
    }
    if (pending !== undefined) this.follow(pending);
  }

  recordMetadata(): RecordMetadata {
    const { topic, partition, offset } = this.pass.run.record;
    return { topic, partition, offset };
  }

  taskId(): TaskId {
    return this.pass.run.taskId;
  }

  get signal(): AbortSignal {
    return this.pass.signal;
  }

  get idempotencyKey(): string {
    const { topic, partition, offset } = this.pass.run.record;
    return recordName(topic, partition, offset);
  }

  get attempt(): number {
    return this.pass.attempt;
  }

  currentSystemTimeMs(): number {
    return this.pass.run.nowMs;
  }

  /** `process` has returned. */
  end(): Pending {
    this.ended = true;
    if (this.failure !== undefined) throw this.failure.error;
    return this.tail;
  }

  /** `process` has returned a promise. */
  async endAfter(returned: PromiseLike<unknown>): Promise<void> {
    this.late = true;
    try {
      await returned;
    } catch (error) {
      return this.endFailed(error);
    }
    return this.end();
  }

  /** `process` has thrown or rejected. */
  endFailed(error: unknown): Pending {
    this.ended = true;
    if (this.tail === undefined) throw error;
    const fail = (): never => {
      throw error;
    };
    return this.tail.then(fail, fail);
  }

  private checkForward(record: FlowRecord): void {
    if (this.ended) {
      throw new Error(
        `forward() came after process() had ended (${placeOf(this.pass.run.record)}): ` +
          'its promise must cover everything that process() starts',
      );
    }
    if (this.failure !== undefined) throw this.failure.error;
    if (this.late) this.pass.throwIfAborted();
    // The types say it already; but the sink writes the source's key bytes, so a record that was kept
    // from another key must not come out under this one.
    if (!isSameKey(record.key, this.input.key)) {
      throw new Error(`processValues cannot change the key (${placeOf(this.pass.run.record)})`);
    }
  }

  private async forwardAfter(tail: Promise<void>, record: FlowRecord): Promise<void> {
    await tail;
    this.pass.throwIfAborted();
    await this.node.forward(record, this.pass);
  }

  private follow(pending: Promise<void>): void {
    this.tail = pending;
    // It is awaited at the end of `process`, which may be long after it failed.
    pending.catch(() => undefined);
  }
}

const isSameKey = (a: unknown, b: unknown): boolean =>
  Object.is(a, b) || (Buffer.isBuffer(a) && Buffer.isBuffer(b) && a.equals(b));
