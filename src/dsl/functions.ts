/** The functions that authors of topologies write. Where a promise is allowed, records of one key still go one by one. */
import type { RecordContext } from './graph/topology-node.js';

export type Predicate<K, V> = (key: K, value: V) => boolean | Promise<boolean>;

/** Of a new key; of a pair `[key, value]`; of an iterable of pairs. */
export type KeyValueMapper<K, V, R> = (key: K, value: V) => R | Promise<R>;

/**
 * Kafka Streams has one mapper of the value and one of (key, value), told apart by the number of their
 * parameters. JavaScript cannot tell safely (`JSON.parse` has two), so the key comes second here.
 */
export type ValueMapper<K, V, VR> = (value: V, readOnlyKey: K) => VR | Promise<VR>;

export type ForeachAction<K, V> = (key: K, value: V) => void | Promise<void>;

/** `tableValue`: of the table at the time of the record, the record's key with it. */
export type ValueJoiner<K, V, VT, VR> = (value: V, tableValue: VT, readOnlyKey: K) => VR | Promise<VR>;

/** What an aggregate starts with. */
export type Initializer<VR> = () => VR;

/** The new aggregate. */
export type Aggregator<K, V, VR> = (key: K, value: V, aggregate: VR) => VR | Promise<VR>;

/** The new aggregate, which is the first value where there was none. */
export type Reducer<V> = (aggregate: V, value: V) => V | Promise<V>;

/** Topic of a record by its content. The topic must be there already. */
export type TopicNameExtractor<K, V> = (key: K, value: V, context: RecordContext) => string;

/** A partition number from 0 to below `partitions`. */
export type StreamPartitioner<K, V> = (topic: string, key: K, value: V, partitions: number) => number;

/** The value where there is one: null stands for a key that was deleted. */
export type Present<V> = Exclude<V, null>;

interface AnyFunction {
  call(...given: unknown[]): unknown;
}

/** A function whose types the signatures have checked; as a method's type, it is compared loosely. */
export type ErasedFunction = AnyFunction['call'];
