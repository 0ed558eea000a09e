/** The operators that pass records on as they are: all, some, or to one of several children. */
import { FunctionNode } from './function-node.js';
import type { RecordPass } from './record-pass.js';
import { type FlowRecord, isThenable, type Pending, RuntimeNode } from './runtime-node.js';
import type { BranchOperator, FilterOperator, PeekOperator } from '../graph/topology-node.js';

export class PassThroughNode extends RuntimeNode {
  override process(record: FlowRecord, pass: RecordPass): Pending {
    return this.forward(record, pass);
  }
}

export class PeekNode extends FunctionNode {
  constructor(private readonly operator: PeekOperator) {
    super();
  }

  override process(record: FlowRecord, pass: RecordPass): Pending {
    const done = this.operator.action(record.key, record.value);
    return isThenable(done) ? this.answeredLater(done, record, pass) : this.forward(record, pass);
  }

  protected override answered(_done: unknown, record: FlowRecord, pass: RecordPass): Pending {
    return this.forward(record, pass);
  }
}

export class FilterNode extends FunctionNode {
  constructor(private readonly operator: FilterOperator) {
    super();
  }

  override process(record: FlowRecord, pass: RecordPass): Pending {
    const answer = this.operator.predicate(record.key, record.value);
    return isThenable(answer)
      ? this.answeredLater(answer, record, pass)
      : this.answered(answer, record, pass);
  }

  protected override answered(answer: unknown, record: FlowRecord, pass: RecordPass): Pending {
    return Boolean(answer) === this.operator.keep ? this.forward(record, pass) : undefined;
  }
}

/** A later predicate is not asked before an earlier one has answered. */
export class BranchNode extends RuntimeNode {
  constructor(private readonly operator: BranchOperator) {
    super();
  }

  override process(record: FlowRecord, pass: RecordPass): Pending {
    const { branches } = this.operator;
    for (let at = 0; at < branches.length; at += 1) {
      const answer = this.holds(at, record);
      if (isThenable(answer)) return this.processLater(answer, at, record, pass);
      if (answer) return this.take(at, record, pass);
    }
    return undefined;
  }

  private async processLater(
    first: PromiseLike<unknown>,
    from: number,
    record: FlowRecord,
    pass: RecordPass,
  ): Promise<void> {
    let answer: unknown = first;
    for (let at = from; at < this.operator.branches.length; at += 1) {
      if (at > from) answer = this.holds(at, record);
      const known = await answer;
      pass.throwIfAborted();
      if (known) return this.take(at, record, pass);
    }
  }

  private holds(at: number, { key, value }: FlowRecord): unknown {
    const predicate = this.operator.branches[at]?.predicate;
    return predicate == null || predicate(key, value);
  }

  private take(at: number, record: FlowRecord, pass: RecordPass): Pending {
    const name = this.operator.branches[at]?.child ?? '';
    const child = this.childNamed(name);
    if (child === undefined) throw new Error(`there is no branch "${name}"`);
    return child.process(record, pass);
  }
}
