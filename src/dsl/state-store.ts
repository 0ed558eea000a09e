/**
 * State stores as processors see them: Kafka Streams' `KeyValueStore`, synchronous, because they are in memory.
 * Values are copies: what is changed in an object that was read or put is not changed in the store. What a record
 * writes is seen by that record at once, by others when it is decided, and by nobody when it fails.
 */

export interface KeyValue<K, V> {
  readonly key: K;
  readonly value: V;
}

export interface StateStore {
  readonly name: string;
}

export interface ReadOnlyKeyValueStore<K, V> extends StateStore {
  /** null: there is none. */
  get(key: K): V | null;
  /** Both included, in the order of the keys' bytes; null: no bound. A snapshot of when it is called. */
  range(from: K | null, to: K | null): Iterable<KeyValue<K, V>>;
  reverseRange(from: K | null, to: K | null): Iterable<KeyValue<K, V>>;
  all(): Iterable<KeyValue<K, V>>;
  reverseAll(): Iterable<KeyValue<K, V>>;
  /** Keys whose bytes begin with these. */
  prefixScan(prefix: Buffer | string): Iterable<KeyValue<K, V>>;
  /** As of the last unit of work that was decided. */
  approximateNumEntries(): number;
}

export interface KeyValueStore<K, V> extends ReadOnlyKeyValueStore<K, V> {
  /** null deletes. */
  put(key: K, value: V | null): void;
  /** The value that is there already, and then nothing is put; else null. */
  putIfAbsent(key: K, value: V): V | null;
  putAll(entries: Iterable<KeyValue<K, V>>): void;
  /** What was there; null: nothing. */
  delete(key: K): V | null;
}
