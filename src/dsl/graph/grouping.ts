/** Records of one key together, to be aggregated: the way to their task, and the store and the node of each aggregate. */
import type { Serde } from '../../record/serde.js';
import { type GraphNode, type Place, processorStep } from './graph-builder.js';
import type { Materialized } from '../materialized.js';
import { repartitionStep } from './repartition-step.js';
import type { StoreSpec } from './store-spec.js';
import type { Operator } from './topology-node.js';

export interface AggregateOptions {
  /** Of generated names. */
  readonly prefix: string;
  readonly name: string | undefined;
  readonly materialized: Materialized<never, never> | undefined;
  /** Unless the store is given another one. */
  readonly valueSerde: Serde<unknown> | undefined;
  readonly store: Pick<StoreSpec, 'layout' | 'perKey' | 'retentionMs'>;
  /** Of windows. */
  readonly graceMs?: number;
  operator(store: string): Operator;
}

export interface Aggregate {
  readonly place: Place;
  readonly store: string;
}

export class Grouping {
  /** Shared by the aggregates of a group that has a name. */
  private repartition: GraphNode | undefined;

  constructor(
    readonly place: Place,
    private readonly name: string | undefined,
  ) {}

  add(options: AggregateOptions): Aggregate {
    const { graph } = this.place;
    const { prefix, materialized, graceMs } = options;
    const store = materialized?.name ?? graph.newStoreName(prefix);
    const name = graph.nameOr(options.name, prefix);
    const serdes = {
      keySerde: materialized?.keySerde ?? this.place.keySerde,
      valueSerde: materialized?.valueSerde ?? options.valueSerde,
    };
    graph.addStore({ name: store, ...options.store, ...serdes });
    const parent = this.place.isRekeyed ? this.repartitioned(store) : this.place.node;
    const step = processorStep(name, options.operator(store), {
      stores: [store],
      changesKey: graceMs !== undefined,
      ...(graceMs === undefined ? {} : { graceMs }),
    });
    return { store, place: { graph, node: graph.add([parent], step), isRekeyed: false, ...serdes } };
  }

  private repartitioned(store: string): GraphNode {
    const { graph, node, keySerde, valueSerde } = this.place;
    // Made for each aggregate, as Kafka Streams does: it uses up names.
    const step = repartitionStep(graph, { name: this.name ?? store, keySerde, valueSerde });
    if (this.repartition === undefined || this.name === undefined) {
      this.repartition = graph.add([node], step);
    } else {
      graph.moveToEnd(this.repartition);
    }
    return this.repartition;
  }
}
