/**
 * `filter` and `filterNot` of a table. A value that does not pass deletes what passed before; where the value before did
 * not pass either, nothing is forwarded. With a store of its own that says what was there before, and without one the
 * predicate does, of the parent's value before: so it may be asked twice for one record.
 */
import type { RecordPass } from './record-pass.js';
import { type FlowRecord, isThenable, type Pending, RuntimeNode } from './runtime-node.js';
import type { StoreSpec } from '../graph/store-spec.js';
import { type Before, beforeOf, isNothing, KnownBefore, TableChange } from './table-change.js';
import { TableStore } from './table-store.js';
import type { TableFilterOperator } from '../graph/topology-node.js';

export class TableFilterNode extends RuntimeNode {
  private readonly table: TableStore | null;

  /** `spec`: of the operator's store; null: it has none. */
  constructor(
    private readonly operator: TableFilterOperator,
    spec: StoreSpec | null,
  ) {
    super();
    this.table = spec === null ? null : new TableStore(spec);
  }

  override process(record: FlowRecord, pass: RecordPass): Pending {
    if (isNothing(record.value)) return this.refuse(record, pass);
    const answer = this.operator.predicate(record.key, record.value);
    return isThenable(answer)
      ? this.processLater(answer, record, pass)
      : this.decide(Boolean(answer) === this.operator.keep, record, pass);
  }

  private async processLater(
    answer: PromiseLike<unknown>,
    record: FlowRecord,
    pass: RecordPass,
  ): Promise<void> {
    const passes = Boolean(await answer) === this.operator.keep;
    pass.throwIfAborted();
    await this.decide(passes, record, pass);
  }

  private decide(passes: boolean, record: FlowRecord, pass: RecordPass): Pending {
    return passes
      ? this.emit(record.value, this.before(record, pass), record, pass)
      : this.refuse(record, pass);
  }

  /** The record deletes, or its value does not pass. */
  private refuse(record: FlowRecord, pass: RecordPass): Pending {
    const before = this.before(record, pass);
    const old = before === null ? undefined : before.value(pass);
    return isThenable(old) ? this.refuseLater(old, record, pass) : this.remove(old, record, pass);
  }

  private async refuseLater(old: PromiseLike<unknown>, record: FlowRecord, pass: RecordPass): Promise<void> {
    const known = await old;
    pass.throwIfAborted();
    await this.remove(known, record, pass);
  }

  /** `old`: null when there was none, undefined when nobody knows. */
  private remove(old: unknown, record: FlowRecord, pass: RecordPass): Pending {
    if (old === null) return undefined;
    return this.emit(null, old === undefined ? null : new KnownBefore(old), record, pass);
  }

  private emit(value: unknown, before: Before | null, record: FlowRecord, pass: RecordPass): Pending {
    const { table } = this;
    if (table !== null) table.put(table.keyOf(record, pass), value, record.timestamp, record, pass);
    const change =
      before === null
        ? record.withValue(value)
        : new TableChange(record.key, value, record.timestamp, record, before);
    return this.forward(change, pass);
  }

  private before(record: FlowRecord, pass: RecordPass): Before | null {
    const { table } = this;
    if (table !== null) return table.before(table.stored(table.keyOf(record, pass), pass));
    const parent = beforeOf(record);
    return parent === null ? null : new FilteredBefore(parent, this.operator, record.key);
  }
}

class FilteredBefore implements Before {
  constructor(
    private readonly parent: Before,
    private readonly operator: TableFilterOperator,
    private readonly key: unknown,
  ) {}

  value(pass: RecordPass): unknown {
    const old = this.parent.value(pass);
    if (isThenable(old)) return this.valueLater(old);
    if (isNothing(old)) return null;
    const answer = this.operator.predicate(this.key, old);
    if (isThenable(answer)) return this.answerLater(answer, old);
    return Boolean(answer) === this.operator.keep ? old : null;
  }

  private async valueLater(parent: PromiseLike<unknown>): Promise<unknown> {
    const old = await parent;
    return isNothing(old) ? null : this.answerLater(this.operator.predicate(this.key, old), old);
  }

  private async answerLater(answer: unknown, old: unknown): Promise<unknown> {
    return Boolean(await answer) === this.operator.keep ? old : null;
  }
}
