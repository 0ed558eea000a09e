/**
 * Brings the topics of an application to what the plan says, or says everything that is wrong at once.
 * Also remembers how many partitions each topic has, for the tasks.
 */
import type { ClusterAdmin } from '../ports/cluster.js';
import type { Logger } from '../ports/logger.js';
import type { TopicNeeds, TopicPlan, TopicProblem, TopicRules } from './topic-plan.js';
import { internalTopics, planTopics } from './topic-plan.js';

/** Topics are not as they must be; the process ends with exit code 3. */
export class TopicsUnusable extends Error {
  override readonly name = 'TopicsUnusable';
  constructor(readonly problems: readonly TopicProblem[]) {
    super(problems.map(({ message }) => message).join('\n'));
  }
}

export class TopicSetup {
  readonly #counts = new Map<string, number>();

  constructor(
    private readonly applicationId: string,
    private readonly needs: readonly TopicNeeds[],
    private readonly rules: TopicRules,
    private readonly logger: Logger,
  ) {}

  /** The partitions that a topic has, as last seen. */
  partitionCount(topic: string): number {
    return this.#counts.get(topic) ?? 0;
  }

  /** As last seen, a partition number is there in the source topics and in their internal topics. */
  hasPartition(sources: readonly string[], partition: number): boolean {
    const need = this.needs.find(({ sourceTopics }) =>
      sources.every((topic) => sourceTopics.includes(topic)),
    );
    const internal = need === undefined ? [] : this.#internalTopics(need);
    return [...sources, ...internal].every((topic) => this.partitionCount(topic) > partition);
  }

  /** Creates and extends what may be; rejects with TopicsUnusable, or with the client's KafkaError. */
  async ensure(admin: ClusterAdmin): Promise<void> {
    // What a repartition topic leads to is known once it is there; another process may be quicker and of another mind.
    for (let round = 0; round <= this.needs.length; round++) {
      await this.#look(admin);
      if (!(await this.#carryOut(admin))) return;
    }
    await this.#look(admin);
    const { problems } = this.#plan();
    if (problems.length > 0) throw new TopicsUnusable(problems);
  }

  /** Whether anything was changed. */
  async #carryOut(admin: ClusterAdmin): Promise<boolean> {
    const { steps, problems } = this.#plan();
    if (problems.length > 0) throw new TopicsUnusable(problems);
    for (const step of steps) {
      if (step.kind === 'create') {
        this.logger.info({ topic: step.topic.name, partitions: step.topic.partitions }, 'creating topic');
        await admin.createTopic(step.topic);
      } else {
        this.logger.info({ topic: step.topic, partitions: step.partitions }, 'extending topic');
        await admin.createPartitions(step.topic, step.partitions);
      }
    }
    return steps.length > 0;
  }

  #plan(): TopicPlan {
    const plans = this.needs.map((need) => planTopics(this.applicationId, need, this.#counts, this.rules));
    return {
      steps: plans.flatMap(({ steps }) => steps),
      problems: plans.flatMap(({ problems }) => problems),
    };
  }

  async #look(admin: ClusterAdmin): Promise<void> {
    const names = this.needs.flatMap((need) => [
      ...need.sourceTopics,
      ...need.outputTopics,
      ...need.ownTopics.map(({ name }) => name),
      ...this.#internalTopics(need),
    ]);
    for (const [topic, count] of await admin.partitionCounts([...new Set(names)]))
      this.#counts.set(topic, count);
  }

  #internalTopics({ source }: TopicNeeds): readonly string[] {
    return internalTopics(this.applicationId, source, this.rules.retryTiers).map(({ name }) => name);
  }
}
