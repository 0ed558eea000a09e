/**
 * How a sink writes: the serdes of key and value, the name of the sink node, and the partition, if Kafka's own
 * partitioner is not to choose it. Immutable. A serde that is not given is the stream's own, where it still has one.
 */
import type { Serde } from '../record/serde.js';
import type { StreamPartitioner } from './functions.js';

export class Produced<K, V> {
  /**
   * For the compiler only: makes a Produced of a narrower type unusable for a stream of a wider one
   * (a serde's methods are compared too loosely for that).
   */
  declare private readonly accepts: (key: K, value: V) => void;

  private constructor(
    readonly keySerde: Serde<unknown> | undefined,
    readonly valueSerde: Serde<unknown> | undefined,
    readonly name?: string,
    readonly partitioner?: StreamPartitioner<unknown, unknown>,
  ) {}

  static with<K, V>(keySerde: Serde<K>, valueSerde: Serde<V>): Produced<K, V> {
    return new Produced<K, V>(keySerde, valueSerde);
  }

  static as<K = unknown, V = unknown>(name: string): Produced<K, V> {
    return new Produced<K, V>(undefined, undefined, name);
  }

  static keySerde<K>(keySerde: Serde<K>): Produced<K, unknown> {
    return new Produced<K, unknown>(keySerde, undefined);
  }

  static valueSerde<V>(valueSerde: Serde<V>): Produced<unknown, V> {
    return new Produced<unknown, V>(undefined, valueSerde);
  }

  static streamPartitioner<K, V>(partitioner: StreamPartitioner<K, V>): Produced<K, V> {
    return new Produced<K, V>(undefined, undefined).withStreamPartitioner(partitioner);
  }

  withKeySerde<KR>(keySerde: Serde<KR>): Produced<KR, V> {
    return new Produced<KR, V>(keySerde, this.valueSerde, this.name, this.partitioner);
  }

  withValueSerde<VR>(valueSerde: Serde<VR>): Produced<K, VR> {
    return new Produced<K, VR>(this.keySerde, valueSerde, this.name, this.partitioner);
  }

  withName(name: string): Produced<K, V> {
    return new Produced<K, V>(this.keySerde, this.valueSerde, name, this.partitioner);
  }

  /** The partition of each record, also of one whose key nobody has changed. */
  withStreamPartitioner<KR extends K, VR extends V>(
    partitioner: StreamPartitioner<KR, VR>,
  ): Produced<KR, VR> {
    const erased = partitioner as StreamPartitioner<unknown, unknown>;
    return new Produced<KR, VR>(this.keySerde, this.valueSerde, this.name, erased);
  }
}
