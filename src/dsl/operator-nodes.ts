/** The operators that are one function of the user's. */
import type { RecordPass } from './record-pass.js';
import { type FlowRecord, isThenable, type Pending, RuntimeNode } from './runtime-node.js';
import type { FilterOperator, MapValuesOperator, PeekOperator } from './topology-node.js';

export class FilterNode extends RuntimeNode {
  constructor(private readonly operator: FilterOperator) {
    super();
  }

  override process(record: FlowRecord, pass: RecordPass): Pending {
    const answer = this.operator.predicate(record.key, record.value);
    if (isThenable(answer)) return this.processLater(answer, record, pass);
    return Boolean(answer) === this.operator.keep ? this.forward(record, pass) : undefined;
  }

  private async processLater(
    answer: PromiseLike<unknown>,
    record: FlowRecord,
    pass: RecordPass,
  ): Promise<void> {
    if (Boolean(await answer) !== this.operator.keep) return;
    pass.throwIfAborted();
    await this.forward(record, pass);
  }
}

export class MapValuesNode extends RuntimeNode {
  constructor(private readonly operator: MapValuesOperator) {
    super();
  }

  override process(record: FlowRecord, pass: RecordPass): Pending {
    const value = this.operator.mapper(record.value, record.key);
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
  constructor(private readonly operator: PeekOperator) {
    super();
  }

  override process(record: FlowRecord, pass: RecordPass): Pending {
    const done = this.operator.action(record.key, record.value);
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
