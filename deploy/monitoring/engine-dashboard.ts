/** The dashboard of those who look inside: processes, tasks, commits, rebalances, restores, Kafka clients. */
import { shown, WINDOW, type Dashboard, type Row } from './dashboard.js';
import { graph, list, type Panel } from './panel.js';
import { processRow } from './process-panels.js';
import { by, increase, quantile, rate } from './promql.js';

const processes: Row = {
  title: 'Processes',
  panels: [
    graph({
      title: 'State',
      unit: 'short',
      stacked: true,
      targets: [{ expr: `${by('sum', ['state'], shown.of('state'))} > 0`, legend: '{{state}}' }],
    }),
    graph({
      title: 'Probes that are good',
      unit: 'short',
      targets: [
        { expr: by('sum', ['instance', 'probe'], shown.of('health')), legend: '{{instance}} {{probe}}' },
      ],
    }),
    graph({
      title: 'Checks that fail',
      unit: 'short',
      targets: [
        {
          expr: by('sum', ['instance', 'probe', 'check'], shown.of('failed_checks')),
          legend: '{{instance}} {{probe}}: {{check}}',
        },
      ],
    }),
    graph({
      title: 'Stream processes',
      unit: 'short',
      stacked: true,
      targets: [
        { expr: by('sum', ['instance', 'state'], shown.of('processes')), legend: '{{instance}} {{state}}' },
      ],
    }),
    graph({
      title: 'Restarts and sessions',
      unit: 'short',
      targets: [
        {
          expr: by('sum', ['instance'], increase(shown.of('process_restarts_total'), WINDOW)),
          legend: '{{instance}} restarts',
        },
        {
          expr: by('sum', ['instance'], increase(shown.of('sessions_total'), WINDOW)),
          legend: '{{instance}} sessions',
        },
      ],
    }),
    list({
      title: 'Builds',
      unit: 'short',
      target: {
        expr: by('max', ['instance', 'version', 'client', 'features'], shown.of('build_info')),
        legend: '{{instance}} {{version}}',
      },
      columns: { instance: 'Instance', version: 'Version', client: 'Client', features: 'Features' },
    }),
  ],
};

/** A gauge by task; a task is in one process at a time. */
const perTask = (
  title: string,
  name:
    | 'task_queued_records'
    | 'task_running_attempts'
    | 'task_uncommitted_records'
    | 'task_lanes'
    | 'task_lane_followers',
): Panel =>
  graph({
    title,
    unit: 'short',
    targets: [{ expr: by('sum', ['instance', 'task'], shown.of(name)), legend: '{{task}} {{instance}}' }],
  });

const tasks: Row = {
  title: 'Tasks',
  panels: [
    graph({
      title: 'Tasks by state',
      unit: 'short',
      stacked: true,
      targets: [{ expr: by('sum', ['state'], shown.of('tasks')), legend: '{{state}}' }],
    }),
    perTask('Records that wait', 'task_queued_records'),
    perTask('Attempts under way', 'task_running_attempts'),
    perTask('Records not yet committed', 'task_uncommitted_records'),
    perTask('Lanes by task', 'task_lanes'),
    perTask('Followers by task', 'task_lane_followers'),
  ],
};

const reading: Row = {
  title: 'Credit and pauses',
  panels: [
    graph({
      title: 'Credit',
      unit: 'short',
      targets: [
        {
          expr: by('sum', ['instance'], shown.of('uncommitted_records')),
          legend: '{{instance}} in use',
        },
        {
          expr: by('sum', ['instance'], shown.of('max_uncommitted_records')),
          legend: '{{instance}} bound',
        },
      ],
    }),
    graph({
      title: 'Records that wait, and attempts',
      unit: 'short',
      targets: [
        { expr: by('sum', ['instance'], shown.of('queued_records')), legend: '{{instance}} wait' },
        { expr: by('sum', ['instance'], shown.of('running_attempts')), legend: '{{instance}} run' },
      ],
    }),
    graph({
      title: 'Partitions that are not being read',
      unit: 'short',
      targets: [
        { expr: by('sum', ['reason'], shown.of('held_partitions')), legend: '{{reason}}' },
        { expr: by('sum', [], shown.of('paused_partitions')), legend: 'all' },
        { expr: by('sum', [], shown.of('refused_partitions')), legend: 'refused tasks' },
      ],
    }),
    graph({
      title: 'Circuit breaker',
      unit: 'short',
      max: 1,
      targets: [{ expr: by('max', ['instance'], shown.of('breaker_open')), legend: '{{instance}}' }],
    }),
    graph({
      title: 'Since the poll loop turned',
      unit: 's',
      targets: [{ expr: by('max', ['instance'], shown.of('last_poll_age_seconds')), legend: '{{instance}}' }],
    }),
  ],
};

