/** State stores of processors of one's own, as Kafka Streams' `Stores` makes them. */
import type { Serde } from '../record/serde.js';
import type { StoreSpec } from './graph/store-spec.js';

export interface KeyValueBytesStoreSupplier {
  readonly name: string;
}

/** Immutable. */
export class StoreBuilder<K, V> {
  constructor(
    readonly name: string,
    private readonly keySerde: Serde<K>,
    private readonly valueSerde: Serde<V>,
    private readonly isPerKey = false,
  ) {}

  /**
   * Declares that whoever processes a record looks only at the entry of that record's own key, which is checked.
   * Then records of different keys still run at the same time; without it, the records of a task that has the store
   * run one after the other.
   */
  perKey(): StoreBuilder<K, V> {
    return new StoreBuilder(this.name, this.keySerde, this.valueSerde, true);
  }

  /** For the builder of the topology. */
  get spec(): StoreSpec {
    return {
      name: this.name,
      layout: 'plain',
      keySerde: this.keySerde,
      valueSerde: this.valueSerde,
      perKey: this.isPerKey,
      retentionMs: null,
    };
  }
}

export const Stores = {
  /** In memory, with a changelog in Kafka from which it is restored. `name` becomes part of the changelog. */
  inMemoryKeyValueStore: (name: string): KeyValueBytesStoreSupplier => ({ name }),
  keyValueStoreBuilder: <K, V>(
    supplier: KeyValueBytesStoreSupplier,
    keySerde: Serde<K>,
    valueSerde: Serde<V>,
  ): StoreBuilder<K, V> => new StoreBuilder(supplier.name, keySerde, valueSerde),
};
