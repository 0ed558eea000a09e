/**
 * A stream being split: each record goes to the first branch whose predicate holds, or to the default branch, or
 * nowhere. The branches stand under the splitter's name followed by their own (a number without one), as in Kafka
 * Streams; names that are given are known to the compiler.
 */
import type { Branched } from './branched.js';
import type { ErasedFunction, Predicate } from './functions.js';
import { type Place, placeAfter } from './graph/graph-builder.js';
import type { KStream } from './kstream.js';
import type { BranchOperator } from './graph/topology-node.js';

/** The branches so far and one more. */
type And<Branches, Name extends string, Stream> = Branches & { readonly [key in Name]: Stream };

/** A Branched of any types: as a method, its function is compared loosely. */
interface ErasedBranch {
  readonly name: string | undefined;
  chain?(branch: KStream<unknown, unknown>): KStream<unknown, unknown> | undefined;
}

export class BranchedKStream<K, V, Prefix extends string, Branches> {
  private readonly found = new Map<string, KStream<unknown, unknown>>();

  /** Only streams are split. `branches` is that of the operator at `place`, to which this adds. */
  constructor(
    private readonly place: Place,
    private readonly prefix: Prefix,
    private readonly branches: {
      child: string;
      predicate: BranchOperator['branches'][number]['predicate'];
    }[],
  ) {}

  /** A type guard narrows the branch's type. */
  branch<VR extends V, Name extends string = string>(
    predicate: (key: K, value: V) => value is VR,
    branched?: Branched<K, VR, Name>,
  ): BranchedKStream<K, V, Prefix, And<Branches, `${Prefix}${Name}`, KStream<K, VR>>>;
  branch<Name extends string = string>(
    predicate: Predicate<K, V>,
    branched?: Branched<K, V, Name>,
  ): BranchedKStream<K, V, Prefix, And<Branches, `${Prefix}${Name}`, KStream<K, V>>>;
  branch(predicate: unknown, branched?: unknown): unknown {
    const erased = branched as ErasedBranch | undefined;
    this.add(this.branches.length + 1, predicate as ErasedFunction, erased);
    return this;
  }

  /** For records for which no predicate held. */
  defaultBranch<Name extends string = string>(
    branched?: Branched<K, V, Name>,
  ): Readonly<And<Branches, `${Prefix}${Name}`, KStream<K, V>>>;
  defaultBranch(branched?: unknown): unknown {
    this.add(0, null, branched as ErasedBranch | undefined);
    return this.noDefaultBranch();
  }

  /** Records for which no predicate holds go nowhere. */
  noDefaultBranch(): Readonly<Branches> {
    return Object.freeze(Object.fromEntries(this.found)) as Readonly<Branches>;
  }

  private add(index: number, predicate: ErasedFunction | null, branched: ErasedBranch | undefined): void {
    const { graph } = this.place;
    const child = `${this.prefix}${branched?.name ?? index}`;
    this.branches.push({ child, predicate });
    // As in Kafka Streams, each branch uses up an index.
    graph.newName(child);
    const stream = graph.streamAt<unknown, unknown>(placeAfter(this.place, child, { type: 'passThrough' }));
    const after = branched?.chain === undefined ? stream : branched.chain(stream);
    if (after !== undefined) this.found.set(child, after);
  }
}
