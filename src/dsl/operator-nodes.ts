/** The operators that are one function of the user's. */
import { type FlowRecord, isThenable, type Pending, type RecordPass, RuntimeNode } from './runtime-node.js';
import type { FilterOperator, MapValuesOperator, PeekOperator } from './topology-node.js';

export class FilterNode extends RuntimeNode {
  private readonly keep: boolean;
  private readonly predicate: FilterOperator['predicate'];

  constructor({ keep, predicate }: FilterOperator) {
    super();
    this.keep = keep;
    this.predicate = predicate;
  }

  override process(record: FlowRecord, pass: RecordPass): Pending {
    const { predicate } = this;
    const answer = predicate(record.key, record.value);
    if (isThenable(answer)) return this.processLater(answer, record, pass);
    return Boolean(answer) === this.keep ? this.forward(record, pass) : undefined;
  }

  private async processLater(
    answer: PromiseLike<unknown>,
    record: FlowRecord,
    pass: RecordPass,
  ): Promise<void> {
    if (Boolean(await answer) !== this.keep) return;
    pass.throwIfAborted();
    await this.forward(record, pass);
  }
}

export class MapValuesNode extends RuntimeNode {
  private readonly mapper: MapValuesOperator['mapper'];

  constructor({ mapper }: MapValuesOperator) {
    super();
    this.mapper = mapper;
  }

  override process(record: FlowRecord, pass: RecordPass): Pending {
    const { mapper } = this;
    const value = mapper(record.value, record.key);
    if (isThenable(value)) return this.processLater(value, record, pass);
    return this.forward(record.withValue(value), pass);
  }

  private async processLater(
    value: PromiseLike<unknown>,
    record: FlowRecord,
    pass: RecordPass,
  ): Promise<void> {
    const mapped = record.withValue(await value);
    pass.throwIfAborted();
    await this.forward(mapped, pass);
  }
}

export class PeekNode extends RuntimeNode {
  private readonly action: PeekOperator['action'];

  constructor({ action }: PeekOperator) {
    super();
    this.action = action;
  }

  override process(record: FlowRecord, pass: RecordPass): Pending {
    const { action } = this;
    const done = action(record.key, record.value);
    return isThenable(done) ? this.processLater(done, record, pass) : this.forward(record, pass);
  }

  private async processLater(
    done: PromiseLike<unknown>,
    record: FlowRecord,
    pass: RecordPass,
  ): Promise<void> {
    await done;
    pass.throwIfAborted();
    await this.forward(record, pass);
  }
}
