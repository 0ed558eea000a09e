/** The entries of one state store in memory, in the order of their keys' bytes. */
import BTreeModule from 'sorted-btree';

/** The package is CommonJS: its class is the `default` of what an ES module imports. */
const BTree = BTreeModule.default;

export class StoreEntries {
  #entries = new BTree<Buffer, Buffer>(undefined, (one, other) => one.compare(other));

  get size(): number {
    return this.#entries.size;
  }

  /** Of keys and values. */
  bytes = 0;

  get(key: Buffer): Buffer | null {
    return this.#entries.get(key) ?? null;
  }

  /** In the order of the keys, `from` included and `to` not; null: no bound. May be left at any time. */
  *entries(from: Buffer | null, to: Buffer | null, isReverse: boolean): Generator<readonly [Buffer, Buffer]> {
    // Iterators of the tree do not survive changes of it; whoever reads here runs between two of them.
    const entries = isReverse
      ? this.#entries.entriesReversed(to ?? undefined, undefined, true)
      : this.#entries.entries(from ?? undefined);
    for (const [key, value] of entries) {
      if (isReverse ? from !== null && key.compare(from) < 0 : to !== null && key.compare(to) >= 0) return;
      yield [key, value];
    }
  }

  /** null deletes. The buffers are kept. */
  set(key: Buffer, value: Buffer | null): void {
    const before = this.#entries.get(key);
    if (before !== undefined) this.bytes -= key.length + before.length;
    if (value === null) this.#entries.delete(key);
    else {
      this.#entries.set(key, value);
      this.bytes += key.length + value.length;
    }
  }

  clear(): void {
    this.#entries.clear();
    this.bytes = 0;
  }
}
