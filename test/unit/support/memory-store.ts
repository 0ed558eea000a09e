/** The stores of a task without its changelog: what was decided, in the order of the keys' bytes. */
import type { StoreChange, StoreData } from '../../../src/dsl/execution.js';

export class MemoryStore implements StoreData {
  private readonly byKey = new Map<string, readonly [Buffer, Buffer]>();

  get size(): number {
    return this.byKey.size;
  }

  get(key: Buffer): Buffer | null {
    return this.byKey.get(key.toString('latin1'))?.[1] ?? null;
  }

  *entries(from: Buffer | null, to: Buffer | null, isReverse: boolean): Generator<readonly [Buffer, Buffer]> {
    const sorted = [...this.byKey.values()].sort(([one], [other]) => one.compare(other));
    for (const entry of isReverse ? sorted.reverse() : sorted) {
      const [key] = entry;
      if ((from === null || key.compare(from) >= 0) && (to === null || key.compare(to) < 0)) yield entry;
    }
  }

  apply({ key, value }: StoreChange): void {
    if (value === null) this.byKey.delete(key.toString('latin1'));
    else this.byKey.set(key.toString('latin1'), [key, value]);
  }
}

export class MemoryStores {
  private readonly byName = new Map<string, MemoryStore>();

  readonly named = (name: string): MemoryStore => {
    let store = this.byName.get(name);
    if (store === undefined) this.byName.set(name, (store = new MemoryStore()));
    return store;
  };

  apply(changes: Iterable<StoreChange>): void {
    for (const change of changes) this.named(change.store).apply(change);
  }
}
