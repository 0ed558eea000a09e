/** How others look into a table: through the store that has its values, or those that it is made from. */
import type { Serde } from '../../record/serde.js';
import type { ErasedFunction } from '../functions.js';
import type { GraphBuilder } from './graph-builder.js';
import type { Materialized } from '../materialized.js';
import { isThenable } from '../nodes/runtime-node.js';

export interface TableView {
  /** Whoever asks needs it: a table that had none gets one. */
  store(): string;
  /** What the table makes of a value of the store, may give a promise; null: it has nothing. Absent: the value itself. */
  readonly view?: ErasedFunction;
}

/** What is in the store is the table. */
export const viewOf = (store: string): TableView => ({ store: () => store });

/** The store of its own if it has one, else what `make` makes of what its parent shows. */
export const viewThrough = (parent: TableView, store: string | null, make: ErasedFunction): TableView => {
  if (store !== null) return viewOf(store);
  const made = (value: unknown, key: unknown): unknown => (value === null ? null : make(value, key));
  return {
    store: () => parent.store(),
    view: (value, key) => {
      const shown = parent.view === undefined ? value : parent.view(value, key);
      return isThenable(shown) ? shown.then((there) => made(there, key)) : made(shown, key);
    },
  };
};

/** As a view: the value if the predicate says so. */
export const keepIf =
  (predicate: ErasedFunction, keep: boolean) =>
  (value: unknown, key: unknown): unknown => {
    const answer = predicate(key, value);
    const kept = (holds: unknown): unknown => (Boolean(holds) === keep ? value : null);
    return isThenable(answer) ? answer.then(kept) : kept(answer);
  };

interface StoreDefaults {
  readonly prefix: string;
  readonly keySerde: Serde<unknown> | undefined;
  readonly valueSerde: Serde<unknown> | undefined;
}

/** The store of a table that need not have one: it has if it was given a name. */
export const tableStore = (
  graph: GraphBuilder,
  materialized: Materialized<never, never> | undefined,
  { prefix, keySerde, valueSerde }: StoreDefaults,
): string | null => {
  if (materialized === undefined) return null;
  if (materialized.name === undefined) {
    graph.newStoreName(prefix);
    return null;
  }
  addTableStore(
    graph,
    materialized.name,
    materialized.keySerde ?? keySerde,
    materialized.valueSerde ?? valueSerde,
  );
  return materialized.name;
};

/** Its processor looks at the key of the record only. */
export const addTableStore = (
  graph: GraphBuilder,
  name: string,
  keySerde: Serde<unknown> | undefined,
  valueSerde: Serde<unknown> | undefined,
): void =>
  graph.addStore({ name, layout: 'timestamped', keySerde, valueSerde, perKey: true, retentionMs: null });
