/** Which topics a topology needs, as `src/topics` asks for them. Pure. */
import type { Topology } from './dsl/graph/topology.js';
import type { TopicNeeds } from './topics/topic-plan.js';

/** Of a topology that was made for its application (`forApplication`). */
export const topicNeedsOf = ({ subtopologies }: Topology): readonly TopicNeeds[] => {
  const own = new Set(subtopologies.flatMap((sub) => sub.internalTopics.map(({ name }) => name)));
  return subtopologies.map((sub) => ({
    source: sub.sourceName,
    sourceTopics: sub.sourceTopics,
    outputTopics: sub.sinkTopics.filter((topic) => !own.has(topic)),
    ownTopics: sub.internalTopics.map(({ name, partitions }) => {
      const reader = subtopologies.find(({ sourceTopics }) => sourceTopics.includes(name));
      const beside = reader?.sourceTopics.filter((topic) => !own.has(topic)) ?? [];
      return { name, partitions, beside };
    }),
    ownSources: own,
  }));
};
