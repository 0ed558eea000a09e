/**
 * The topics of an application: their names, and what each must look like (DESIGN §3). Pure.
 * Internal topics have as many partitions as their source and are written to the source record's
 * partition number explicitly, so that no partitioner can separate a key from its lane.
 */
import type { NewTopic } from '../ports/cluster.js';
import { deadLetterTopic, laneLogTopic } from '../record/topic-names.js';
import { HEADER_BUDGET_BYTES } from '../record/record-size.js';

export interface TopicRules {
  readonly autoCreate: boolean;
  readonly partitions: number;
  readonly replicationFactor: number;
  readonly retentionSourceMs: number;
  readonly retentionOutputMs: number;
  readonly retentionDeadLettersMs: number;
  readonly maxMessageBytes: number;
}

/** One sub-topology's topics. `source` is the source topic's name, or the source node's when it has several. */
export interface TopicNeeds {
  readonly source: string;
  readonly sourceTopics: readonly string[];
  readonly outputTopics: readonly string[];
}

export type TopicStep =
  | { readonly kind: 'create'; readonly topic: NewTopic }
  | { readonly kind: 'grow'; readonly topic: string; readonly partitions: number };

export interface TopicProblem {
  readonly topic: string;
  readonly message: string;
}

export interface TopicPlan {
  readonly steps: readonly TopicStep[];
  /** Nothing may be started while there is one. */
  readonly problems: readonly TopicProblem[];
}

/** Tombstones must outlive a reader that is away for long. */
const TOMBSTONES_MS = 7 * 86_400_000;

const policies = (rules: TopicRules) =>
  ({
    source: {
      'cleanup.policy': 'delete',
      'retention.ms': String(rules.retentionSourceMs),
      'max.message.bytes': String(rules.maxMessageBytes),
    },
    output: {
      'cleanup.policy': 'delete',
      'retention.ms': String(rules.retentionOutputMs),
      'max.message.bytes': String(rules.maxMessageBytes),
    },
    deadLetters: {
      'cleanup.policy': 'delete',
      'retention.ms': String(rules.retentionDeadLettersMs),
      'max.message.bytes': String(rules.maxMessageBytes + HEADER_BUDGET_BYTES),
    },
    // Small segments, so that compaction keeps a restore short; tombstones outlive any restore under way.
    laneLog: {
      'cleanup.policy': 'compact',
      'segment.bytes': String(16 * 1024 * 1024),
      'delete.retention.ms': String(TOMBSTONES_MS),
      'max.message.bytes': String(rules.maxMessageBytes + HEADER_BUDGET_BYTES),
    },
  }) as const satisfies Record<string, NewTopic['config']>;

/** What to do about the topics as they are (`counts`: partitions by name, 0 for a missing one). */
export const planTopics = (
  applicationId: string,
  needs: TopicNeeds,
  counts: ReadonlyMap<string, number>,
  rules: TopicRules,
): TopicPlan => {
  const steps: TopicStep[] = [];
  const problems: TopicProblem[] = [];
  const policy = policies(rules);
  const found = (topic: string): number => counts.get(topic) ?? 0;
  const missing = (topic: string, partitions: number, config: NewTopic['config']): void => {
    if (rules.autoCreate) {
      steps.push({
        kind: 'create',
        topic: { name: topic, partitions, replicationFactor: rules.replicationFactor, config },
      });
    } else {
      const message = `Topic ${topic} does not exist, and TOPICS_AUTO_CREATE is false. Expected ${partitions} partition(s): create it, or set TOPICS_AUTO_CREATE=true.`;
      problems.push({ topic, message });
    }
  };

  // Source topics of one sub-topology are co-partitioned: one that is missing is made as the others are.
  const existing = needs.sourceTopics.map(found).filter((count) => count > 0);
  const partitions = existing.length > 0 ? Math.max(...existing) : rules.partitions;
  for (const topic of needs.sourceTopics) {
    const has = found(topic);
    if (has === 0) missing(topic, partitions, policy.source);
    else if (has !== partitions) {
      const message = `Source topics of one sub-topology must have the same number of partitions: ${topic} has ${has}, another has ${partitions}.`;
      problems.push({ topic, message });
    }
  }

  for (const topic of needs.outputTopics)
    if (found(topic) === 0) missing(topic, rules.partitions, policy.output);

  const internal = [
    [deadLetterTopic(applicationId, needs.source), policy.deadLetters],
    [laneLogTopic(applicationId, needs.source), policy.laneLog],
  ] as const;
  for (const [topic, config] of internal) {
    const has = found(topic);
    if (has === 0) missing(topic, partitions, config);
    // What one that exists should be like is not known while its source is missing.
    else if (existing.length === 0 && !rules.autoCreate) continue;
    else if (has < partitions && rules.autoCreate) steps.push({ kind: 'grow', topic, partitions });
    else if (has !== partitions) {
      const message = `Topic ${topic} has ${has} partition(s), expected ${partitions}, as many as ${needs.sourceTopics.join(', ')}. ${has < partitions ? 'Add partitions to it, or set TOPICS_AUTO_CREATE=true.' : 'Partitions cannot be taken away: delete it when nothing in it is needed any more, or use another KAFKA_GROUP_ID.'}`;
      problems.push({ topic, message });
    }
  }
  return { steps, problems };
};
