/**
 * What each topic of the application should be like: what the service's own plan would make of it, were it not
 * there. Pure.
 */
import type { NewTopic } from '../../ports/cluster.js';
import type { TopicStep } from '../../topics/topic-plan.js';
import { internalTopics, planTopics } from '../../topics/topic-plan.js';
import type { Application } from '../cluster/application.js';

export type TopicRole = 'source' | 'output' | 'internal' | 'repartition';

export interface ExpectedTopic extends NewTopic {
  readonly role: TopicRole;
}

type Counts = ReadonlyMap<string, number>;

/** The steps of all rounds: what a repartition topic leads to is planned once it is there. */
export const planAll = ({ id, needs, rules }: Application, counts: Counts): readonly TopicStep[] => {
  const now = new Map(counts);
  const steps: TopicStep[] = [];
  for (let round = 0; round <= needs.length; round++) {
    const planned = needs.flatMap((need) => planTopics(id, need, now, { ...rules, autoCreate: true }).steps);
    const before = steps.length;
    for (const step of planned) {
      const [topic, partitions] =
        step.kind === 'create' ? [step.topic.name, step.topic.partitions] : [step.topic, step.partitions];
      // Two sub-topologies may want the same topic.
      if (now.get(topic) === partitions) continue;
      now.set(topic, partitions);
      steps.push(step);
    }
    if (steps.length === before) break;
  }
  return steps;
};

const roleOf = ({ id, needs, rules }: Application, name: string): TopicRole => {
  if (needs.some(({ ownTopics }) => ownTopics.some((own) => own.name === name))) return 'repartition';
  if (needs.some(({ sourceTopics }) => sourceTopics.includes(name))) return 'source';
  const isInternal = needs.some(({ source }) =>
    internalTopics(id, source, rules.retryTiers).some((internal) => internal.name === name),
  );
  return isInternal ? 'internal' : 'output';
};

const created = (steps: readonly TopicStep[]): ReadonlyMap<string, NewTopic> =>
  new Map(steps.flatMap((step) => (step.kind === 'create' ? [[step.topic.name, step.topic] as const] : [])));

/** Topics that somebody else makes: they are as they are, and the others follow them. */
const sourceCounts = ({ needs }: Application, counts: Counts): Counts =>
  new Map(
    needs.flatMap(({ ownSources, sourceTopics }) =>
      sourceTopics
        .filter((topic) => !ownSources.has(topic))
        .map((topic) => [topic, counts.get(topic) ?? 0] as const),
    ),
  );

/** In the order in which the service would make them. `counts`: partitions of the topics that there are. */
export const expectedTopics = (application: Application, counts: Counts): readonly ExpectedTopic[] => {
  const followers = created(planAll(application, sourceCounts(application, counts)));
  return [...created(planAll(application, new Map())).values()].map((topic) => {
    const role = roleOf(application, topic.name);
    const found = counts.get(topic.name) ?? 0;
    // Results may have any number of partitions, sources too.
    const isFree = found > 0 && (role === 'source' || role === 'output');
    return {
      ...topic,
      role,
      partitions: isFree ? found : (followers.get(topic.name)?.partitions ?? topic.partitions),
    };
  });
};
