/**
 * The alerts. Each says in a line what is wrong, in a sentence what it means for the data, and names the part of
 * docs/runbook.md that says how to look and what to do. `critical`: records are late, or will be, until somebody acts;
 * `warning`: somebody should look today.
 */
import { by, increase, metricsWith } from './promql.js';
import { SERVICE } from './recording-rules.js';

export interface AlertRule {
  readonly expr: string;
  readonly for: string;
  readonly severity: 'critical' | 'warning';
  readonly summary: string;
  readonly description: string;
  /** The heading of the part of docs/runbook.md. */
  readonly runbook: string;
}

const metric = metricsWith({});

const WHO = '{{ $labels.job }}';
const PLACE = 'partition {{ $labels.partition }} of {{ $labels.topic }}';

/** Those that a service has given within a day: a service that is gone is still known. */
const KNOWN = by('count', SERVICE, `count_over_time(${metric.of('build_info')}[1d])`);

const deadLetters = metric.of('dlq_count_total');

export const ALERT_RULES = {
  AuditLanesTargetDown: {
    expr: `up == 0 and on (${SERVICE.join(', ')}) ${KNOWN}`,
    for: '2m',
    severity: 'critical',
    summary: `${WHO}: {{ $labels.instance }} cannot be scraped`,
    description:
      'Prometheus gets no answer from it. If the process is gone, others take its partitions over when its session has ended; what it shows is missing everywhere here.',
    runbook: 'It cannot be scraped',
  },
  AuditLanesAbsent: {
    expr: `${KNOWN} unless on (${SERVICE.join(', ')}) ${metric.of('build_info')}`,
    for: '5m',
    severity: 'critical',
    summary: `${WHO}: no process of it is left`,
    description:
      'It was scraped within the last day, and now no process of it answers. Nothing is read; lag and ages are not known.',
    runbook: 'It cannot be scraped',
  },
  AuditLanesNotReady: {
    expr: `${by('min', [...SERVICE, 'instance'], metric.of('health', { probe: 'ready' }))} == 0`,
    for: '10m',
    severity: 'warning',
    summary: `${WHO}: {{ $labels.instance }} is not ready`,
    description: 'It has not joined, has not restored, has no broker, or is stopping, for ten minutes.',
    runbook: 'Not ready',
  },
  AuditLanesNoProgress: {
    // The age of a record that waits grows by 600. What grows by more is another, older record: a backlog is begun.
    expr: 'min_over_time(partition_lag[10m]) > 0 and delta(oldest_unprocessed_age[10m]) > 540 < 660',
    for: '2m',
    severity: 'critical',
    summary: `${WHO}: ${PLACE} makes no progress`,
    description:
      '{{ $value | humanize }} records or more have been waiting for ten minutes, and the first of them is still the same one.',
    runbook: 'One partition stands still',
  },
  AuditLanesLagWillNotDrain: {
    expr: [
      'topic_lag',
      // A topic of which nothing was processed has no rate.
      `  > 300 * (${by('sum', [...SERVICE, 'topic'], 'message_rate')} or 0 * topic_lag)`,
      '  and predict_linear(topic_lag[15m], 3600) > 0',
    ].join('\n'),
    for: '15m',
    severity: 'warning',
    summary: `${WHO}: the lag of {{ $labels.topic }} will not be gone in an hour`,
    description:
      '{{ $value | humanize }} records wait, more than are processed in five minutes, and as it has gone for a quarter of an hour some will be left in an hour.',
    runbook: 'Lag grows',
  },
  AuditLanesErrorRatio: {
    expr: 'error_ratio > 0.05',
    for: '10m',
    severity: 'warning',
    summary: `${WHO}: {{ $value | humanizePercentage }} of the attempts on {{ $labels.topic }} fail`,
    description:
      'Keys with a failed record wait for its retries, and what fails in all of them becomes a dead letter or is parked.',
    runbook: 'Attempts fail',
  },
  AuditLanesBreakerOpen: {
    expr: `${by('max', [...SERVICE, 'instance'], metric.of('breaker_open'))} == 1`,
    for: '5m',
    severity: 'critical',
    summary: `${WHO}: {{ $labels.instance }} does not read, because nearly everything fails`,
    description:
      'The circuit breaker is open: what the processor calls is down. No attempts are used up, and lag grows until it is back.',
    runbook: 'The breaker is open',
  },
  AuditLanesDeadLetters: {
    // A series that begins above 0 has no increase: what is there now and was not before counts as a whole.
    expr: by(
      'sum',
      [...SERVICE, 'topic', 'reason'],
      `\n  ${increase(deadLetters, '15m')} > 0\n  or\n  (${deadLetters} > 0 unless ${deadLetters} offset 15m)\n`,
    ),
    for: '0m',
    severity: 'warning',
    summary: `${WHO}: dead letters of {{ $labels.topic }}, reason {{ $labels.reason }}`,
    description:
      'About {{ $value | humanize }} within a quarter of an hour. They are kept for RETENTION_DLQ, and can be replayed until then.',
    runbook: 'Dead letters',
  },
  AuditLanesParked: {
    expr: `${by('sum', SERVICE, metric.of('lanes', { status: 'parked' }))} > 0`,
    for: '5m',
    severity: 'warning',
    summary: `${WHO}: keys that stand still: {{ $value }}`,
    description:
      'A record of each cannot be processed, and with DLQ_POLICY=park everything behind it waits until somebody decides.',
    runbook: 'A key stands still',
  },
  AuditLanesOldestHead: {
    expr: `${by('max', SERVICE, metric.of('lane_oldest_head_age_seconds'))} > 900`,
    for: '5m',
    severity: 'warning',
    summary: `${WHO}: a key has been waiting for {{ $value | humanizeDuration }}`,
    description:
      'The head of its lane has been failing for longer than all delays of RETRY_TIERS together should take; what follows it is as late.',
    runbook: 'A key stands still',
  },
  AuditLanesRebalanceStorm: {
    expr: `${by('max', SERVICE, increase(metric.of('rebalances_total', { kind: '=~revoke|lost' }), '15m'))} > 5`,
    // Longer than a deployment, in which each process that comes or goes takes partitions away.
    for: '30m',
    severity: 'warning',
    summary: `${WHO}: partitions are taken away again and again`,
    description:
      'A process has lost partitions {{ $value | humanize }} times within a quarter of an hour, and it has been so for half an hour. Each time tasks restore before they go on.',
    runbook: 'Rebalances do not end',
  },
  AuditLanesPartitionRefused: {
    expr: `${by('sum', SERVICE, metric.of('refused_partitions'))} > 0`,
    for: '1m',
    severity: 'critical',
    summary: `${WHO}: partitions refused: {{ $value }}`,
    description:
      'They are assigned and not processed, because their position cannot be trusted. All others go on; these wait for a decision.',
    runbook: 'A partition is refused',
  },
  AuditLanesRestoreTooLong: {
    expr: `${by('max', [...SERVICE, 'task'], metric.of('restore_age_seconds'))} > 600`,
    for: '1m',
    severity: 'warning',
    summary: `${WHO}: task {{ $labels.task }} has been restoring for {{ $value | humanizeDuration }}`,
    description: 'Its partitions are not processed before it has replayed its lane log.',
    runbook: 'A restore takes long',
  },
  AuditLanesProcessRestarts: {
    // A process alone cannot count its own ends; the time of its start changes.
    expr: [
      `${by('sum', [...SERVICE, 'instance'], increase(metric.of('process_restarts_total'), '30m'))} > 2`,
      'or',
      `${by('max', [...SERVICE, 'instance'], 'changes(process_start_time_seconds[30m])')} > 2`,
      `  and on (${SERVICE.join(', ')}) ${KNOWN}`,
    ].join('\n'),
    for: '0m',
    severity: 'warning',
    summary: `${WHO}: processes of {{ $labels.instance }} end by themselves`,
    description:
      'It, or its stream processes (PROCESSES), ended and were started again about {{ $value | humanize }} times within half an hour.',
    runbook: 'The service does not start or ends',
  },
} as const satisfies Readonly<Record<string, AlertRule>>;

export type AlertName = keyof typeof ALERT_RULES;

/** A heading's anchor, as GitHub and our documents have it. */
export const anchorOf = (heading: string): string =>
  heading
    .toLowerCase()
    .replace(/[^a-z0-9 _-]/g, '')
    .trim()
    .replaceAll(' ', '-');

/** Prometheus' external label `runbook` says where docs/runbook.md is to be read. */
const RUNBOOK = '{{ with $externalLabels.runbook }}{{ . }}{{ else }}docs/runbook.md{{ end }}';

export const runbookUrl = (heading: string, runbook = RUNBOOK): string => `${runbook}#${anchorOf(heading)}`;
