/** What `topics apply` would change: the service's own plan, and settings when they are asked for. Pure. */
import type { TopicProblem } from '../../topics/topic-plan.js';
import { planTopics } from '../../topics/topic-plan.js';
import type { Application } from '../cluster/application.js';
import { planAll } from './expected-topics.js';
import type { TopicsSeen } from './look-at-topics.js';
import type { ApplyStep, ConfigStep } from './topic-report.js';

/** Source topics belong to whoever writes them. */
const configSteps = ({ findings }: TopicsSeen): readonly ConfigStep[] =>
  findings.flatMap(({ differences, expected }): readonly ConfigStep[] => {
    if (expected.role === 'source') return [];
    const config = Object.fromEntries(
      differences.flatMap((difference) =>
        difference.kind === 'config' ? [[difference.name, difference.expected]] : [],
      ),
    );
    return Object.keys(config).length === 0 ? [] : [{ kind: 'configure', topic: expected.name, config }];
  });

export interface ApplyPlan {
  readonly steps: readonly ApplyStep[];
  /** Nothing is changed while there is one: nobody can tell what is meant. */
  readonly problems: readonly TopicProblem[];
}

export const applyPlan = (application: Application, seen: TopicsSeen, withConfigs: boolean): ApplyPlan => {
  const { id, needs, rules } = application;
  const asked = { ...rules, autoCreate: true };
  return {
    steps: [...planAll(application, seen.counts), ...(withConfigs ? configSteps(seen) : [])],
    problems: needs.flatMap((need) => planTopics(id, need, seen.counts, asked).problems),
  };
};
