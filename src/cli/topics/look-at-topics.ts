/** The topics of the application as they are, beside what they should be. */
import type { Inspection } from '../cluster/inspection.js';
import { expectedTopics } from './expected-topics.js';
import type { TopicFinding } from './topic-findings.js';
import { findingOf } from './topic-findings.js';

export interface TopicsSeen {
  readonly findings: readonly TopicFinding[];
  /** Partitions of the topics that there are. */
  readonly counts: ReadonlyMap<string, number>;
}

export const lookAtTopics = async (inspection: Inspection): Promise<TopicsSeen> => {
  const { application } = inspection;
  const cluster = await inspection.inspector();
  const names = expectedTopics(application, new Map()).map(({ name }) => name);
  const found = await cluster.topics(names);
  const configs = await cluster.configs([...found.keys()]);
  const counts = new Map([...found].map(([name, partitions]) => [name, partitions.length]));
  const findings = expectedTopics(application, counts).map((expected) =>
    findingOf(expected, found.get(expected.name), configs.get(expected.name) ?? []),
  );
  return { findings, counts };
};
