/**
 * How a sink writes: the serdes of key and value, and the name of the sink node. Immutable. A serde
 * that is not given is the stream's own, where the stream still has one.
 */
import type { Serde } from '../record/serde.js';

export class Produced<K, V> {
  /**
   * For the compiler only: makes a Produced of a narrower type unusable for a stream of a wider one
   * (a serde's methods are compared too loosely for that).
   */
  declare private readonly accepts: (key: K, value: V) => void;

  private constructor(
    readonly keySerde: Serde<unknown> | undefined,
    readonly valueSerde: Serde<unknown> | undefined,
    readonly name: string | undefined,
  ) {}

  static with<K, V>(keySerde: Serde<K>, valueSerde: Serde<V>): Produced<K, V> {
    return new Produced<K, V>(keySerde, valueSerde, undefined);
  }

  static as<K = unknown, V = unknown>(name: string): Produced<K, V> {
    return new Produced<K, V>(undefined, undefined, name);
  }

  static keySerde<K>(keySerde: Serde<K>): Produced<K, unknown> {
    return new Produced<K, unknown>(keySerde, undefined, undefined);
  }

  static valueSerde<V>(valueSerde: Serde<V>): Produced<unknown, V> {
    return new Produced<unknown, V>(undefined, valueSerde, undefined);
  }

  withKeySerde<KR>(keySerde: Serde<KR>): Produced<KR, V> {
    return new Produced<KR, V>(keySerde, this.valueSerde, this.name);
  }

  withValueSerde<VR>(valueSerde: Serde<VR>): Produced<K, VR> {
    return new Produced<K, VR>(this.keySerde, valueSerde, this.name);
  }

  withName(name: string): Produced<K, V> {
    return new Produced<K, V>(this.keySerde, this.valueSerde, name);
  }
}
