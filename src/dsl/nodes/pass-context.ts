/** What a processor's function is given for one unit of work: where it stands, and where its records go. */
import { recordName } from '../../record/event-id.js';
import { HandlerSaysFail } from '../execution.js';
import type { TaskId } from '../../record/units.js';
import type { ConsumedRecord } from '../../record/record.js';
import type {
  FixedKeyProcessorContext,
  ProcessContext,
  PunctuationContext,
  RecordMetadata,
} from '../processor.js';
import type { RecordPass } from './record-pass.js';
import type { FlowRecord, Pending, RuntimeNode } from './runtime-node.js';
import type { StateStore } from '../state-store.js';

/** The node whose function it is. */
export interface ContextNode extends Pick<RuntimeNode, 'childNamed' | 'childNames' | 'forward'> {
  readonly name: string;
  /** Throws when the topology did not connect it. */
  store(name: string, pass: () => RecordPass): StateStore;
}

export class PassContext
  implements
    FixedKeyProcessorContext<unknown, unknown>,
    ProcessContext<unknown, unknown>,
    PunctuationContext<unknown, unknown>
{
  private ended = false;
  /** `process` has given a promise: what it forwards from now on may come after the task gave up. */
  private late = false;
  /** What was forwarded and is not done yet; never left without a handler. */
  private tail: Pending = undefined;
  /** A child's failure: stays one when the user's function catches it, as part of the outputs is missing. */
  private failure: { readonly error: unknown } | undefined = undefined;

  constructor(
    private readonly node: ContextNode,
    readonly pass: RecordPass,
    /** Whose key must stay; null: any. */
    private readonly fixed: FlowRecord | null,
  ) {}

  forward(record: FlowRecord, childName?: string): void {
    this.checkForward(record);
    const to = this.targetOf(childName);
    if (this.tail !== undefined) {
      this.follow(this.forwardAfter(this.tail, to, record));
      return;
    }
    let pending: Pending;
    try {
      pending = this.send(to, record);
    } catch (error) {
      this.failure = { error };
      throw error;
    }
    if (pending !== undefined) this.follow(pending);
  }

  recordMetadata(): RecordMetadata {
    const { topic, partition, offset } = this.record;
    return { topic, partition, offset };
  }

  taskId(): TaskId {
    return this.pass.run.taskId;
  }

  get signal(): AbortSignal {
    return this.pass.signal;
  }

  get idempotencyKey(): string {
    const { topic, partition, offset } = this.record;
    return recordName(topic, partition, offset);
  }

  get attempt(): number {
    return this.pass.attempt;
  }

  currentSystemTimeMs(): number {
    return this.pass.run.nowMs;
  }

  currentStreamTimeMs(): number {
    return this.pass.streamTimeMs;
  }

  getStateStore<S extends StateStore>(name: string): S {
    return this.node.store(name, () => this.pass) as S;
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
    // Whatever the function makes of it.
    if (this.failure?.error instanceof HandlerSaysFail) throw this.failure.error;
    if (this.tail === undefined) throw error;
    return this.tail.then(
      () => {
        throw error;
      },
      (late: unknown) => {
        throw late instanceof HandlerSaysFail ? late : error;
      },
    );
  }

  private get record(): ConsumedRecord {
    const { record } = this.pass;
    if (record === null) throw new Error('a punctuation has no source record');
    return record;
  }

  private targetOf(childName: string | undefined): RuntimeNode | null {
    if (childName === undefined) return null;
    const child = this.node.childNamed(childName);
    if (child !== undefined) return child;
    const known = this.node.childNames.join(', ');
    throw new Error(`processor "${this.node.name}" has no child "${childName}"; it has: ${known}`);
  }

  private send(to: RuntimeNode | null, record: FlowRecord): Pending {
    return to === null ? this.node.forward(record, this.pass) : to.process(record, this.pass);
  }

  private checkForward(record: FlowRecord): void {
    if (this.ended) {
      throw new Error(
        `forward() came after process() had ended (${this.pass.place}): ` +
          'its promise must cover everything that process() starts',
      );
    }
    if (this.failure !== undefined) throw this.failure.error;
    if (this.late) this.pass.throwIfAborted();
    // The types say it already; but the sink writes the source's key bytes, so a record that was kept
    // from another key must not come out under this one.
    if (this.fixed !== null && !isSameKey(record.key, this.fixed.key)) {
      throw new Error(`processValues cannot change the key (${this.pass.place})`);
    }
  }

  private async forwardAfter(tail: Promise<void>, to: RuntimeNode | null, record: FlowRecord): Promise<void> {
    await tail;
    this.pass.throwIfAborted();
    await this.send(to, record);
  }

  private follow(pending: Promise<void>): void {
    this.tail = pending;
    // It is awaited at the end of `process`, which may be long after it failed.
    pending.catch(() => undefined);
  }
}

const isSameKey = (a: unknown, b: unknown): boolean =>
  Object.is(a, b) || (Buffer.isBuffer(a) && Buffer.isBuffer(b) && a.equals(b));
