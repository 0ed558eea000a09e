/**
 * The stores of a task as one unit of work sees them: what it has written itself, over what was decided before. The
 * writes become effects when it ends well and are forgotten when it does not. Keys and values are bytes here.
 */
import type { StoreChange, StoreData } from '../execution.js';

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
  /** What was there when a key was read first. */
  readonly #reads = new Map<string, Write>();
  #isOver = false;

  constructor(
    readonly name: string,
    private readonly data: StoreData,
  ) {}

  get(key: Buffer): Buffer | null {
    const name = key.toString('latin1');
    const write = this.#writes.get(name);
    if (write !== undefined) return write.value;
    const value = this.data.get(key);
    if (!this.#reads.has(name)) this.#reads.set(name, { key, value });
    return value;
  }

  /** null deletes. Both buffers must not be changed any more. Throws once the unit of work is over. */
  put(key: Buffer, value: Buffer | null): void {
    if (this.#isOver)
      throw new Error(
        `the store "${this.name}" was written to after process() had ended: its promise must cover everything that it starts`,
      );
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

  get changes(): readonly StoreChange[] {
    return [...this.#writes.values()].map(({ key, value }) => ({ store: this.name, key, value }));
  }

  get reads(): readonly StoreChange[] {
    return [...this.#reads.values()].map(({ key, value }) => ({ store: this.name, key, value }));
  }

  end(): void {
    this.#isOver = true;
  }
}

/** All stores of a unit of work; a view is made when it is first asked for. */
export class StoreOverlay {
  #views: Map<string, StoreView> | undefined;

  constructor(
    private readonly directory: StoreDirectory,
    private isOver: boolean,
  ) {}

  view(name: string): StoreView {
    const views = (this.#views ??= new Map<string, StoreView>());
    let view = views.get(name);
    if (view === undefined) {
      views.set(name, (view = new StoreView(name, this.directory(name))));
      if (this.isOver) view.end();
    }
    return view;
  }

  get changes(): readonly StoreChange[] {
    return this.#all.flatMap(({ changes }) => changes);
  }

  get reads(): readonly StoreChange[] {
    return this.#all.flatMap(({ reads }) => reads);
  }

  end(): void {
    this.isOver = true;
    for (const view of this.#all) view.end();
  }

  get #all(): readonly StoreView[] {
    return [...(this.#views?.values() ?? [])];
  }
}
