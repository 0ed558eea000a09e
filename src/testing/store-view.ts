/**
 * State stores as a test sees them: read-only, over the tasks of all partitions together, in the order of the
 * keys' bytes. What is seen is decided, and committed once the driver's call has returned.
 */
import { NO_HEADERS } from '../record/record.js';
import { serializedBytes, type Serde } from '../record/serde.js';

/** The entries of one task's store, as bytes: of `StoreData`, what is needed here. */
export interface StoredEntries {
  readonly size: number;
  get(key: Buffer): Buffer | null;
  /** `from` included, `to` not; null: no bound. */
  entries(from: Buffer | null, to: Buffer | null, isReverse: boolean): Iterable<readonly [Buffer, Buffer]>;
}

/** A store of a topology with its entries in all tasks. */
export interface ViewedStore {
  readonly name: string;
  readonly layout: 'plain' | 'timestamped' | 'window' | 'suppress';
  readonly keySerde: Serde<unknown> | undefined;
  readonly valueSerde: Serde<unknown> | undefined;
  /** Of the tasks that there are when it is looked at. */
  readonly tasks: () => readonly StoredEntries[];
}

export interface StoreEntry<K, V> {
  readonly key: K;
  readonly value: V;
}

export interface WindowEntry<K, V> extends StoreEntry<K, V> {
  readonly windowStartMs: number;
}

/** Of the value of a table's or an aggregate's entry, before the value itself. */
const TIMESTAMP_BYTES = 8;
/** Keys of windows begin with this byte and the start of the window, a u64. */
const WINDOW = 1;
const WINDOW_KEY_AT = 9;

const read = (serde: Serde<unknown> | undefined, bytes: Buffer, topic: string, isKey: boolean): unknown => {
  if (serde === undefined) throw new Error(`store ${topic} has no serde`);
  return serde.deserialize(Buffer.from(bytes), { topic, headers: NO_HEADERS, isKey });
};

const keyBytes = (store: ViewedStore, key: unknown): Buffer => {
  const context = { topic: store.name, headers: NO_HEADERS, isKey: true };
  const bytes = serializedBytes(store.keySerde?.serialize(key, context) ?? null);
  if (bytes === null) throw new Error(`a key of store ${store.name} cannot be null`);
  return bytes;
};

/** Of all tasks; a key is in one of them, unless its records were written to several partitions. */
const entriesOf = (
  { tasks }: ViewedStore,
  from: Buffer | null,
  to: Buffer | null,
): readonly (readonly [Buffer, Buffer])[] =>
  tasks()
    .flatMap((task) => [...task.entries(from, to, false)])
    .sort(([one], [other]) => one.compare(other));

const sizeOf = ({ tasks }: ViewedStore): number => tasks().reduce((sum, { size }) => sum + size, 0);

/** The next in the order of bytes. */
const behind = (key: Buffer): Buffer => Buffer.concat([key, Buffer.alloc(1)]);

/** Has the reading methods of `ReadOnlyKeyValueStore`. Of tables and aggregates it shows the values alone. */
export class KeyValueStoreView<K, V> {
  constructor(private readonly store: ViewedStore) {
    if (store.layout === 'plain' || store.layout === 'timestamped') return;
    throw new Error(`store ${store.name} is no key-value store: its layout is ${store.layout}`);
  }

  get name(): string {
    return this.store.name;
  }

  /** null: there is none. */
  get(key: K): V | null {
    const bytes = keyBytes(this.store, key);
    for (const task of this.store.tasks()) {
      const value = task.get(bytes);
      if (value !== null) return this.#value(value);
    }
    return null;
  }

  /** Both included; null: no bound. */
  range(from: K | null, to: K | null): readonly StoreEntry<K, V>[] {
    const first = from === null ? null : keyBytes(this.store, from);
    const last = to === null ? null : behind(keyBytes(this.store, to));
    return this.#entries(first, last);
  }

  reverseRange(from: K | null, to: K | null): readonly StoreEntry<K, V>[] {
    return [...this.range(from, to)].reverse();
  }

  all(): readonly StoreEntry<K, V>[] {
    return this.#entries(null, null);
  }

  reverseAll(): readonly StoreEntry<K, V>[] {
    return [...this.all()].reverse();
  }

  /** Keys whose bytes begin with these. */
  prefixScan(prefix: Buffer | string): readonly StoreEntry<K, V>[] {
    const from = Buffer.from(prefix as string);
    const found = entriesOf(this.store, from, null);
    return this.#decode(found.filter(([key]) => key.subarray(0, from.length).equals(from)));
  }

  approximateNumEntries(): number {
    return sizeOf(this.store);
  }

  #entries(from: Buffer | null, to: Buffer | null): readonly StoreEntry<K, V>[] {
    return this.#decode(entriesOf(this.store, from, to));
  }

  #decode(entries: readonly (readonly [Buffer, Buffer])[]): readonly StoreEntry<K, V>[] {
    const { keySerde, name } = this.store;
    return entries.map(([key, value]) => ({
      key: read(keySerde, key, name, true) as K,
      value: this.#value(value),
    }));
  }

  #value(stored: Buffer): V {
    const { layout, name, valueSerde } = this.store;
    const bytes = layout === 'timestamped' ? stored.subarray(TIMESTAMP_BYTES) : stored;
    return read(valueSerde, bytes, name, false) as V;
  }
}

/** The windows of a windowed aggregate that have not expired. */
export class WindowStoreView<K, V> {
  constructor(private readonly store: ViewedStore) {
    if (store.layout !== 'window') throw new Error(`store ${store.name} is no window store`);
  }

  get name(): string {
    return this.store.name;
  }

  /** Windows of the key that start in this span, both ends included, the oldest first. */
  fetch(key: K, fromMs: number, toMs: number): readonly WindowEntry<K, V>[] {
    const wanted = keyBytes(this.store, key);
    return this.#entries((bytes, startMs) => bytes.equals(wanted) && startMs >= fromMs && startMs <= toMs);
  }

  /** By the start of the window, then by the bytes of the key. */
  all(): readonly WindowEntry<K, V>[] {
    return this.#entries(() => true);
  }

  #entries(wanted: (key: Buffer, startMs: number) => boolean): readonly WindowEntry<K, V>[] {
    const { keySerde, name, valueSerde } = this.store;
    return entriesOf(this.store, Buffer.of(WINDOW), Buffer.of(WINDOW + 1)).flatMap(([stored, value]) => {
      const windowStartMs = Number(stored.readBigUInt64BE(1));
      const key = stored.subarray(WINDOW_KEY_AT);
      if (!wanted(key, windowStartMs)) return [];
      const bytes = value.subarray(TIMESTAMP_BYTES);
      return [
        {
          key: read(keySerde, key, name, true) as K,
          windowStartMs,
          value: read(valueSerde, bytes, name, false) as V,
        },
      ];
    });
  }
}
