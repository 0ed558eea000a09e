/** Runs stateful nodes one record after the other, without an engine: what fails leaves nothing in the stores. */
import type { RecordRun } from '../../../src/dsl/execution.js';
import { RecordPass } from '../../../src/dsl/nodes/record-pass.js';
import { type HeaderLike, Record } from '../../../src/dsl/record.js';
import { type FlowRecord, type Pending, RuntimeNode } from '../../../src/dsl/nodes/runtime-node.js';
import { Serdes } from '../../../src/dsl/serdes.js';
import type { StoreLayout, StoreSpec } from '../../../src/dsl/graph/store-spec.js';
import type { Windowed } from '../../../src/dsl/windowed.js';
import { NO_HEADERS } from '../../../src/record/record.js';
import { epochMs, offset, partition, taskId } from '../../../src/record/units.js';
import { MemoryStores } from '../support/memory-store.js';

export const specOf = (name: string, layout: StoreLayout, fields: Partial<StoreSpec> = {}): StoreSpec => ({
  name,
  layout,
  keySerde: Serdes.string(),
  valueSerde: Serdes.json(),
  perKey: layout === 'timestamped',
  retentionMs: null,
  ...fields,
});

class CollectNode extends RuntimeNode {
  readonly records: FlowRecord[] = [];

  override process(record: FlowRecord): Pending {
    this.records.push(record);
    return undefined;
  }
}

const nameOf = (key: unknown): string => {
  if (typeof key !== 'object' || key === null || Buffer.isBuffer(key)) return String(key);
  const { key: inner, window } = key as Windowed<unknown>;
  return `${String(inner)}[${window.start},${window.end})`;
};

export const textOf = ({ key, value, timestamp }: FlowRecord): string =>
  `${nameOf(key)}=${JSON.stringify(value)}@${timestamp}`;

export class NodeBench {
  readonly stores: MemoryStores;
  private readonly end = new CollectNode();
  private abort = new AbortController();

  /** Each node is the child of the one before it. `stores`: of a bench that ran before. */
  constructor(
    private readonly nodes: readonly RuntimeNode[],
    stores = new MemoryStores(),
  ) {
    this.stores = stores;
    nodes.forEach((node, at) => node.adopt(nodes[at + 1] ?? this.end, 'next'));
  }

  /** What comes out, as `key=value@timestamp`. Must not take a promise. */
  send(key: unknown, value: unknown, timestamp: number, headers: readonly HeaderLike[] = []): string[] {
    const pass = this.passOf(timestamp);
    const pending = this.start(key, value, timestamp, headers, pass);
    if (pending !== undefined) throw new Error('a promise was made');
    return this.decide(pass);
  }

  async sendLater(key: unknown, value: unknown, timestamp: number): Promise<string[]> {
    const pass = this.passOf(timestamp);
    await this.start(key, value, timestamp, [], pass);
    return this.decide(pass);
  }

  /** The attempts that are under way are given up. */
  giveUp(): void {
    this.abort.abort(new Error('given up'));
    this.abort = new AbortController();
  }

  get lastOut(): FlowRecord | undefined {
    return this.end.records.at(-1);
  }

  /** Of a store, by the texts that its keys' and values' bytes are, read from these places on. */
  entries(store: string, keyAt = 0, valueAt = 8): string[] {
    return [...this.stores.named(store).entries(null, null, false)].map(
      ([key, value]) => `${key.toString('utf8', keyAt)}=${value.toString('utf8', valueAt)}`,
    );
  }

  private start(
    key: unknown,
    value: unknown,
    timestamp: number,
    headers: readonly HeaderLike[],
    pass: RecordPass,
  ): Pending {
    this.end.records.length = 0;
    return this.nodes[0]?.process(new Record(key, value, timestamp, headers), pass);
  }

  private decide(pass: RecordPass): string[] {
    this.stores.apply(pass.changes);
    return this.end.records.map(textOf);
  }

  private passOf(timestamp: number): RecordPass {
    const at = partition(0);
    const run: RecordRun = {
      record: {
        topic: 'in',
        partition: at,
        offset: offset(7),
        timestamp: epochMs(timestamp),
        key: null,
        value: null,
        headers: NO_HEADERS,
      },
      taskId: taskId(0, at),
      attempt: 1,
      nowMs: epochMs(5000),
      signal: this.abort.signal,
      partitionCount: () => 1,
      noteType: () => undefined,
    };
    return new RecordPass(run, run, null, this.stores.named, timestamp);
  }
}
