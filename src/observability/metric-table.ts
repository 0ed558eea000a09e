/**
 * Every metric of the service: the registry, the tests and the documentation are made from this table.
 * Names are without the prefix (METRICS_PREFIX) and never change their meaning: dashboards and alerts
 * of users name them. Labels have values from bounded sets; no label ever holds text of a record.
 */
export type MetricType = 'counter' | 'gauge' | 'histogram';

export interface Metric {
  readonly type: MetricType;
  readonly help: string;
  readonly labels: readonly string[];
  /** Upper bounds, in the metric's unit; histograms only. */
  readonly buckets?: readonly number[];
}

export const METRICS = {
  message_count_total: {
    type: 'counter',
    help: 'Source records whose outcome is committed, by event type and outcome (processed, dropped, dead-letter).',
    labels: ['topic', 'type', 'outcome'],
  },
  dlq_count_total: {
    type: 'counter',
    help: 'Records written to the dead letter queue and committed, by source topic and reason.',
    labels: ['topic', 'reason'],
  },
  retry_count_total: {
    type: 'counter',
    help: "Failed attempts that are tried again; tier is immediate or a retry topic's delay.",
    labels: ['topic', 'tier', 'reason'],
  },
  emission_patience_total: {
    type: 'counter',
    help: 'Source records that became a lane because results had waited behind them for EMISSION_PATIENCE_MS, committed.',
    labels: ['topic'],
  },
  stale_retries_total: {
    type: 'counter',
    help: 'Retry records that were skipped because their lane has gone on since, by retry topic.',
    labels: ['topic'],
  },
  commands_total: {
    type: 'counter',
    help: 'Commands whose outcome is committed, by command (release, skip, redrive, dismiss, unknown) and outcome (done, ignored, refused).',
    labels: ['command', 'outcome'],
  },
  commits_total: {
    type: 'counter',
    help: 'Ends of commit cycles, by outcome (committed, aborted, unknown, fatal).',
    labels: ['outcome'],
  },
  commit_duration_seconds: {
    type: 'histogram',
    help: 'Time from the beginning of a commit to its end, whatever its outcome.',
    labels: [],
    buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30],
  },
  rebalances_total: {
    type: 'counter',
    help: 'Changes of the assignment, by kind (assign, revoke, lost).',
    labels: ['kind'],
  },
  rebalanced_partitions_total: {
    type: 'counter',
    help: 'Partitions that came and went with them, by kind (assign, revoke, lost).',
    labels: ['kind'],
  },
  latency_seconds: {
    type: 'histogram',
    help: 'Age of the oldest record of each commit when its effects are committed; stage read-to-commit: since it was read.',
    labels: ['topic', 'stage'],
    buckets: [0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300],
  },
  state: {
    type: 'gauge',
    help: '1 for the state that the process is in, 0 for every other.',
    labels: ['state'],
  },
  tasks: { type: 'gauge', help: 'Tasks of this process, by state.', labels: ['state'] },
  uncommitted_records: {
    type: 'gauge',
    help: 'Records taken and not yet committed (credit in use; the bound is MAX_UNCOMMITTED).',
    labels: [],
  },
  paused_partitions: { type: 'gauge', help: 'Assigned partitions that are not being read.', labels: [] },
  refused_partitions: {
    type: 'gauge',
    help: 'Partition numbers that are assigned and refused: not processed, and tried again every 30 s; the reason is in /status.',
    labels: [],
  },
  restore_progress_ratio: {
    type: 'gauge',
    help: 'Part of its changelog (lanes and state stores) that a task has replayed, 0 to 1; tasks that restore only.',
    labels: ['task'],
  },
  lanes: {
    type: 'gauge',
    help: 'Keys with a failed or slow record at their head, by status (retrying, parked).',
    labels: ['status'],
  },
  lane_followers: { type: 'gauge', help: 'Records that wait behind the heads of lanes.', labels: [] },
  lane_bytes: { type: 'gauge', help: 'Bytes of records that lanes hold in memory.', labels: [] },
  lane_oldest_head_age_seconds: {
    type: 'gauge',
    help: 'How long the oldest head of a lane, retrying or parked, has been failing; 0 without one.',
    labels: [],
  },
  held_retries: {
    type: 'gauge',
    help: 'Heads of lanes that wait for their due time.',
    labels: [],
  },
  breaker_open: {
    type: 'gauge',
    help: '1 while the circuit breaker pauses reading because first attempts fail (BREAKER_RATIO), else 0.',
    labels: [],
  },
  store_entries: {
    type: 'gauge',
    help: 'Entries of a state store in memory, all tasks of this process together.',
    labels: ['store'],
  },
  store_bytes: {
    type: 'gauge',
    help: 'Bytes of the keys and values of a state store in memory, all tasks of this process together.',
    labels: ['store'],
  },
  partition_lag: {
    type: 'gauge',
    help: 'Records between the position of this process and the end of the partition; assigned partitions only.',
    labels: ['topic', 'partition'],
  },
  build_info: {
    type: 'gauge',
    help: 'Always 1: version of the service, version of the Kafka client and its features.',
    labels: ['version', 'client', 'features'],
  },
} as const satisfies Readonly<Record<string, Metric>>;

export type MetricName = keyof typeof METRICS;

/** The names of one type. */
export type NameOf<Type extends MetricType> = {
  [Name in MetricName]: (typeof METRICS)[Name]['type'] extends Type ? Name : never;
}[MetricName];

export type LabelOf<Name extends MetricName> = (typeof METRICS)[Name]['labels'][number];
