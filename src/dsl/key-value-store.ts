/**
 * A state store of the processor API over the bytes of one unit of work. It asks for that unit of work at each
 * call, because what `init` was given is used by many of them.
 */
import type { Serde, SerdeContext } from '../record/serde.js';
import { NO_HEADERS } from '../record/record.js';
import { asSerdeFailure } from './serde-failure.js';
import type { KeyValue, KeyValueStore } from './state-store.js';
import type { StoreSpec } from './store-spec.js';
import type { StoreView } from './store-overlay.js';

/** What a store is used through. */
export interface StoreAccess {
  readonly view: StoreView;
  /** Of a store that is `perKey`: the key of the record under way, null when there is none. */
  readonly ownKey: unknown;
}

export class ProcessorStore<K, V> implements KeyValueStore<K, V> {
  readonly name: string;
  readonly #keys: Codec<K>;
  readonly #values: Codec<V>;
  readonly #isPerKey: boolean;

  constructor(
    spec: StoreSpec,
    private readonly access: () => StoreAccess,
  ) {
    this.name = spec.name;
    this.#keys = new Codec<K>(spec, true);
    this.#values = new Codec<V>(spec, false);
    this.#isPerKey = spec.perKey;
  }

  get(key: K): V | null {
    const { view, bytes } = this.#at(key);
    return this.#valueOf(view.get(bytes));
  }

  put(key: K, value: V | null): void {
    const { view, bytes } = this.#at(key);
    view.put(bytes, value === null ? null : this.#values.encode(value));
  }

  putIfAbsent(key: K, value: V): V | null {
    const there = this.get(key);
    if (there === null) this.put(key, value);
    return there;
  }

  putAll(entries: Iterable<KeyValue<K, V>>): void {
    for (const { key, value } of entries) this.put(key, value);
  }

  delete(key: K): V | null {
    const there = this.get(key);
    this.put(key, null);
    return there;
  }

  range(from: K | null, to: K | null): Iterable<KeyValue<K, V>> {
    return this.#scan(from, to, false);
  }

  reverseRange(from: K | null, to: K | null): Iterable<KeyValue<K, V>> {
    return this.#scan(from, to, true);
  }

  all(): Iterable<KeyValue<K, V>> {
    return this.#scan(null, null, false);
  }

  reverseAll(): Iterable<KeyValue<K, V>> {
    return this.#scan(null, null, true);
  }

  prefixScan(prefix: Buffer | string): Iterable<KeyValue<K, V>> {
    const from = Buffer.from(prefix as string);
    return this.#entries(from, behindPrefix(from), false);
  }

  approximateNumEntries(): number {
    return this.access().view.approximateSize;
  }

  #scan(from: K | null, to: K | null, isReverse: boolean): Iterable<KeyValue<K, V>> {
    const first = from === null ? null : this.#keys.encode(from);
    // The next key in the order of bytes: the last one is included.
    const behind = to === null ? null : Buffer.concat([this.#keys.encode(to), Buffer.alloc(1)]);
    return this.#entries(first, behind, isReverse);
  }

  #entries(from: Buffer | null, to: Buffer | null, isReverse: boolean): Iterable<KeyValue<K, V>> {
    if (this.#isPerKey)
      throw new Error(`store ${this.name} is perKey: a record looks at the entries of its own key, not at ranges`);
    const found: KeyValue<K, V>[] = [];
    for (const [key, value] of this.access().view.entries(from, to, isReverse))
      found.push({ key: this.#keys.decode(key), value: this.#values.decode(value) });
    return found;
  }

  #at(key: K): { readonly view: StoreView; readonly bytes: Buffer } {
    const { ownKey, view } = this.access();
    const bytes = this.#keys.encode(key);
    if (this.#isPerKey && (ownKey === null || !this.#keys.encode(ownKey as K).equals(bytes)))
      throw new Error(
        `store ${this.name} is perKey, and this is not the key of the record that is being processed: declare it without perKey()`,
      );
    return { view, bytes };
  }

  #valueOf(bytes: Buffer | null): V | null {
    return bytes === null ? null : this.#values.decode(bytes);
  }
}

/** The least key that does not begin with it; null: there is none. */
const behindPrefix = (prefix: Buffer): Buffer | null => {
  let end = prefix.length;
  while (end > 0 && prefix[end - 1] === 0xff) end -= 1;
  if (end === 0) return null;
  const behind = Buffer.from(prefix.subarray(0, end));
  behind[end - 1] = (behind[end - 1] ?? 0) + 1;
  return behind;
};

/** Serdes of a store get its name as the topic. */
class Codec<T> {
  readonly #serde: Serde<T>;
  readonly #context: SerdeContext;
  readonly #what: string;

  constructor(spec: StoreSpec, isKey: boolean) {
    const serde = isKey ? spec.keySerde : spec.valueSerde;
    this.#what = `a ${isKey ? 'key' : 'value'} of the store ${spec.name}`;
    if (serde === undefined) throw new Error(`${this.#what} has no serde`);
    this.#serde = serde as Serde<T>;
    this.#context = { topic: spec.name, headers: NO_HEADERS, isKey };
  }

  /** Bytes of its own: what a serde gives may belong to a batch. */
  encode(data: T): Buffer {
    let bytes: Buffer | null;
    try {
      bytes = this.#serde.serialize(data, this.#context);
    } catch (error) {
      throw asSerdeFailure(error, 'serialization', `${this.#what} could not be written`);
    }
    if (bytes === null) throw new TypeError(`${this.#what} is null as bytes: a store holds no null`);
    return Buffer.from(bytes);
  }

  decode(bytes: Buffer): T {
    try {
      return this.#serde.deserialize(bytes, this.#context);
    } catch (error) {
      throw asSerdeFailure(error, 'deserialization', `${this.#what} could not be read`);
    }
  }
}
