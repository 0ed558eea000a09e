/** Whether a topology can read and write its topics: names, serdes, and which task reads what. */
import { type Check, repeated, sinksOf, sourcesOf, topicsNamedBy } from './check.js';
import { isGeneratedName, nameProblem } from '../named.js';
import { nodeGroups, parentsOf } from './node-groups.js';
import type { Operator, SinkNode, SourceNode, TopologyNode } from './topology-node.js';

const topicsAreUsable: Check = ({ nodes }) =>
  nodes.flatMap((node) =>
    topicsNamedBy(node).flatMap((topic) => {
      const problem = nameProblem(topic);
      return problem === undefined ? [] : [`topic of ${node.kind} "${node.name}": ${problem}`];
    }),
  );

/** Records in lanes are named `topic-partition-offset`, those that were redriven `dlq-partition-offset`. */
const REDRIVEN = 'dlq';

const sourcesAreComplete: Check = (parts) =>
  sourcesOf(parts)
    .filter(({ internal }) => internal === null)
    .flatMap((source) => [
      ...(source.topics.length === 0 ? [`source "${source.name}" has no topic`] : []),
      ...(source.topics.includes(REDRIVEN)
        ? [
            `source "${source.name}" reads the topic "${REDRIVEN}": its records would be called as redriven dead letters are`,
          ]
        : []),
      ...missingSerdes(source, 'Consumed.with'),
    ]);

const sinksHaveSerdes: Check = (parts) =>
  sinksOf(parts)
    .filter(({ internal }) => internal === null)
    .flatMap((sink) => missingSerdes(sink, 'Produced.with'));

const missingSerdes = (node: SourceNode | SinkNode, give: string): readonly string[] => [
  ...(node.keySerde === undefined
    ? [`${node.kind} "${node.name}" has no key serde: give one with ${give}`]
    : []),
  ...(node.valueSerde === undefined
    ? [`${node.kind} "${node.name}" has no value serde: give one with ${give}`]
    : []),
];

/** Which configuration names an internal topic and gives its serdes: that of the operator after it. */
const CONFIGS: Partial<Record<Operator['type'], string>> = {
  aggregate: 'Grouped',
  windowAggregate: 'Grouped',
  streamTableJoin: 'Joined',
  materialize: 'Named',
  passThrough: 'Named',
};

const configOf = ([child]: readonly TopologyNode[]): string =>
  (child?.kind === 'processor' ? CONFIGS[child.operator.type] : undefined) ?? 'Repartitioned';

/** Their sinks and sources have the same serdes and one name: each problem is told once. */
const internalTopicsAreComplete: Check = ({ nodes }) =>
  sourcesOf({ nodes })
    .filter(({ internal }) => internal !== null)
    .flatMap((source) => {
      const children = nodes.filter((node) => parentsOf(node).includes(source.name));
      const config = configOf(children);
      const [topic = ''] = source.topics;
      const stem = topic.replace(/-repartition$/, '');
      const partitions = source.internal?.partitions ?? 1;
      const isOfStore = children.some((node) => node.kind === 'processor' && node.stores.includes(stem));
      const serdesFrom = config === 'Named' ? 'Materialized' : config;
      return [
        // A store without a name is told of as such.
        ...(isGeneratedName(stem) && !isOfStore
          ? [
              `the repartition topic before ${children.map(({ name }) => `"${name}"`).join(', ') || 'the end of the stream'} needs a name: ` +
                `${config}.as(name)`,
            ]
          : []),
        ...(source.keySerde === undefined
          ? [`the repartition topic "${topic}" has no key serde: give one with ${serdesFrom}.withKeySerde`]
          : []),
        ...(source.valueSerde === undefined
          ? [
              `the repartition topic "${topic}" has no value serde: give one with ${serdesFrom}.withValueSerde`,
            ]
          : []),
        ...(Number.isSafeInteger(partitions) && partitions > 0
          ? []
          : [`the repartition topic "${topic}" cannot have ${partitions} partitions`]),
      ];
    });

const topicsHaveOneSource: Check = (parts) =>
  [...repeated(sourcesOf(parts).flatMap((source) => source.topics))].map(
    (topic) => `the topic "${topic}" has two sources: use one stream of it twice`,
  );

/** Internal topics of a task are named after its sources: after the first when there are several topics. */
const tasksHaveNames: Check = ({ nodes }) =>
  nodeGroups(nodes).flatMap((group) => {
    const sources = sourcesOf({ nodes: group });
    const topics = sources.flatMap((source) => source.topics);
    const [first] = sources;
    return topics.length > 1 && first?.named === false
      ? [
          `the source of ${topicList(first.topics)} needs a name (Consumed.withName): ` +
            (first.topics.length > 1
              ? 'its internal topics are named after it'
              : `its tasks read ${topicList(topics)} together, and their internal topics are named after it`),
        ]
      : [];
  });

const topicList = (topics: readonly string[]): string =>
  topics.length === 1 ? `the topic ${topics.join()}` : `the topics ${topics.join(', ')}`;

/** One task reads partition p of all of them. */
const topicsOfTaskHaveEquallyManyPartitions: Check = ({ nodes }) =>
  nodeGroups(nodes).flatMap((group) => {
    const fixed = sourcesOf({ nodes: group }).flatMap(({ topics, internal }) =>
      internal?.partitions == null ? [] : [{ topic: topics.join(), partitions: internal.partitions }],
    );
    return new Set(fixed.map(({ partitions }) => partitions)).size > 1
      ? [
          'topics that one task reads need the same number of partitions: ' +
            fixed.map(({ topic, partitions }) => `"${topic}" has ${partitions}`).join(', '),
        ]
      : [];
  });

export const TOPIC_CHECKS: readonly Check[] = [
  topicsAreUsable,
  sourcesAreComplete,
  sinksHaveSerdes,
  internalTopicsAreComplete,
  topicsHaveOneSource,
  tasksHaveNames,
  topicsOfTaskHaveEquallyManyPartitions,
];
