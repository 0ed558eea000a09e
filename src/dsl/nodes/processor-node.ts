/**
 * A processor of the user's in a running task. An attempt ends when everything that it forwarded has ended, also
 * when `process` itself has failed: nothing of it may run beside the next attempt.
 */
import type { TaskId } from '../../record/units.js';
import { ProcessorStore } from './key-value-store.js';
import type {
  Cancellable,
  FixedKeyProcessor,
  ProcessorContext,
  Processor,
  PunctuationType,
  Punctuator,
} from '../processor.js';
import { PassContext } from './pass-context.js';
import type { RecordPass } from './record-pass.js';
import { type FlowRecord, isThenable, type Pending, RuntimeNode } from './runtime-node.js';
import type { StateStore } from '../state-store.js';
import type { StoreSpec } from '../graph/store-spec.js';
import type { ProcessOperator, ProcessValuesOperator } from '../graph/topology-node.js';

/** What the task gives to all of its processors. */
export interface TaskOfNodes {
  readonly taskId: TaskId;
  streamTimeMs(): number;
  nowMs(): number;
  schedule(
    node: UserProcessorNode,
    intervalMs: number,
    type: PunctuationType,
    punctuator: Punctuator<unknown, unknown>,
  ): Cancellable;
}

type AnyProcessor =
  Processor<unknown, unknown, unknown, unknown> | FixedKeyProcessor<unknown, unknown, unknown>;

export class UserProcessorNode extends RuntimeNode {
  readonly #processor: AnyProcessor;
  /** The unit of work whose functions run right now, for stores that were got from `init`. */
  #current: RecordPass | null = null;

  constructor(
    readonly name: string,
    { supplier }: ProcessOperator | ProcessValuesOperator,
    /** It forwards under the key that it was given. */
    readonly keepsKey: boolean,
    /** Those that it is connected to. */
    private readonly stores: readonly StoreSpec[],
    readonly task: TaskOfNodes,
  ) {
    super();
    this.#processor = supplier();
  }

  init(): void | Promise<void> {
    const { task } = this;
    const context: ProcessorContext = {
      taskId: () => task.taskId,
      currentStreamTimeMs: () => task.streamTimeMs(),
      currentSystemTimeMs: () => this.#current?.run.nowMs ?? task.nowMs(),
      getStateStore: <S extends StateStore>(name: string) =>
        this.store(name, () => this.#now(name)) as unknown as S,
      schedule: (intervalMs, type, punctuator) => task.schedule(this, intervalMs, type, punctuator),
    };
    return this.#processor.init?.(context);
  }

  close(): void | Promise<void> {
    return this.#processor.close?.();
  }

  override process(record: FlowRecord, pass: RecordPass): Pending {
    return this.#run(new PassContext(this, pass, this.keepsKey ? record : null), record, processRecord);
  }

  /** Between two records. */
  punctuate(punctuator: Punctuator<unknown, unknown>, timestampMs: number, pass: RecordPass): Pending {
    return this.#run(new PassContext(this, pass, null), timestampMs, (_, at, context) =>
      punctuator(at, context),
    );
  }

  /** As `pass` says which unit of work sees it. Throws when the topology did not connect it. */
  store(name: string, pass: () => RecordPass): ProcessorStore<unknown, unknown> {
    const spec = this.stores.find((one) => one.name === name);
    if (spec === undefined) {
      const known = this.stores.map((one) => one.name).join(', ');
      throw new Error(
        `processor "${this.name}" is not connected to the store "${name}": name it after the supplier in process(); connected are: ${known === '' ? 'none' : known}`,
      );
    }
    return new ProcessorStore(spec, () => {
      const at = pass();
      return { at, view: at.store(name), ownKey: at.sourceKey, isAlone: at.recordRun === null };
    });
  }

  #now(store: string): RecordPass {
    if (this.#current !== null) return this.#current;
    throw new Error(
      `the store "${store}" was asked outside of the synchronous part of process(): after an await use getStateStore of the record's own context`,
    );
  }

  /** `call` is given what it works on, so that it need not be a closure of every record. */
  #run<Subject>(
    context: PassContext,
    subject: Subject,
    call: (processor: AnyProcessor, subject: Subject, context: PassContext) => unknown,
  ): Pending {
    const before = this.#current;
    this.#current = context.pass;
    let returned: unknown;
    try {
      returned = call(this.#processor, subject, context);
    } catch (error) {
      return context.endFailed(error);
    } finally {
      this.#current = before;
    }
    return isThenable(returned) ? context.endAfter(returned) : context.end();
  }
}

const processRecord = (processor: AnyProcessor, record: FlowRecord, context: PassContext): unknown =>
  processor.process(record, context);
