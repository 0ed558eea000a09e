/**
 * A state store of the processor API over the bytes of one unit of work. It asks for that unit of work at each
 * call, because what `init` was given is used by many of them.
 */
import { NotRetryableError } from '../../record/record-error.js';
import type { KeyValue, KeyValueStore } from '../state-store.js';
import type { WorkPlace } from './store-serdes.js';
import { StoreSerdes } from './store-serdes.js';
import type { StoreSpec } from '../graph/store-spec.js';
import type { StoreView } from './store-overlay.js';

/** What a store is used through. */
export interface StoreAccess {
  readonly view: StoreView;
  /** The key of the record under way, as it was read; null: it has none. */
  readonly ownKey: unknown;
  /** No record is: a punctuation may look at everything. */
  readonly isAlone: boolean;
  readonly at: WorkPlace;
}

export class ProcessorStore<K, V> implements KeyValueStore<K, V> {
  readonly name: string;
  readonly #serdes: StoreSerdes;
  readonly #isPerKey: boolean;

  constructor(
    spec: StoreSpec,
    private readonly access: () => StoreAccess,
  ) {
    this.name = spec.name;
    this.#serdes = new StoreSerdes(spec);
    this.#isPerKey = spec.perKey;
  }

  get(key: K): V | null {
    const { at, bytes, view } = this.#at(key);
    const value = view.get(bytes);
    return value === null ? null : (this.#serdes.value(value, at) as V);
  }

  put(key: K, value: V | null): void {
    const { at, bytes, view } = this.#at(key);
    const written = this.#serdes.valueBytes(value, at);
    view.put(bytes, written === null ? null : Buffer.from(written));
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
    const { at } = this.access();
    const first = from === null ? null : this.#serdes.ownKeyBytes(from, at);
    // The next key in the order of bytes: the last one is included.
    const behind = to === null ? null : Buffer.concat([this.#serdes.keyBytes(to, at), Buffer.alloc(1)]);
    return this.#entries(first, behind, isReverse);
  }

  #entries(from: Buffer | null, to: Buffer | null, isReverse: boolean): Iterable<KeyValue<K, V>> {
    if (this.#isPerKey && !this.access().isAlone)
      throw misused(
        `store ${this.name} is perKey: a record looks at the entries of its own key, not at ranges`,
      );
    const { at, view } = this.access();
    const found: KeyValue<K, V>[] = [];
    for (const [key, value] of view.entries(from, to, isReverse))
      found.push({ key: this.#serdes.key(key, at) as K, value: this.#serdes.value(value, at) as V });
    return found;
  }

  #at(key: K): { readonly at: WorkPlace; readonly bytes: Buffer; readonly view: StoreView } {
    const { at, isAlone, ownKey, view } = this.access();
    const bytes = this.#serdes.ownKeyBytes(key, at);
    const isOwn = (): boolean => ownKey !== null && this.#serdes.keyBytes(ownKey, at).equals(bytes);
    if (this.#isPerKey && !isAlone && !isOwn())
      throw misused(
        `store ${this.name} is perKey, and this is not the key of the record that is being processed: declare it without perKey()`,
      );
    return { at, bytes, view };
  }
}

const misused = (message: string): NotRetryableError => new NotRetryableError('store-access', message);

/** The least key that does not begin with it; null: there is none. */
const behindPrefix = (prefix: Buffer): Buffer | null => {
  let end = prefix.length;
  while (end > 0 && prefix[end - 1] === 0xff) end -= 1;
  if (end === 0) return null;
  const behind = Buffer.from(prefix.subarray(0, end));
  behind[end - 1] = (behind[end - 1] ?? 0) + 1;
  return behind;
};
