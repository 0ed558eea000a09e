/**
 * The topics of an application: their names, and what each must look like (DESIGN §3). Pure.
 * Internal topics have as many partitions as their source and are written to the source record's
 * partition number explicitly, so that no partitioner can separate a key from its lane.
 */
import type { NewTopic } from '../ports/cluster.js';
import { HEADER_BUDGET_BYTES } from '../record/record-size.js';
import { COMMANDS_RETENTION_MS, TOMBSTONES_RETENTION_MS } from '../record/retention.js';
import type { RetryTier } from '../record/retry-tier.js';
import { commandsTopic, deadLetterTopic, laneLogTopic, retryTopic } from '../record/topic-names.js';

export interface TopicRules {
  readonly autoCreate: boolean;
  readonly partitions: number;
  readonly replicationFactor: number;
  readonly retentionSourceMs: number;
  readonly retentionOutputMs: number;
  readonly retentionRetryMs: number;
  readonly retentionDeadLettersMs: number;
  readonly maxMessageBytes: number;
  /** Each has a topic. */
  readonly retryTiers: readonly RetryTier[];
}

/** One sub-topology's topics. `source` is the source topic's name, or the source node's when it has several. */
export interface TopicNeeds {
  readonly source: string;
  readonly sourceTopics: readonly string[];
  readonly outputTopics: readonly string[];
  /** Of the topology's own that it writes: repartition topics. */
  readonly ownTopics: readonly OwnTopic[];
  /** Of its source topics, those that are the topology's own: whoever writes them sees to them. */
  readonly ownSources: ReadonlySet<string>;
}

export interface OwnTopic {
  readonly name: string;
  /** null: as many as the other source topics of its reader have, or else as many as those of its writer. */
  readonly partitions: number | null;
  /** The other source topics of its reader. */
  readonly beside: readonly string[];
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

/** A `redrive` holds a whole dead letter as base64, a third longer, inside of JSON. */
const COMMAND_FACTOR = 2;

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
    // For ever: records keep their own timestamps, so that old ones would be deleted before they are read (KIP-284).
    repartition: {
      'cleanup.policy': 'delete',
      'retention.ms': '-1',
      'max.message.bytes': String(rules.maxMessageBytes),
    },
    deadLetters: {
      'cleanup.policy': 'delete',
      'retention.ms': String(rules.retentionDeadLettersMs),
      'max.message.bytes': String(rules.maxMessageBytes + HEADER_BUDGET_BYTES),
    },
    // By append time: what a tier's delay is counted from must not be a time that a producer chose.
    retry: {
      'cleanup.policy': 'delete',
      'retention.ms': String(rules.retentionRetryMs),
      'message.timestamp.type': 'LogAppendTime',
      'max.message.bytes': String(rules.maxMessageBytes + HEADER_BUDGET_BYTES),
    },
    // By append time: the clock of an operator's machine must not decide that a command is too old to be kept.
    commands: {
      'cleanup.policy': 'delete',
      'retention.ms': String(COMMANDS_RETENTION_MS),
      'message.timestamp.type': 'LogAppendTime',
      'max.message.bytes': String(COMMAND_FACTOR * (rules.maxMessageBytes + HEADER_BUDGET_BYTES)),
    },
    // A restore reads all of it. Small segments: the last one is never compacted. A small dirty ratio: the marker of
    // each commit is kept as long as a tombstone and counts as clean, so that with the broker's 0.5 the log of a
    // busy partition (67 MB of markers a day) would not be compacted before it had twice their length.
    laneLog: {
      'cleanup.policy': 'compact',
      'segment.bytes': String(16 * 1024 * 1024),
      'min.cleanable.dirty.ratio': '0.1',
      'delete.retention.ms': String(TOMBSTONES_RETENTION_MS),
      'max.message.bytes': String(rules.maxMessageBytes + HEADER_BUDGET_BYTES),
    },
  }) as const satisfies Record<string, NewTopic['config']>;

/** The topics that are named after a source and have as many partitions. */
export const internalTopics = (applicationId: string, source: string, tiers: readonly RetryTier[]) =>
  [
    { name: deadLetterTopic(applicationId, source), policy: 'deadLetters' },
    { name: laneLogTopic(applicationId, source), policy: 'laneLog' },
    ...tiers.map((tier) => ({
      name: retryTopic(applicationId, source, tier.name),
      policy: 'retry' as const,
    })),
    { name: commandsTopic(applicationId, source), policy: 'commands' },
  ] as const;

/**
 * What to do about the topics as they are (`counts`: partitions by name, 0 for a missing one). Nothing yet of a
 * sub-topology whose own source topic is to be made by another one.
 */
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
    if (has === 0 && needs.ownSources.has(topic)) return { steps, problems };
    if (has === 0) missing(topic, partitions, policy.source);
    else if (has !== partitions) {
      const message = `Source topics of one sub-topology must have the same number of partitions: ${topic} has ${has}, another has ${partitions}.`;
      problems.push({ topic, message });
    }
  }

  for (const { beside, name, partitions: wanted } of needs.ownTopics) {
    const besides = beside.map(found).filter((count) => count > 0);
    const count = wanted ?? (besides.length > 0 ? Math.max(...besides) : partitions);
    const has = found(name);
    if (has === 0) missing(name, count, policy.repartition);
    else if (wanted !== null && has !== wanted) {
      const message = `Repartition topic ${name} has ${has} partition(s), and the topology asks for ${wanted}: keys would change their partition. Give it another name, or delete it while the application is stopped and all of it has been read.`;
      problems.push({ topic: name, message });
    }
  }

  for (const topic of needs.outputTopics)
    if (found(topic) === 0) missing(topic, rules.partitions, policy.output);

  for (const { name: topic, policy: of } of internalTopics(applicationId, needs.source, rules.retryTiers)) {
    const has = found(topic);
    if (has === 0) missing(topic, partitions, policy[of]);
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
