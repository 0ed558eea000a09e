/**
 * The orders in which Java's `HashMap` and `TreeSet` give their elements. Kafka Streams builds the text
 * of a topology from such sets, so a text that is the same byte by byte needs the same orders.
 */

/** `String.hashCode`, spread as `HashMap` spreads it. */
const spreadHash = (text: string): number => {
  let hash = 0;
  for (let at = 0; at < text.length; at += 1) hash = (Math.imul(hash, 31) + text.charCodeAt(at)) | 0;
  return hash ^ (hash >>> 16);
};

/**
 * The distinct strings as a `HashMap` or `HashSet` iterates over them when they were put in this order:
 * by bucket, within a bucket as they came. (Java turns a bucket of more than eight into a tree; that is
 * not modelled, and takes names made for the purpose.)
 */
export const hashOrder = (
  texts: readonly string[],
  capacity = grownCapacity(texts.length),
): readonly string[] => {
  const buckets = new Map<number, string[]>();
  for (const text of new Set(texts)) {
    const bucket = spreadHash(text) & (capacity - 1);
    const there = buckets.get(bucket);
    if (there === undefined) buckets.set(bucket, [text]);
    else there.push(text);
  }
  return [...buckets.entries()].sort(([a], [b]) => a - b).flatMap(([, bucket]) => bucket);
};

/** Of a table that started with 16 buckets and doubled whenever it was more than three quarters full. */
const grownCapacity = (size: number): number => {
  let capacity = 16;
  while (size > capacity * 0.75) capacity *= 2;
  return capacity;
};

/** Of `new HashSet<>(collection)`. */
export const copiedCapacity = (size: number): number => {
  const asked = Math.max(Math.trunc(Math.fround(size / 0.75)) + 1, 16);
  let capacity = 1;
  while (capacity < asked) capacity *= 2;
  return capacity;
};

interface TreeNode<T> {
  readonly value: T;
  parent: TreeNode<T> | undefined;
  left: TreeNode<T> | undefined;
  right: TreeNode<T> | undefined;
  red: boolean;
}

/**
 * A red-black tree that balances as Java's does. That matters where the comparison of elements changes
 * after they were added, as it does in Kafka Streams: what comes out then depends on the tree's shape.
 */
export class JavaTreeSet<T> {
  private root: TreeNode<T> | undefined;

  constructor(private readonly compare: (a: T, b: T) => number) {}

  add(value: T): void {
    let parent: TreeNode<T> | undefined;
    let at = this.root;
    let order = 0;
    while (at !== undefined) {
      parent = at;
      order = this.compare(value, at.value);
      if (order === 0) return;
      at = order < 0 ? at.left : at.right;
    }
    const node: TreeNode<T> = { value, parent, left: undefined, right: undefined, red: true };
    if (parent === undefined) this.root = node;
    else if (order < 0) parent.left = node;
    else parent.right = node;
    this.rebalance(node);
  }

  values(): readonly T[] {
    const all: T[] = [];
    const visit = (node: TreeNode<T> | undefined): void => {
      if (node === undefined) return;
      visit(node.left);
      all.push(node.value);
      visit(node.right);
    };
    visit(this.root);
    return all;
  }

  private rebalance(added: TreeNode<T>): void {
    let node = added;
    for (;;) {
      let parent = node.parent;
      const grandparent = parent?.parent;
      if (!parent?.red || grandparent === undefined) break;
      const side = parent === grandparent.left ? 'left' : 'right';
      const other = side === 'left' ? 'right' : 'left';
      const uncle = grandparent[other];
      if (uncle?.red) {
        parent.red = false;
        uncle.red = false;
        grandparent.red = true;
        node = grandparent;
        continue;
      }
      if (node === parent[other]) {
        this.rotate(parent, side);
        [node, parent] = [parent, node];
      }
      parent.red = false;
      grandparent.red = true;
      this.rotate(grandparent, other);
    }
    if (this.root !== undefined) this.root.red = false;
  }

  /** Moves `node` down to that side; its child of the other side takes its place. */
  private rotate(node: TreeNode<T>, side: 'left' | 'right'): void {
    const other = side === 'left' ? 'right' : 'left';
    const risen = node[other];
    if (risen === undefined) return;
    node[other] = risen[side];
    if (risen[side] !== undefined) risen[side].parent = node;
    risen.parent = node.parent;
    if (node.parent === undefined) this.root = risen;
    else if (node.parent.left === node) node.parent.left = risen;
    else node.parent.right = risen;
    risen[side] = node;
    node.parent = risen;
  }
}