const commits: Row = {
  title: 'Commits',
  panels: [
    graph({
      title: 'Commits by outcome',
      unit: 'cps',
      stacked: true,
      targets: [
        { expr: by('sum', ['outcome'], rate(shown.of('commits_total'), WINDOW)), legend: '{{outcome}}' },
      ],
    }),
    graph({
      title: 'Time of a commit',
      unit: 's',
      targets: ['0.5', '0.95', '0.99'].map((part) => ({
        expr: quantile(part, [], shown.buckets('commit_duration_seconds'), WINDOW),
        legend: `in ${Number(part) * 100} %`,
      })),
    }),
    graph({
      title: 'Since the last commit',
      unit: 's',
      targets: [
        { expr: by('max', ['instance'], shown.of('last_commit_age_seconds')), legend: '{{instance}}' },
      ],
    }),
  ],
};

const moves: Row = {
  title: 'Rebalances and restore',
  panels: [
    graph({
      title: 'Rebalances',
      unit: 'short',
      targets: [
        {
          expr: by('sum', ['kind'], increase(shown.of('rebalances_total'), WINDOW)),
          legend: '{{kind}}',
        },
        {
          expr: by('sum', ['kind'], increase(shown.of('rebalanced_partitions_total'), WINDOW)),
          legend: 'partitions, {{kind}}',
        },
      ],
    }),
    graph({
      title: 'Restore, progress',
      unit: 'percentunit',
      max: 1,
      targets: [{ expr: by('min', ['task'], shown.of('restore_progress_ratio')), legend: '{{task}}' }],
    }),
    graph({
      title: 'Restore, time',
      unit: 's',
      targets: [{ expr: by('max', ['task'], shown.of('restore_age_seconds')), legend: '{{task}}' }],
    }),
    graph({
      title: 'State stores, entries',
      unit: 'short',
      targets: [{ expr: by('sum', ['store'], shown.of('store_entries')), legend: '{{store}}' }],
    }),
    graph({
      title: 'State stores, memory',
      unit: 'bytes',
      targets: [{ expr: by('sum', ['store'], shown.of('store_bytes')), legend: '{{store}}' }],
    }),
  ],
};

const clients: Row = {
  title: 'Kafka clients',
  panels: [
    graph({
      title: 'Brokers',
      unit: 'short',
      targets: [
        // Of several processes the one that reaches fewest, and the one that misses most.
        { expr: by('min', ['client'], shown.of('client_brokers', { state: 'up' })), legend: '{{client}} up' },
        {
          expr: by('max', ['client'], shown.of('client_brokers', { state: 'down' })),
          legend: '{{client}} down',
        },
      ],
    }),
    graph({
      title: 'Round trip',
      unit: 's',
      targets: [{ expr: by('max', ['client'], shown.of('client_broker_rtt_seconds')), legend: '{{client}}' }],
    }),
    graph({
      title: 'Records in queues of clients',
      unit: 'short',
      targets: [{ expr: by('sum', ['client'], shown.of('client_queued_records')), legend: '{{client}}' }],
    }),
    graph({
      title: 'Bytes in queues of clients',
      unit: 'bytes',
      targets: [{ expr: by('sum', ['client'], shown.of('client_queued_bytes')), legend: '{{client}}' }],
    }),
    graph({
      title: 'Traffic',
      unit: 'Bps',
      targets: [
        {
          expr: by('sum', ['client', 'direction'], rate(shown.of('client_bytes_total'), WINDOW)),
          legend: '{{client}} {{direction}}',
        },
      ],
    }),
    graph({
      title: 'What clients report',
      unit: 'short',
      targets: [
        {
          expr: by('sum', ['client', 'kind'], increase(shown.of('client_events_total'), WINDOW)),
          legend: '{{client}} {{kind}}',
        },
      ],
    }),
  ],
};

export const ENGINE_DASHBOARD: Dashboard = {
  uid: 'audit-lanes-engine',
  title: 'audit-lanes: engine',
  description: 'Inside the processes: tasks, credit, commits, rebalances, restores, Kafka clients, memory.',
  byTopic: false,
  rows: [processes, tasks, reading, commits, moves, clients, processRow],
};
