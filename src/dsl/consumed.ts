/** How a source is read: the serdes of key and value, and the name of the source node. Immutable. */
import type { Serde } from '../record/serde.js';

export class Consumed<K, V> {
  private constructor(
    readonly keySerde: Serde<K> | undefined,
    readonly valueSerde: Serde<V> | undefined,
    readonly name: string | undefined,
  ) {}

  static with<K, V>(keySerde: Serde<K>, valueSerde: Serde<V>): Consumed<K, V> {
    return new Consumed(keySerde, valueSerde, undefined);
  }

  /** Serdes must follow: there are no default serdes. */
  static as<K = never, V = never>(name: string): Consumed<K, V> {
    return new Consumed<K, V>(undefined, undefined, name);
  }

  withKeySerde<KR>(keySerde: Serde<KR>): Consumed<KR, V> {
    return new Consumed(keySerde, this.valueSerde, this.name);
  }

  withValueSerde<VR>(valueSerde: Serde<VR>): Consumed<K, VR> {
    return new Consumed(this.keySerde, valueSerde, this.name);
  }

  withName(name: string): Consumed<K, V> {
    return new Consumed(this.keySerde, this.valueSerde, name);
  }
}
