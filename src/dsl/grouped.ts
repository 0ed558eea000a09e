/**
 * How records are grouped: the serdes of key and value, and a name. Immutable. When the key may have changed,
 * records go through the topic `<name>-repartition` first; without a name it is called after the result's store.
 */
import type { Serde } from '../record/serde.js';

export class Grouped<K, V> {
  /** For the compiler only, see Produced. */
  declare private readonly accepts: (key: K, value: V) => void;

  private constructor(
    readonly keySerde: Serde<unknown> | undefined,
    readonly valueSerde: Serde<unknown> | undefined,
    readonly name?: string,
  ) {}

  static with<K, V>(keySerde: Serde<K>, valueSerde: Serde<V>): Grouped<K, V> {
    return new Grouped<K, V>(keySerde, valueSerde);
  }

  static as<K = unknown, V = unknown>(name: string): Grouped<K, V> {
    return new Grouped<K, V>(undefined, undefined, name);
  }

  static keySerde<K>(keySerde: Serde<K>): Grouped<K, unknown> {
    return new Grouped<K, unknown>(keySerde, undefined);
  }

  static valueSerde<V>(valueSerde: Serde<V>): Grouped<unknown, V> {
    return new Grouped<unknown, V>(undefined, valueSerde);
  }

  withKeySerde<KR>(keySerde: Serde<KR>): Grouped<KR, V> {
    return new Grouped<KR, V>(keySerde, this.valueSerde, this.name);
  }

  withValueSerde<VR>(valueSerde: Serde<VR>): Grouped<K, VR> {
    return new Grouped<K, VR>(this.keySerde, valueSerde, this.name);
  }

  withName(name: string): Grouped<K, V> {
    return new Grouped<K, V>(this.keySerde, this.valueSerde, name);
  }
}
