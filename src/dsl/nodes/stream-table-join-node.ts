/**
 * `join` and `leftJoin` of a stream with a table: each record of the stream with the value that the table has for its
 * key at that moment, whatever its timestamp (the store is not versioned). The result has the record's timestamp.
 * A record without a value is passed over; one without a key too, unless it is a left join: then it has no partner
 * (KIP-962). Changes of the table produce nothing.
 */
import type { RecordPass } from './record-pass.js';
import { type FlowRecord, isThenable, type Pending, RuntimeNode } from './runtime-node.js';
import type { StoreSpec } from '../graph/store-spec.js';
import { isNothing } from './table-change.js';
import { TableStore } from './table-store.js';
import type { StreamTableJoinOperator } from '../graph/topology-node.js';

export class StreamTableJoinNode extends RuntimeNode {
  private readonly table: TableStore;

  /** `spec`: of the table's store. */
  constructor(
    private readonly operator: StreamTableJoinOperator,
    spec: StoreSpec,
  ) {
    super();
    this.table = new TableStore(spec);
  }

  override process(record: FlowRecord, pass: RecordPass): Pending {
    const { operator, table } = this;
    if (isNothing(record.value)) return undefined;
    const stored = isNothing(record.key) ? null : table.stored(table.keyOf(record, pass), pass);
    if (stored === null) return this.join(null, record, pass);
    const value = table.value(stored, pass);
    if (operator.view === undefined) return this.join(value, record, pass);
    const partner = operator.view(value, record.key);
    return isThenable(partner)
      ? this.joinLater(partner, record, pass)
      : this.join(partner ?? null, record, pass);
  }

  private async joinLater(
    partner: PromiseLike<unknown>,
    record: FlowRecord,
    pass: RecordPass,
  ): Promise<void> {
    const known = await partner;
    pass.throwIfAborted();
    await this.join(known ?? null, record, pass);
  }

  private join(partner: unknown, record: FlowRecord, pass: RecordPass): Pending {
    const { operator } = this;
    if (partner === null && !operator.isLeft) return undefined;
    const joined = operator.joiner(record.value, partner, record.key);
    return isThenable(joined)
      ? this.forwardLater(joined, record, pass)
      : this.forward(record.withValue(joined), pass);
  }

  private async forwardLater(
    joined: PromiseLike<unknown>,
    record: FlowRecord,
    pass: RecordPass,
  ): Promise<void> {
    const result = record.withValue(await joined);
    pass.throwIfAborted();
    await this.forward(result, pass);
  }
}
