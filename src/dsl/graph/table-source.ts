/** A table of a topic or of a stream: passes on what it is given, and keeps it if it has a store. */
import { type GraphBuilder, type Place } from './graph-builder.js';
import type { Materialized } from '../materialized.js';
import { NAME_PREFIX } from './names.js';
import { repartitionStep } from './repartition-step.js';
import { addTableStore, type TableView } from './table-view.js';
import type { ProcessorNode } from './topology-node.js';

/** It has a store when it was given a name for one, or when somebody looks into it. */
export class LazyTable implements TableView {
  private isKept = false;

  constructor(
    private readonly graph: GraphBuilder,
    private readonly name: string,
    private readonly serdes: Pick<Place, 'keySerde' | 'valueSerde'>,
    isNamed: boolean,
  ) {
    if (isNamed) this.store();
  }

  store(): string {
    if (!this.isKept) addTableStore(this.graph, this.name, this.serdes.keySerde, this.serdes.valueSerde);
    this.isKept = true;
    return this.name;
  }

  /** As far as is known now. */
  node(name: string, parents: readonly string[]): ProcessorNode {
    const { isKept } = this;
    return {
      kind: 'processor',
      name,
      parents,
      stores: isKept ? [this.name] : [],
      changesKey: false,
      operator: isKept ? { type: 'materialize', store: this.name } : { type: 'passThrough' },
    };
  }
}

export interface Table {
  readonly place: Place;
  readonly view: TableView;
}

/** `KStream.toTable`. */
export const materialize = (
  place: Place,
  given: string | undefined,
  materialized: Materialized<never, never> | undefined,
): Table => {
  const { graph } = place;
  const name = graph.nameOr(given, NAME_PREFIX.toTable);
  const storeName = materialized?.name ?? graph.newStoreName(NAME_PREFIX.toTable);
  const serdes = {
    keySerde: materialized?.keySerde ?? place.keySerde,
    valueSerde: materialized?.valueSerde ?? place.valueSerde,
  };
  const parent = place.isRekeyed
    ? graph.add([place.node], repartitionStep(graph, { name, ...serdes }))
    : place.node;
  const view = new LazyTable(graph, storeName, serdes, materialized?.name !== undefined);
  const node = graph.add([parent], { name, nodes: ({ parents }) => [view.node(name, parents)] });
  return { view, place: { graph, node, ...serdes, isRekeyed: false } };
};

/** `StreamsBuilder.table`. `given`: `<given>-source` reads the topic, `given` keeps the table. */
export const tableOfTopic = (
  graph: GraphBuilder,
  topic: string,
  given: string | undefined,
  serdes: Pick<Place, 'keySerde' | 'valueSerde'>,
  store: string | undefined,
): Table => {
  const storeName = store ?? graph.newStoreName(`${topic}-`);
  const generated = graph.newName(NAME_PREFIX.source);
  const source = given === undefined ? generated : `${given}-source`;
  const name = graph.nameOr(given, NAME_PREFIX.tableSource);
  const view = new LazyTable(graph, storeName, serdes, store !== undefined);
  const node = graph.add([], {
    name,
    nodes: () => [
      {
        kind: 'source',
        name: source,
        named: given !== undefined,
        topics: Object.freeze([topic]),
        internal: null,
        ...serdes,
        readsTombstones: true,
      },
      view.node(name, [source]),
    ],
  });
  return { view, place: { graph, node, ...serdes, isRekeyed: false } };
};
