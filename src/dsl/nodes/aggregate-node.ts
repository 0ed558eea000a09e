/**
 * `count`, `reduce` and `aggregate` of a key. Records without a key or a value are passed over. Every update is
 * forwarded, with the later of the record's and the aggregate's timestamps: there is no cache that would thin them out.
 */
import type { RecordPass } from './record-pass.js';
import { type FlowRecord, isThenable, type Pending, RuntimeNode } from './runtime-node.js';
import type { StoreSpec } from '../graph/store-spec.js';
import { isNothing, TableChange } from './table-change.js';
import { TableStore } from './table-store.js';
import type { AggregateOperator } from '../graph/topology-node.js';

export class AggregateNode extends RuntimeNode {
  private readonly table: TableStore;

  constructor(
    private readonly operator: AggregateOperator,
    spec: StoreSpec,
  ) {
    super();
    this.table = new TableStore(spec);
  }

  override process(record: FlowRecord, pass: RecordPass): Pending {
    if (isNothing(record.key) || isNothing(record.value)) return undefined;
    const { table } = this;
    const key = table.keyOf(record, pass);
    const stored = table.stored(key, pass);
    const result = this.operator.aggregator(record.key, record.value, table.value(stored, pass));
    return isThenable(result)
      ? this.updateLater(result, key, stored, record, pass)
      : this.update(result, key, stored, record, pass);
  }

  private async updateLater(
    result: PromiseLike<unknown>,
    key: Buffer,
    stored: Buffer | null,
    record: FlowRecord,
    pass: RecordPass,
  ): Promise<void> {
    const value = await result;
    pass.throwIfAborted();
    await this.update(value, key, stored, record, pass);
  }

  private update(
    value: unknown,
    key: Buffer,
    stored: Buffer | null,
    record: FlowRecord,
    pass: RecordPass,
  ): Pending {
    const { table, operator } = this;
    const timestamp = table.timestampAfter(stored, record.timestamp);
    table.put(key, value, timestamp, record, pass);
    const before = table.before(stored, operator);
    return this.forward(new TableChange(record.key, value, timestamp, record, before), pass);
  }
}
