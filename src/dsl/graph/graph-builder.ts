/**
 * A topology while it is being written: what each call of the user adds, named and ordered as Kafka Streams does.
 * A call may add several nodes (a repartition), and some are finished only when the whole is known (a table has a
 * store once somebody looks into it), so nodes are made at the end. Checks nothing: that is done on the whole.
 */
import type { Serde } from '../../record/serde.js';
import type { KStream } from '../kstream.js';
import type { StoreSpec } from './store-spec.js';
import { Topology } from './topology.js';
import type { TopologyConfig } from '../topology-config.js';
import type { Operator, ProcessorNode, TopologyNode } from './topology-node.js';

/** What is known of a step only when everything is written. */
export interface StepContext {
  /** Names of the nodes that feed it. */
  readonly parents: readonly string[];
  /** A left join of a stream comes after it, which takes records without a key. */
  readonly leadsToLeftJoin: boolean;
}

/** What one call adds. */
export interface Step {
  /** Of the node that its children have as parent. */
  readonly name: string;
  nodes(context: StepContext): readonly TopologyNode[];
  readonly isLeftJoin?: boolean;
  /** It makes windows, with this grace. */
  readonly graceMs?: number;
}

export interface GraphNode {
  readonly step: Step;
  readonly parents: ReadonlySet<GraphNode>;
}

interface OrderedNode extends GraphNode {
  readonly parents: Set<GraphNode>;
  order: number;
}

/** Where one goes on writing, and what is known there. Types are erased: the streams and tables have them. */
export interface Place {
  readonly graph: GraphBuilder;
  readonly node: GraphNode;
  readonly keySerde: Serde<unknown> | undefined;
  readonly valueSerde: Serde<unknown> | undefined;
  /** The key may be another one than the partition was chosen by: what needs all records of a key repartitions first. */
  readonly isRekeyed: boolean;
}

export type StreamAt = <K, V>(place: Place) => KStream<K, V>;

export class GraphBuilder {
  private readonly nodes: OrderedNode[] = [];
  private readonly stores: StoreSpec[] = [];
  private nextIndex = 0;
  private nextOrder = 0;

  /** `streamAt`: whoever makes tables and branches is also made by streams, so that one is given. */
  constructor(readonly streamAt: StreamAt) {}

  /** A given name uses up an index too, so that naming one node renames no other. */
  nameOr(given: string | undefined, prefix: string): string {
    const generated = this.newName(prefix);
    return given ?? generated;
  }

  newName(prefix: string): string {
    const name = `${prefix}${String(this.nextIndex).padStart(10, '0')}`;
    this.nextIndex += 1;
    return name;
  }

  /** Uses up an index. */
  newStoreName(prefix: string): string {
    return this.newName(`${prefix}STATE-STORE-`);
  }

  addStore(store: StoreSpec): void {
    this.stores.push(Object.freeze(store));
  }

  add(parents: readonly GraphNode[], step: Step): GraphNode {
    const node = { step, parents: new Set(parents), order: this.nextOrder };
    // Kafka Streams counts once for each parent.
    this.nextOrder += Math.max(parents.length, 1);
    node.order = this.nextOrder - 1;
    this.nodes.push(node);
    return node;
  }

  /** It is written where it would be if it had been added now. */
  moveToEnd(node: GraphNode): void {
    const found = this.nodes.find((one) => one === node);
    if (found === undefined) throw new Error(`${node.step.name} is of another topology`);
    found.order = this.nextOrder;
    this.nextOrder += 1;
  }

  build(config: TopologyConfig): Topology {
    const leadingToLeftJoin = this.aboveLeftJoins();
    const nodes = this.inOrder().flatMap((node) =>
      node.step.nodes({
        parents: [...node.parents].map(({ step }) => step.name),
        leadsToLeftJoin: leadingToLeftJoin.has(node),
      }),
    );
    return Topology.of({ nodes: nodes.map((node) => Object.freeze(node)), stores: this.stores }, config);
  }

  /** The earliest whose parents are all there, again and again. */
  private inOrder(): readonly GraphNode[] {
    const done = new Set<GraphNode>();
    const waiting = [...this.nodes].sort((a, b) => a.order - b.order);
    while (waiting.length > 0) {
      const at = waiting.findIndex(({ parents }) => [...parents].every((parent) => done.has(parent)));
      const [next] = waiting.splice(at, 1);
      if (at < 0 || next === undefined)
        throw new Error('the steps of a topology feed each other in a circle');
      done.add(next);
    }
    return [...done];
  }

  private aboveLeftJoins(): ReadonlySet<GraphNode> {
    const above = new Set<GraphNode>();
    const climb = (node: GraphNode): void => {
      for (const parent of node.parents) {
        if (above.has(parent)) continue;
        above.add(parent);
        climb(parent);
      }
    };
    for (const node of this.nodes) if (node.step.isLeftJoin) climb(node);
    return above;
  }
}

/** A step that is one processor. */
export const processorStep = (
  name: string,
  operator: Operator,
  more: Partial<Pick<ProcessorNode, 'stores' | 'changesKey'>> & Pick<Step, 'isLeftJoin' | 'graceMs'> = {},
): Step => {
  const { stores = [], changesKey = false, ...rest } = more;
  return {
    ...rest,
    name,
    nodes: ({ parents }) => [{ kind: 'processor', name, parents, stores: [...stores], changesKey, operator }],
  };
};

/** The grace of the windows that a step's records have; null: they have none, or not all of them. */
export const graceAbove = ({ step, parents }: GraphNode): number | null => {
  if (step.graceMs !== undefined) return step.graceMs;
  const graces = [...parents].map(graceAbove);
  return graces.length === 0 || graces.includes(null) ? null : Math.max(...graces.map((grace) => grace ?? 0));
};

/** Where one goes on after an operator that is one processor. */
export const placeAfter = (
  place: Place,
  name: string,
  operator: Operator,
  more?: Parameters<typeof processorStep>[2],
  parents: readonly GraphNode[] = [place.node],
): Place => ({ ...place, node: place.graph.add(parents, processorStep(name, operator, more)) });
