/** `table` and `toTable`: the last value of each key, in the order of the records, whatever their timestamps say. */
import type { RecordPass } from './record-pass.js';
import { type FlowRecord, type Pending, RuntimeNode } from './runtime-node.js';
import type { StoreSpec } from '../graph/store-spec.js';
import { isNothing, TableChange } from './table-change.js';
import { TableStore } from './table-store.js';
import type { MaterializeOperator } from '../graph/topology-node.js';

export class MaterializeNode extends RuntimeNode {
  private readonly table: TableStore;

  constructor(_operator: MaterializeOperator, spec: StoreSpec) {
    super();
    this.table = new TableStore(spec);
  }

  override process(record: FlowRecord, pass: RecordPass): Pending {
    // A record without a key is of no entry.
    if (isNothing(record.key)) return undefined;
    const { table } = this;
    const value: unknown = record.value ?? null;
    const key = table.keyOf(record, pass);
    const stored = table.stored(key, pass);
    table.put(key, value, record.timestamp, record, pass);
    // A deletion is passed on also where there was nothing to delete.
    const change = new TableChange(record.key, value, record.timestamp, record, table.before(stored));
    return this.forward(change, pass);
  }
}
