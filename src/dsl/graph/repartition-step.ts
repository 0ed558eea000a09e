/**
 * Through a topic of the topology's own: records without a key are left out, the rest is written, and a new
 * sub-topology reads it.
 */
import type { Serde } from '../../record/serde.js';
import type { StreamPartitioner } from '../functions.js';
import type { GraphBuilder, Step } from './graph-builder.js';
import { NAME_PREFIX } from './names.js';

const SUFFIX = '-repartition';

export interface RepartitionOptions {
  /** Of the topic, before `-repartition`. */
  readonly name: string;
  readonly keySerde: Serde<unknown> | undefined;
  readonly valueSerde: Serde<unknown> | undefined;
  readonly partitions?: number | undefined;
  readonly partitioner?: StreamPartitioner<unknown, unknown> | undefined;
}

export const repartitionStep = (graph: GraphBuilder, options: RepartitionOptions): Step => {
  const { name, keySerde, valueSerde } = options;
  const topic = name.endsWith(SUFFIX) ? name : `${name}${SUFFIX}`;
  // All three are used up, as in Kafka Streams, and used only when the operator has a name like them.
  const generated = {
    sink: graph.newName(NAME_PREFIX.sink),
    filter: graph.newName(NAME_PREFIX.filter),
    source: graph.newName(NAME_PREFIX.source),
  };
  const names = /^KSTREAM.*-[0-9]{10}$/.test(name)
    ? generated
    : { sink: `${topic}-sink`, filter: `${topic}-filter`, source: `${topic}-source` };
  const internal = { partitions: options.partitions ?? null };
  return {
    name: names.source,
    nodes: ({ parents, leadsToLeftJoin }) => [
      {
        kind: 'processor',
        name: names.filter,
        parents,
        stores: [],
        changesKey: false,
        operator: { type: 'filter', keep: true, predicate: leadsToLeftJoin ? () => true : hasKey },
      },
      {
        kind: 'sink',
        name: names.sink,
        parents: [names.filter],
        topic,
        internal,
        keySerde,
        valueSerde,
        partitioner: options.partitioner ?? null,
      },
      {
        kind: 'source',
        name: names.source,
        named: true,
        topics: [topic],
        internal,
        keySerde,
        valueSerde,
        readsTombstones: true,
      },
    ],
  };
};

const hasKey = (key: unknown): boolean => key !== null && key !== undefined;
