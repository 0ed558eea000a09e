/**
 * The nodes of a topology as plain immutable data: what was written in the DSL, with the types of keys
 * and values erased (the DSL's signatures have checked them). Parents are named, never children.
 */
import type { Serde } from '../record/serde.js';
import type { FixedKeyProcessorSupplier } from './fixed-key-processor.js';

export interface SourceNode {
  readonly kind: 'source';
  readonly name: string;
  /** Whether the user gave the name; the name of several topics becomes part of topic names. */
  readonly named: boolean;
  readonly topics: readonly string[];
  readonly keySerde: Serde<unknown> | undefined;
  readonly valueSerde: Serde<unknown> | undefined;
}

export interface ProcessorNode {
  readonly kind: 'processor';
  readonly name: string;
  readonly parents: readonly string[];
  /** Names of the state stores it uses. */
  readonly stores: readonly string[];
  /** Whether it can forward a key that is not the one it was given. */
  readonly changesKey: boolean;
  readonly operator: Operator;
}

export interface SinkNode {
  readonly kind: 'sink';
  readonly name: string;
  readonly parents: readonly string[];
  readonly topic: string;
  readonly keySerde: Serde<unknown> | undefined;
  readonly valueSerde: Serde<unknown> | undefined;
}

export type TopologyNode = SourceNode | ProcessorNode | SinkNode;

/*
 * The functions below are declared as methods, which the compiler compares bivariantly: that is what
 * lets a function of K and V stand where one of `unknown` is asked for without a cast.
 */
export interface FilterOperator {
  readonly type: 'filter';
  /** Records for which the answer is not this one go no further. */
  readonly keep: boolean;
  predicate(key: unknown, value: unknown): unknown;
}

export interface MapValuesOperator {
  readonly type: 'mapValues';
  mapper(value: unknown, readOnlyKey: unknown): unknown;
}

export interface PeekOperator {
  readonly type: 'peek';
  action(key: unknown, value: unknown): unknown;
}

export interface ProcessValuesOperator {
  readonly type: 'processValues';
  readonly supplier: FixedKeyProcessorSupplier<unknown, unknown, unknown>;
}

export type Operator = FilterOperator | MapValuesOperator | PeekOperator | ProcessValuesOperator;
