/**
 * How a stream is joined with a table: the serdes of the stream's key and value, and a name. Immutable. When the
 * stream's key may have changed, its records go through the topic `<name>-repartition` first.
 */
import type { Serde } from '../record/serde.js';

export class Joined<K, V, VT = unknown> {
  /** For the compiler only, see Produced. */
  declare private readonly accepts: (key: K, value: V, tableValue: VT) => void;

  private constructor(
    readonly keySerde: Serde<unknown> | undefined,
    readonly valueSerde: Serde<unknown> | undefined,
    readonly name?: string,
  ) {}

  /** The table has its own serde already: Kafka Streams takes a third one and does not use it either. */
  static with<K, V, VT = unknown>(
    keySerde: Serde<K>,
    valueSerde: Serde<V>,
    _tableValueSerde?: Serde<VT>,
  ): Joined<K, V, VT> {
    return new Joined<K, V, VT>(keySerde, valueSerde);
  }

  static as<K = unknown, V = unknown, VT = unknown>(name: string): Joined<K, V, VT> {
    return new Joined<K, V, VT>(undefined, undefined, name);
  }

  static keySerde<K>(keySerde: Serde<K>): Joined<K, unknown> {
    return new Joined<K, unknown>(keySerde, undefined);
  }

  static valueSerde<V>(valueSerde: Serde<V>): Joined<unknown, V> {
    return new Joined<unknown, V>(undefined, valueSerde);
  }

  withKeySerde<KR>(keySerde: Serde<KR>): Joined<KR, V, VT> {
    return new Joined<KR, V, VT>(keySerde, this.valueSerde, this.name);
  }

  withValueSerde<VR>(valueSerde: Serde<VR>): Joined<K, VR, VT> {
    return new Joined<K, VR, VT>(this.keySerde, valueSerde, this.name);
  }

  withName(name: string): Joined<K, V, VT> {
    return new Joined<K, V, VT>(this.keySerde, this.valueSerde, name);
  }
}
