/** Kafka Streams' aggregates as functions of what a store has: null where there is nothing yet. */
import type { ErasedFunction, Initializer } from './functions.js';

export type StoredAggregator = (key: unknown, value: unknown, aggregate: unknown) => unknown;

export const countOne: StoredAggregator = (_key, _value, aggregate) =>
  ((aggregate as number | null) ?? 0) + 1;

export const reduceWith =
  (reducer: ErasedFunction): StoredAggregator =>
  (_key, value, aggregate) =>
    aggregate === null ? value : reducer(aggregate, value);

export const aggregateWith =
  (initializer: Initializer<unknown>, aggregator: ErasedFunction): StoredAggregator =>
  (key, value, aggregate) =>
    aggregator(key, value, aggregate ?? initializer());
