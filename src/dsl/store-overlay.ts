/**
 * The stores of a task as one unit of work sees them: what it has written itself, over what was decided before. The
 * writes become effects when it ends well and are forgotten when it does not. Keys and values are bytes here.
 */
import type { StoreChange, StoreData } from './execution.js';

interface Write {
  readonly key: Buffer;
  readonly value: Buffer | null;
}

/** Whoever runs a sub-topology gives its stores, by name. */
export type StoreDirectory = (name: string) => StoreData;

/** One store. */
export class StoreView {
  /** By key, one character for each byte: in this order texts sort as bytes do. */
  readonly #writes = new Map<string, Write>();

  constructor(
    readonly name: string,
    private readonly data: StoreData,
  ) {}

  get(key: Buffer): Buffer | null {
    const write = this.#writes.size === 0 ? undefined : this.#writes.get(key.toString('latin1'));
    return write === undefined ? this.data.get(key) : write.value;
  }

  /** null deletes. Both buffers must not be changed any more. */
  put(key: Buffer, value: Buffer | null): void {
    this.#writes.set(key.toString('latin1'), { key, value });
  }

  /** `from` included, `to` not; null: no bound. A snapshot: writes made meanwhile are not in it. */
  entries(from: Buffer | null, to: Buffer | null, isReverse = false): Iterable<readonly [Buffer, Buffer]> {
    if (this.#writes.size === 0) return [...this.data.entries(from, to, isReverse)];
    const found = new Map<string, readonly [Buffer, Buffer]>();
    for (const entry of this.data.entries(from, to, false)) found.set(entry[0].toString('latin1'), entry);
    for (const [name, { key, value }] of this.#writes) {
      if ((from !== null && key.compare(from) < 0) || (to !== null && key.compare(to) >= 0)) continue;
      if (value === null) found.delete(name);
      else found.set(name, [key, value]);
    }
    const sorted = [...found.values()].sort(([one], [other]) => one.compare(other));
    return isReverse ? sorted.reverse() : sorted;
  }

  get approximateSize(): number {
    return this.data.size;
  }

  *changes(): Generator<StoreChange> {
    for (const { key, value } of this.#writes.values()) yield { store: this.name, key, value };
  }
}

/** All stores of a unit of work; a view is made when it is first asked for. */
export class StoreOverlay {
  #views: Map<string, StoreView> | undefined;

  constructor(private readonly directory: StoreDirectory) {}

  view(name: string): StoreView {
    const views = (this.#views ??= new Map<string, StoreView>());
    let view = views.get(name);
    if (view === undefined) views.set(name, (view = new StoreView(name, this.directory(name))));
    return view;
  }

  get changes(): readonly StoreChange[] {
    return [...(this.#views?.values() ?? [])].flatMap((view) => [...view.changes()]);
  }
}
