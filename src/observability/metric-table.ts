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
  /** How the values of several processes (PROCESSES) become the one that is shown. Default: their sum. */
  readonly combined?: 'max' | 'min' | 'first';
  /** It is told by the supervisor of several processes (PROCESSES), not by each of them. */
  readonly by?: 'supervisor';
}

/** Of dead letters: nothing was attempted. */
export const REASONS_WITHOUT_ATTEMPT = ['skipped', 'lane-full'] as const;

export const METRICS = {
  message_count_total: {
    type: 'counter',
    help: 'Source records whose outcome is committed, by event type and outcome (processed, dropped, dead-letter).',
    labels: ['topic', 'type', 'outcome'],
  },
  message_rate: {
    type: 'gauge',
    help: 'Source records a second whose outcome was committed, over the last minute.',
    labels: [],
  },
  error_rate: {
    type: 'gauge',
    help: 'Failed attempts a second, over the last minute: those that are tried again and those that ended in the dead letter queue.',
    labels: [],
  },
  output_count_total: {
    type: 'counter',
    help: 'Records written to output topics of the topology, repartition topics included, and committed.',
    labels: ['topic'],
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
    help: 'Time from the beginning of a commit to its end, whatever its outcome; not what was sent ahead of it.',
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
    help: 'Of each commit, its slowest record: stage attempt: its longest attempt; read-to-commit: from reading it to the commit; end-to-end: from its timestamp to the commit.',
    labels: ['topic', 'stage'],
    buckets: [0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 900, 3600],
  },
  state: {
    type: 'gauge',
    help: '1 for the state that the process is in, 0 for every other; of several processes, how many are in it.',
    labels: ['state'],
  },
  tasks: { type: 'gauge', help: 'Tasks of this process, by state.', labels: ['state'] },
  uncommitted_records: {
    type: 'gauge',
    help: 'Records taken and not yet committed (credit in use; the bound is MAX_UNCOMMITTED).',
    labels: [],
  },
  max_uncommitted_records: {
    type: 'gauge',
    help: 'The bound of uncommitted_records (MAX_UNCOMMITTED).',
    labels: [],
  },
  queued_records: {
    type: 'gauge',
    help: 'Source records taken that wait for their attempt or, with a result, for the ones before them.',
    labels: [],
  },
  running_attempts: {
    type: 'gauge',
    help: 'Attempts under way: handlers that have not answered yet, and records that wait in memory for their next immediate attempt.',
    labels: [],
  },
  oldest_unprocessed_age_seconds: {
    type: 'gauge',
    help: 'Age, by its timestamp, of the oldest source record of an assigned partition that is not committed; where lag waits and none is taken, of the last one that was, or since the partition was assigned; 0 without lag; absent while the lag is not known.',
    labels: ['topic', 'partition'],
    combined: 'max',
  },
  paused_partitions: { type: 'gauge', help: 'Assigned partitions that are not being read.', labels: [] },
  held_partitions: {
    type: 'gauge',
    help: 'Assigned partitions that are not being read, by reason (restoring, credit, bound, breaker, refused, draining); one may be held by several.',
    labels: ['reason'],
  },
  refused_partitions: {
    type: 'gauge',
    help: 'Partition numbers that are assigned and refused: not processed, and tried again every 30 s; the reason is in /status.',
    labels: [],
  },
  restore_progress_ratio: {
    type: 'gauge',
    help: 'Part of its changelog (lanes and state stores) that a task has replayed, 0 to 1; tasks that restore only.',
    labels: ['task'],
    combined: 'min',
  },
  restore_age_seconds: {
    type: 'gauge',
    help: 'How long a task has been restoring; tasks that restore only.',
    labels: ['task'],
    combined: 'max',
  },
  task_queued_records: {
    type: 'gauge',
    help: 'As queued_records, of one task.',
    labels: ['task'],
  },
  task_running_attempts: { type: 'gauge', help: 'As running_attempts, of one task.', labels: ['task'] },
  task_uncommitted_records: {
    type: 'gauge',
    help: 'As uncommitted_records, of one task.',
    labels: ['task'],
  },
  task_lanes: { type: 'gauge', help: 'As lanes, of one task, whatever their status.', labels: ['task'] },
  task_lane_followers: { type: 'gauge', help: 'As lane_followers, of one task.', labels: ['task'] },
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
    combined: 'max',
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
    combined: 'max',
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
    help: 'Records between the position of this process and the end of the partition, of a paused one at most 30 s ago; assigned partitions only.',
    labels: ['topic', 'partition'],
    combined: 'max',
  },
  last_poll_age_seconds: {
    type: 'gauge',
    help: 'Since the poll loop last turned; absent while there is none.',
    labels: [],
    combined: 'max',
  },
  last_commit_age_seconds: {
    type: 'gauge',
    help: 'Since the last commit that succeeded, or since the session began; absent without a session. Without records nothing is committed.',
    labels: [],
    combined: 'max',
  },
  sessions_total: {
    type: 'counter',
    help: 'Sessions with the cluster that were opened: 1 after the start; each further one means that the clients were made anew.',
    labels: [],
  },
  health: {
    type: 'gauge',
    help: '1 while a probe (live, ready, started) would be answered 200, else 0.',
    labels: ['probe'],
    combined: 'min',
  },
  failed_checks: {
    type: 'gauge',
    help: '1 for each check of a probe that fails, by name as in its answer; 0 for the others.',
    labels: ['probe', 'check'],
    combined: 'max',
  },
  client_brokers: {
    type: 'gauge',
    help: 'Brokers that a Kafka client (source, transactional, acknowledged) knows, by state (up, down).',
    labels: ['client', 'state'],
  },
  client_broker_rtt_seconds: {
    type: 'gauge',
    help: 'Round trip to the slowest broker of a Kafka client, mean of the last seconds.',
    labels: ['client'],
    combined: 'max',
  },
  client_queued_records: {
    type: 'gauge',
    help: 'Records in the queues of a Kafka client: of a producer those that are not acknowledged, of a consumer those that were fetched and not read.',
    labels: ['client'],
  },
  client_queued_bytes: { type: 'gauge', help: 'As client_queued_records, in bytes.', labels: ['client'] },
  client_bytes_total: {
    type: 'counter',
    help: 'Bytes that a Kafka client has sent and received, by direction (sent, received).',
    labels: ['client', 'direction'],
  },
  client_events_total: {
    type: 'counter',
    help: 'What Kafka clients reported outside of any call, by kind (brokers-down, broker-lost, poll-too-late, ...).',
    labels: ['client', 'kind'],
  },
  processes: {
    type: 'gauge',
    help: 'Stream processes of this container, by state (running, starting, waiting); waiting: it ended and is started again after a back-off.',
    labels: ['state'],
    by: 'supervisor',
  },
  process_restarts_total: {
    type: 'counter',
    help: 'Stream processes of this container that ended unasked and were started again.',
    labels: [],
    by: 'supervisor',
  },
  build_info: {
    type: 'gauge',
    help: 'Always 1: version of the service, version of the Kafka client and its features.',
    labels: ['version', 'client', 'features'],
    combined: 'first',
  },
} as const satisfies Readonly<Record<string, Metric>>;

export type MetricName = keyof typeof METRICS;

/** The names of one type. */
export type NameOf<Type extends MetricType> = {
  [Name in MetricName]: (typeof METRICS)[Name]['type'] extends Type ? Name : never;
}[MetricName];

export type LabelOf<Name extends MetricName> = (typeof METRICS)[Name]['labels'][number];
