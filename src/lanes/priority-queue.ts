/** A binary min-heap: the item of the smallest rank first. */
export class PriorityQueue<Item> {
  readonly #items: Item[] = [];

  constructor(private readonly rank: (item: Item) => number) {}

  get size(): number {
    return this.#items.length;
  }

  peek(): Item | undefined {
    return this.#items[0];
  }

  push(item: Item): void {
    const items = this.#items;
    const rank = this.rank(item);
    let at = items.length;
    items.push(item);
    while (at > 0) {
      const up = (at - 1) >> 1;
      const parent = items[up] as Item;
      if (this.rank(parent) <= rank) break;
      items[at] = parent;
      at = up;
    }
    items[at] = item;
  }

  pop(): Item | undefined {
    const items = this.#items;
    const first = items[0];
    const last = items.pop();
    if (last === undefined || items.length === 0) return first;
    const rank = this.rank(last);
    let at = 0;
    for (;;) {
      let down = 2 * at + 1;
      if (down >= items.length) break;
      const right = down + 1;
      if (right < items.length && this.rank(items[right] as Item) < this.rank(items[down] as Item))
        down = right;
      const child = items[down] as Item;
      if (this.rank(child) >= rank) break;
      items[at] = child;
      at = down;
    }
    items[at] = last;
    return first;
  }

  clear(): void {
    this.#items.length = 0;
  }
}
