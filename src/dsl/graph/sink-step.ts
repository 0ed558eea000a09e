/** The end of a stream in a topic. */
import type { StreamPartitioner, TopicNameExtractor } from '../functions.js';
import type { Place, Step } from './graph-builder.js';
import { NAME_PREFIX } from './names.js';
import type { Produced } from '../produced.js';
import type { SinkNode } from './topology-node.js';
import { TimeWindowedSerde } from '../windowed-serdes.js';
import type { Windowed } from '../windowed.js';

export const sinkStep = <K, V>(
  place: Place,
  topic: string | TopicNameExtractor<K, V>,
  produced: Produced<K, V> | undefined,
): Step => {
  const name = place.graph.nameOr(produced?.name, NAME_PREFIX.sink);
  const keySerde = produced?.keySerde ?? place.keySerde;
  return {
    name,
    nodes: ({ parents }) => [
      {
        kind: 'sink',
        name,
        parents,
        topic: topic as SinkNode['topic'],
        internal: null,
        keySerde,
        valueSerde: produced?.valueSerde ?? place.valueSerde,
        partitioner: produced?.partitioner ?? partitionerOf(keySerde),
      },
    ],
  };
};

/** All windows of a key are written to the partition of the key. */
const partitionerOf = (keySerde: unknown): StreamPartitioner<unknown, unknown> | null =>
  keySerde instanceof TimeWindowedSerde
    ? (topic, key, _value, partitions) => keySerde.partition(topic, key as Windowed<unknown>, partitions)
    : null;
