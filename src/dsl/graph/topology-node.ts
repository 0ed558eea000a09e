/**
 * The nodes of a topology as plain immutable data: what was written in the DSL, with the types of keys
 * and values erased (the DSL's signatures have checked them). Parents are named, never children.
 */
import type { Serde } from '../../record/serde.js';
import type { FixedKeyProcessorSupplier, ProcessorSupplier } from '../processor.js';
import type { StoreSpec } from './store-spec.js';

/** A topic that the topology owns: its name gets the application's id before it when it is run. */
export interface InternalTopic {
  /** null: as many as what it is made from has. */
  readonly partitions: number | null;
}

export interface SourceNode {
  readonly kind: 'source';
  readonly name: string;
  /** Whether the user gave the name; the name of several topics becomes part of topic names. */
  readonly named: boolean;
  readonly topics: readonly string[];
  /** Its only topic is one of the topology's own. */
  readonly internal: InternalTopic | null;
  readonly keySerde: Serde<unknown> | undefined;
  readonly valueSerde: Serde<unknown> | undefined;
  /** A value of null is no value for the serde: it deletes (the source of a table, and of what it is made from). */
  readonly readsTombstones: boolean;
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

/** Where records are written that say so themselves. */
export type TopicNameExtractor = (key: unknown, value: unknown, context: RecordContext) => string;

export interface RecordContext {
  readonly topic: string;
  readonly partition: number;
  readonly offset: number;
  readonly timestamp: number;
}

export interface SinkNode {
  readonly kind: 'sink';
  readonly name: string;
  readonly parents: readonly string[];
  readonly topic: string | TopicNameExtractor;
  readonly internal: InternalTopic | null;
  readonly keySerde: Serde<unknown> | undefined;
  readonly valueSerde: Serde<unknown> | undefined;
  /** A partition number below `partitions`; null: Kafka's own partitioner. */
  readonly partitioner: ((topic: string, key: unknown, value: unknown, partitions: number) => number) | null;
}

export type TopologyNode = SourceNode | ProcessorNode | SinkNode;

/** What a topology consists of. */
export interface TopologyParts {
  /** Parents before children. */
  readonly nodes: readonly TopologyNode[];
  readonly stores: readonly StoreSpec[];
}

/*
 * The functions below are declared as methods, which the compiler compares bivariantly: that is what
 * lets a function of K and V stand where one of `unknown` is asked for without a cast.
 * Each may answer with a promise unless it says otherwise.
 */
export interface FilterOperator {
  readonly type: 'filter';
  /** Records for which the answer is not this one go no further. */
  readonly keep: boolean;
  predicate(key: unknown, value: unknown): unknown;
}

/** Gives one pair `[key, value]`. */
export interface MapOperator {
  readonly type: 'map';
  mapper(key: unknown, value: unknown): unknown;
}

/** `selectKey`, `groupBy`. */
export interface SelectKeyOperator {
  readonly type: 'selectKey';
  mapper(key: unknown, value: unknown): unknown;
}

/** Gives an iterable of pairs `[key, value]`. */
export interface FlatMapOperator {
  readonly type: 'flatMap';
  mapper(key: unknown, value: unknown): unknown;
}

export interface MapValuesOperator {
  readonly type: 'mapValues';
  mapper(value: unknown, readOnlyKey: unknown): unknown;
}

/** Gives an iterable of values. */
export interface FlatMapValuesOperator {
  readonly type: 'flatMapValues';
  mapper(value: unknown, readOnlyKey: unknown): unknown;
}

/** Also `foreach` and `print`, which have no children. */
export interface PeekOperator {
  readonly type: 'peek';
  action(key: unknown, value: unknown): unknown;
}

/** The first predicate that holds says to which child, by name; `null` in the last place: everything else. */
export interface BranchOperator {
  readonly type: 'branch';
  readonly branches: readonly {
    readonly child: string;
    readonly predicate: ((key: unknown, value: unknown) => unknown) | null;
  }[];
}

/** `merge`, the branches themselves, `toStream`. */
export interface PassThroughOperator {
  readonly type: 'passThrough';
}

export interface ProcessValuesOperator {
  readonly type: 'processValues';
  readonly supplier: FixedKeyProcessorSupplier<unknown, unknown, unknown>;
}

export interface ProcessOperator {
  readonly type: 'process';
  readonly supplier: ProcessorSupplier<unknown, unknown, unknown, unknown>;
}

/** `table` and `toTable` with a store: keeps the last value of each key, null deletes; passes on what it was given. */
export interface MaterializeOperator {
  readonly type: 'materialize';
  readonly store: string;
}

/** `count`, `reduce`, `aggregate` of a key. `aggregate` is null where the store has nothing; a null result deletes. */
export interface AggregateOperator {
  readonly type: 'aggregate';
  readonly store: string;
  /** Not called for a record whose value is null. */
  aggregator(key: unknown, value: unknown, aggregate: unknown): unknown;
  /** What a key begins with: for a filter of the table that is what was there before the first value. Absent: null. */
  initializer?(): unknown;
}

export interface WindowAggregateOperator {
  readonly type: 'windowAggregate';
  readonly store: string;
  readonly windows: { readonly sizeMs: number; readonly advanceMs: number; readonly graceMs: number };
  aggregator(key: unknown, value: unknown, aggregate: unknown): unknown;
  /** See AggregateOperator. */
  initializer?(): unknown;
}

/** Of a table: what does not pass is deleted downstream. `store`: where the result is kept, if it is. */
export interface TableFilterOperator {
  readonly type: 'tableFilter';
  readonly keep: boolean;
  readonly store: string | null;
  predicate(key: unknown, value: unknown): unknown;
}

export interface TableMapValuesOperator {
  readonly type: 'tableMapValues';
  readonly store: string | null;
  mapper(value: unknown, readOnlyKey: unknown): unknown;
}

/** Keeps results of windows back until the window and its grace are over. */
export interface SuppressOperator {
  readonly type: 'suppress';
  readonly store: string;
  readonly graceMs: number;
}

export interface StreamTableJoinOperator {
  readonly type: 'streamTableJoin';
  readonly isLeft: boolean;
  /** Where the table's values are, or those that it is made from. */
  readonly store: string;
  /** What the table makes of a value of the store; null: it has nothing. Absent: the value is the table's own. */
  view?(value: unknown, key: unknown): unknown;
  joiner(value: unknown, tableValue: unknown, key: unknown): unknown;
}

export type Operator =
  | FilterOperator
  | MapOperator
  | SelectKeyOperator
  | FlatMapOperator
  | MapValuesOperator
  | FlatMapValuesOperator
  | PeekOperator
  | BranchOperator
  | PassThroughOperator
  | ProcessValuesOperator
  | ProcessOperator
  | MaterializeOperator
  | AggregateOperator
  | WindowAggregateOperator
  | TableFilterOperator
  | TableMapValuesOperator
  | SuppressOperator
  | StreamTableJoinOperator;
