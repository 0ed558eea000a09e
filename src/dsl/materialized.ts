/**
 * The state store of a table: its name, which becomes part of its changelog, the serdes of what it holds, and for
 * windows how long they are kept. Immutable.
 */
import type { Serde } from '../record/serde.js';

export class Materialized<K, V> {
  /** For the compiler only, see Produced. */
  declare private readonly accepts: (key: K, value: V) => void;

  private constructor(
    readonly name: string | undefined,
    readonly keySerde?: Serde<unknown>,
    readonly valueSerde?: Serde<unknown>,
    readonly retentionMs?: number,
  ) {}

  static as<K = unknown, V = unknown>(storeName: string): Materialized<K, V> {
    return new Materialized<K, V>(storeName);
  }

  /** A name must follow where a store is made. */
  static with<K, V>(keySerde: Serde<K>, valueSerde: Serde<V>): Materialized<K, V> {
    return new Materialized<K, V>(undefined, keySerde, valueSerde);
  }

  withName(storeName: string): Materialized<K, V> {
    return new Materialized<K, V>(storeName, this.keySerde, this.valueSerde, this.retentionMs);
  }

  /** Of windows: of the key without its window. */
  withKeySerde<KR>(keySerde: Serde<KR>): Materialized<KR, V> {
    return new Materialized<KR, V>(this.name, keySerde, this.valueSerde, this.retentionMs);
  }

  withValueSerde<VR>(valueSerde: Serde<VR>): Materialized<K, VR> {
    return new Materialized<K, VR>(this.name, this.keySerde, valueSerde, this.retentionMs);
  }

  /**
   * Of windows only, in milliseconds: how long their start may lie behind stream time before they are dropped. At
   * least, and by default, their size and their grace.
   */
  withRetention(retentionMs: number): Materialized<K, V> {
    return new Materialized<K, V>(this.name, this.keySerde, this.valueSerde, retentionMs);
  }
}
