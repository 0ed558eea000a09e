/** Compares topics as they are with what they should be. Pure. */
import type { ConfigFact, TopicPartitionFacts } from '../cluster/inspector.js';
import type { ExpectedTopic } from './expected-topics.js';

export type Difference =
  | { readonly kind: 'missing' }
  | { readonly kind: 'partitions' | 'replication'; readonly expected: number; readonly found: number }
  | {
      readonly kind: 'config';
      readonly name: string;
      readonly expected: string;
      /** Null: the broker does not tell. */
      readonly found: string | null;
    };

export interface TopicFinding {
  readonly expected: ExpectedTopic;
  /** Null: it is missing. */
  readonly partitions: readonly TopicPartitionFacts[] | null;
  readonly differences: readonly Difference[];
}

type Fits = (found: string, expected: string) => boolean;

const equal: Fits = (found, expected) => found === expected;
/** Kafka's -1 is "no limit". */
const size = (text: string): number => (text === '-1' ? Infinity : Number(text));
const atLeast: Fits = (found, expected) => size(found) >= size(expected);
const atMost: Fits = (found, expected) => size(found) <= size(expected);
const sameWords: Fits = (found, expected) => {
  const words = (text: string): string =>
    text
      .split(',')
      .map((word) => word.trim())
      .sort()
      .join();
  return words(found) === words(expected);
};

/** What keeps more, or takes more, does no harm. */
const FITS: Readonly<Record<string, Fits>> = {
  'cleanup.policy': sameWords,
  'retention.ms': atLeast,
  'max.message.bytes': atLeast,
  'delete.retention.ms': atLeast,
  'segment.bytes': atMost,
  'min.cleanable.dirty.ratio': atMost,
};

const configDifferences = (expected: ExpectedTopic, configs: readonly ConfigFact[]): readonly Difference[] =>
  Object.entries(expected.config).flatMap(([name, wanted]): readonly Difference[] => {
    const found = configs.find((config) => config.name === name)?.value ?? null;
    const fits = FITS[name] ?? equal;
    return found !== null && fits(found, wanted) ? [] : [{ kind: 'config', name, expected: wanted, found }];
  });

const structureDifferences = (
  expected: ExpectedTopic,
  partitions: readonly TopicPartitionFacts[],
): readonly Difference[] => {
  const replicas = Math.min(...partitions.map((partition) => partition.replicas.length));
  return [
    ...(partitions.length === expected.partitions
      ? []
      : [{ kind: 'partitions' as const, expected: expected.partitions, found: partitions.length }]),
    ...(replicas >= expected.replicationFactor
      ? []
      : [{ kind: 'replication' as const, expected: expected.replicationFactor, found: replicas }]),
  ];
};

export const findingOf = (
  expected: ExpectedTopic,
  partitions: readonly TopicPartitionFacts[] | undefined,
  configs: readonly ConfigFact[],
): TopicFinding =>
  partitions === undefined
    ? { expected, partitions: null, differences: [{ kind: 'missing' }] }
    : {
        expected,
        partitions,
        differences: [...structureDifferences(expected, partitions), ...configDifferences(expected, configs)],
      };
