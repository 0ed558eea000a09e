/** A branch of a split stream: its name, and what becomes of it, if that is said at once. Immutable. KIP-418. */
import type { KStream } from './kstream.js';

export class Branched<K, V, Name extends string = string> {
  private constructor(
    readonly name: Name | undefined,
    /** The stream that stands under the branch's name; undefined: none does. */
    readonly chain?: (branch: KStream<K, V>) => KStream<K, V> | undefined,
  ) {}

  static as<K, V, Name extends string = string>(name: Name): Branched<K, V, Name> {
    return new Branched<K, V, Name>(name);
  }

  /** What the function returns stands under the branch's name. */
  static withFunction<K, V, Name extends string = string>(
    chain: (branch: KStream<K, V>) => KStream<K, V>,
    name?: Name,
  ): Branched<K, V, Name> {
    return new Branched<K, V, Name>(name, chain);
  }

  /** Nothing stands under the branch's name: all is done in the function. */
  static withConsumer<K, V>(chain: (branch: KStream<K, V>) => void, name?: string): Branched<K, V, never> {
    return new Branched<K, V, never>(name as never, (branch) => {
      chain(branch);
      return undefined;
    });
  }
}
