/**
 * How records are sent through a topic of the topology's own, `<application id>-<name>-repartition`, so that all
 * of one key meet in one task: name, serdes, number of partitions (default: that of the source). Immutable. KIP-221.
 */
import type { Serde } from '../record/serde.js';
import type { StreamPartitioner } from './functions.js';

interface Options {
  readonly name?: string;
  readonly keySerde?: Serde<unknown>;
  readonly valueSerde?: Serde<unknown>;
  readonly partitions?: number;
  readonly partitioner?: StreamPartitioner<unknown, unknown>;
}

export class Repartitioned<K, V> {
  /** For the compiler only, see Produced. */
  declare private readonly accepts: (key: K, value: V) => void;

  private constructor(readonly options: Options) {}

  static as<K = unknown, V = unknown>(name: string): Repartitioned<K, V> {
    return new Repartitioned<K, V>({ name });
  }

  static with<K, V>(keySerde: Serde<K>, valueSerde: Serde<V>): Repartitioned<K, V> {
    return new Repartitioned<K, V>({ keySerde, valueSerde });
  }

  static numberOfPartitions<K = unknown, V = unknown>(partitions: number): Repartitioned<K, V> {
    return new Repartitioned<K, V>({ partitions });
  }

  static streamPartitioner<K, V>(partitioner: StreamPartitioner<K, V>): Repartitioned<K, V> {
    return new Repartitioned<K, V>({}).withStreamPartitioner(partitioner);
  }

  withName(name: string): Repartitioned<K, V> {
    return new Repartitioned<K, V>({ ...this.options, name });
  }

  withKeySerde<KR>(keySerde: Serde<KR>): Repartitioned<KR, V> {
    return new Repartitioned<KR, V>({ ...this.options, keySerde });
  }

  withValueSerde<VR>(valueSerde: Serde<VR>): Repartitioned<K, VR> {
    return new Repartitioned<K, VR>({ ...this.options, valueSerde });
  }

  withNumberOfPartitions(partitions: number): Repartitioned<K, V> {
    return new Repartitioned<K, V>({ ...this.options, partitions });
  }

  withStreamPartitioner<KR extends K, VR extends V>(
    partitioner: StreamPartitioner<KR, VR>,
  ): Repartitioned<KR, VR> {
    const erased = partitioner as StreamPartitioner<unknown, unknown>;
    return new Repartitioned<KR, VR>({ ...this.options, partitioner: erased });
  }
}
