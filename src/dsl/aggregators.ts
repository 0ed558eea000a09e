/** Kafka Streams' aggregates as functions of what a store has: null where there is nothing yet. */
import type { ErasedFunction, Initializer } from './functions.js';

export interface StoredAggregate {
  aggregator(key: unknown, value: unknown, aggregate: unknown): unknown;
  initializer?(): unknown;
}

const count = (aggregate: unknown): number => (typeof aggregate === 'number' ? aggregate : 0);

export const counting: StoredAggregate = {
  aggregator: (_key, _value, aggregate) => count(aggregate) + 1,
  initializer: () => 0,
};

export const reducing = (reducer: ErasedFunction): StoredAggregate => ({
  aggregator: (_key, value, aggregate) => (aggregate === null ? value : reducer(aggregate, value)),
});

export const aggregating = (
  initializer: Initializer<unknown>,
  aggregator: ErasedFunction,
): StoredAggregate => ({
  aggregator: (key, value, aggregate) => aggregator(key, value, aggregate ?? initializer()),
  initializer,
});
