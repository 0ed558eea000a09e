/** A store of the layout `timestamped` as the nodes of tables use it: entries are looked up by the bytes of their key. */
import type { RecordPass } from './record-pass.js';
import type { FlowRecord } from './runtime-node.js';
import { TimestampedStore } from './timestamped-store.js';

export class TableStore extends TimestampedStore {
  /** Of a record's key; the bytes may be kept. */
  keyOf(record: FlowRecord, pass: RecordPass): Buffer {
    return this.serdes.ownKeyBytes(record.key, pass, record);
  }
}
