/**
 * `mapValues` of a table. A deletion stays one, and is always passed on; the mapper is not asked about it. The mapper
 * is asked about the value before as well when a filter or a `suppress` further down needs to know it.
 */
import type { RecordPass } from './record-pass.js';
import { type FlowRecord, isThenable, type Pending, RuntimeNode } from './runtime-node.js';
import type { StoreSpec } from '../graph/store-spec.js';
import { type Before, beforeOf, isNothing, TableChange } from './table-change.js';
import { TableStore } from './table-store.js';
import type { TableMapValuesOperator } from '../graph/topology-node.js';

export class TableMapValuesNode extends RuntimeNode {
  private readonly table: TableStore | null;

  /** `spec`: of the operator's store; null: it has none. */
  constructor(
    private readonly operator: TableMapValuesOperator,
    spec: StoreSpec | null,
  ) {
    super();
    this.table = spec === null ? null : new TableStore(spec);
  }

  override process(record: FlowRecord, pass: RecordPass): Pending {
    if (isNothing(record.value)) return this.emit(null, record, pass);
    const mapped = this.operator.mapper(record.value, record.key);
    return isThenable(mapped) ? this.processLater(mapped, record, pass) : this.emit(mapped, record, pass);
  }

  private async processLater(
    mapped: PromiseLike<unknown>,
    record: FlowRecord,
    pass: RecordPass,
  ): Promise<void> {
    const value = await mapped;
    pass.throwIfAborted();
    await this.emit(value, record, pass);
  }

  private emit(value: unknown, record: FlowRecord, pass: RecordPass): Pending {
    const { table } = this;
    const parent = beforeOf(record);
    if (table !== null) {
      const key = table.keyOf(record, pass);
      const before = table.before(table.stored(key, pass));
      table.put(key, value, record.timestamp, record, pass);
      return this.forward(new TableChange(record.key, value, record.timestamp, record, before), pass);
    }
    if (parent === null) return this.forward(record.withValue(value), pass);
    const before = new MappedBefore(parent, this.operator, record.key);
    return this.forward(new TableChange(record.key, value, record.timestamp, record, before), pass);
  }
}

class MappedBefore implements Before {
  constructor(
    private readonly parent: Before,
    private readonly operator: TableMapValuesOperator,
    private readonly key: unknown,
  ) {}

  value(pass: RecordPass): unknown {
    const old = this.parent.value(pass);
    return isThenable(old) ? this.valueLater(old) : this.map(old);
  }

  private async valueLater(old: PromiseLike<unknown>): Promise<unknown> {
    return this.map(await old);
  }

  private map(old: unknown): unknown {
    return isNothing(old) ? null : this.operator.mapper(old, this.key);
  }
}
