/** A state store of a topology, as it was asked for: plain immutable data, with the types of keys and values erased. */
import type { Serde } from '../../record/serde.js';

/**
 * What keys and values of the store look like as bytes.
 * - `plain`: the key and the value, of a store of the processor API
 * - `timestamped`: the key; the timestamp of the value (u64, big-endian, milliseconds) and the value: of tables and aggregates
 * - `window`: see src/dsl/nodes/window-store.ts
 * - `suppress`: see src/dsl/nodes/suppress-node.ts
 */
export type StoreLayout = 'plain' | 'timestamped' | 'window' | 'suppress';

export interface StoreSpec {
  /** Given by the user: it is part of the changelog. */
  readonly name: string;
  readonly layout: StoreLayout;
  /** Of windows: the serde of the key without its window. */
  readonly keySerde: Serde<unknown> | undefined;
  readonly valueSerde: Serde<unknown> | undefined;
  /**
   * Whoever processes a record looks at the entries of that record's key only. Then records of different keys may
   * run at the same time; else those of the whole sub-topology run one after the other.
   */
  readonly perKey: boolean;
  /** Of windows: how long their start may lie behind stream time before they are dropped, at least. */
  readonly retentionMs: number | null;
}
