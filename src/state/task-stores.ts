/**
 * The state stores of one task: what was decided of them, in memory. Changes come one unit of work at a time and in
 * the order in which they enter the write-set, so that memory is what log and write-sets say (I8); a restore replays
 * the changelog into it. It knows nothing about what keys and values mean.
 */
import { StoreEntries } from './store-entries.js';
import { decodeStreamTime, parseStoreLogKey } from './store-log.js';

/** One entry in its new state; null deletes. */
export interface EntryChange {
  readonly store: string;
  readonly key: Buffer;
  readonly value: Buffer | null;
}

export class TaskStores {
  readonly #stores: ReadonlyMap<string, StoreEntries>;
  /** Stores that the topology does not have (any more): what the log has of them stays. */
  readonly #strangers = new Set<string>();
  /** The largest timestamp of what was decided; -1: none yet. */
  streamTimeMs = -1;

  constructor(names: readonly string[]) {
    this.#stores = new Map(names.map((name) => [name, new StoreEntries()]));
  }

  get isEmpty(): boolean {
    return this.#stores.size === 0;
  }

  get names(): readonly string[] {
    return [...this.#stores.keys()];
  }

  get entries(): number {
    let total = 0;
    for (const { size } of this.#stores.values()) total += size;
    return total;
  }

  /** By store: entries, and the bytes of keys and values. */
  get sizes(): Readonly<Record<string, { readonly entries: number; readonly bytes: number }>> {
    return Object.fromEntries(
      [...this.#stores].map(([name, { size, bytes }]) => [name, { entries: size, bytes }]),
    );
  }

  /** Throws for a store that the topology does not have. */
  store(name: string): StoreEntries {
    const store = this.#stores.get(name);
    if (store === undefined) throw new Error(`the task has no store "${name}"`);
    return store;
  }

  /** The buffers are kept. */
  apply({ store, key, value }: EntryChange): void {
    this.store(store).set(key, value);
  }

  /** One entry of the changelog; key and value are copied. Throws NotRetryableError for what no version has written. */
  replay(key: Buffer, value: Buffer | null): void {
    const parsed = parseStoreLogKey(key);
    if (parsed.kind === 'stream-time') {
      if (value !== null) this.streamTimeMs = decodeStreamTime(value);
      return;
    }
    const store = this.#stores.get(parsed.store);
    if (store !== undefined) store.set(parsed.key, value === null ? null : Buffer.from(value));
    else if (value !== null) this.#strangers.add(parsed.store);
  }

  /** Names of stores that were found in the changelog and that the topology does not have. */
  get strangers(): readonly string[] {
    return [...this.#strangers];
  }

  clear(): void {
    for (const store of this.#stores.values()) store.clear();
    this.#strangers.clear();
    this.streamTimeMs = -1;
  }
}
