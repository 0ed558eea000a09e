/**
 * The recording rules: the seven names that the users asked for, and what alerts are made of. Each is about one service
 * (namespace and job) whatever the number of its processes, so that a series outlives the process that it came from.
 * No rule has a label that records could make up, but the event type, which the service bounds.
 */
import { attemptsOf, failuresOf } from './attempts.js';
import { by, metricsWith, quantile, rate } from './promql.js';

export interface RecordingRule {
  readonly record: string;
  readonly expr: string;
  readonly labels?: Readonly<Record<string, string>>;
  /** What a value of it is, for people. */
  readonly help: string;
}

/** What makes a service. Two that share a name and differ in their namespace are two. */
export const SERVICE: readonly string[] = ['namespace', 'job'];

const metric = metricsWith({});

/** Four scrapes of the usual 30 s. */
const WINDOW = '2m';
/** Failures come in bursts: a ratio needs a longer look. */
const RATIO_WINDOW = '5m';

const failed = (window: string): string => failuresOf(metric, window);
const attempts = (window: string): string => attemptsOf(metric, window);

const OF_TOPIC = [...SERVICE, 'topic'];
const OF_PARTITION = [...OF_TOPIC, 'partition'];

/** A topic that has had no failure has no series of one: its rate is 0. */
const orZero = (expr: string, window: string): string =>
  `${expr}\nor\n0 * ${by('sum', OF_TOPIC, attempts(window))}`;

const QUANTILES = ['0.5', '0.95', '0.99'] as const;

export const RECORDING_RULES: readonly RecordingRule[] = [
  {
    record: 'message_count',
    expr: by('sum', [...OF_TOPIC, 'type', 'outcome'], metric.of('message_count_total')),
    help: 'Source records whose outcome is committed, since their processes started. For changes over time take message_rate.',
  },
  {
    record: 'message_rate',
    expr: by('sum', [...OF_TOPIC, 'outcome'], rate(metric.of('message_count_total'), WINDOW)),
    help: 'Source records a second whose outcome was committed.',
  },
  {
    record: 'error_rate',
    expr: orZero(by('sum', OF_TOPIC, failed(WINDOW)), WINDOW),
    help: 'Failed attempts a second: those that are tried again and those that ended in the dead letter queue.',
  },
  {
    record: 'error_ratio',
    expr: [
      `(${orZero(by('sum', OF_TOPIC, failed(RATIO_WINDOW)), RATIO_WINDOW)})`,
      `/ ${by('sum', OF_TOPIC, attempts(RATIO_WINDOW))} >= 0`,
    ].join('\n'),
    help: 'Part of the attempts that failed, 0 to 1; nothing while there were none.',
  },
  {
    record: 'retry_count',
    expr: by('sum', [...OF_TOPIC, 'tier'], metric.of('retry_count_total')),
    help: 'Failed attempts that were tried again, by tier, since their processes started.',
  },
  {
    record: 'dlq_count',
    expr: by('sum', [...OF_TOPIC, 'reason'], metric.of('dlq_count_total')),
    help: 'Records written to the dead letter queue, by reason, since their processes started.',
  },
  ...QUANTILES.map((part) => ({
    record: 'latency',
    labels: { quantile: part },
    expr: quantile(part, [...OF_TOPIC, 'stage'], metric.buckets('latency_seconds'), WINDOW),
    help: `Of the slowest record of each commit, by stage, in seconds: ${Number(part) * 100} % of commits were faster.`,
  })),
  {
    record: 'partition_lag',
    expr: by('max', OF_PARTITION, metric.of('partition_lag')),
    help: 'Records between the position and the end of a partition, whichever process has it.',
  },
  {
    record: 'topic_lag',
    expr: by('sum', OF_TOPIC, by('max', OF_PARTITION, metric.of('partition_lag'))),
    help: 'As partition_lag, all partitions of a topic together.',
  },
  {
    record: 'oldest_unprocessed_age',
    expr: by('max', OF_PARTITION, metric.of('oldest_unprocessed_age_seconds')),
    help: 'Age of the oldest record of a partition that is not committed, in seconds, whichever process has it.',
  },
];
