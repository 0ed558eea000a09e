/** The dashboard of those who own the service: is it keeping up, what fails, what waits, and what to do about it. */
import { ALERT_RULES, runbookUrl, type AlertRule } from './alert-rules.js';
import { attemptsOf, failuresOf } from './attempts.js';
import { shown, WINDOW, type Dashboard, type Row } from './dashboard.js';
import { figure, graph, list, type Panel } from './panel.js';
import { by, increase, quantile, rate } from './promql.js';

const TOPIC = { topic: '=~$topic' } as const;

const messages = shown.of('message_count_total', TOPIC);
const retries = shown.of('retry_count_total', TOPIC);
const deadLetters = shown.of('dlq_count_total', TOPIC);
const lag = shown.of('partition_lag', TOPIC);
const age = shown.of('oldest_unprocessed_age_seconds', TOPIC);

const attempts = by('sum', [], attemptsOf(shown, WINDOW, TOPIC));
const failures = by('sum', [], failuresOf(shown, WINDOW, TOPIC));
const slope = by('sum', ['topic'], `deriv(${lag}[${WINDOW}])`);

const whatToDo = (): Panel => {
  const links = Object.entries<AlertRule>(ALERT_RULES).map(
    ([name, { runbook }]) => `| ${name} | [${runbook}](${runbookUrl(runbook, '${RUNBOOK:raw}')}) |`,
  );
  return {
    kind: 'text',
    title: 'What to do',
    note: 'Alerts and the part of the runbook that says how to look and what to do; RUNBOOK, a variable of this dashboard, says where it is.',
    width: 24,
    height: 9,
    markdown: ['| alert | go to |', '| --- | --- |', ...links].join('\n'),
  };
};

const now: Row = {
  title: 'Now',
  panels: [
    figure({
      title: 'Ready instances',
      unit: 'short',
      target: { expr: by('sum', [], shown.of('health', { probe: 'ready' })), legend: 'ready' },
    }),
    figure({
      title: 'Records a second',
      unit: 'cps',
      target: { expr: by('sum', [], shown.of('message_rate')), legend: 'records a second' },
    }),
    figure({
      title: 'Attempts that fail',
      note: 'Part of all attempts.',
      unit: 'percentunit',
      target: { expr: `(${failures} or vector(0)) / ${attempts}`, legend: 'failed' },
      steps: { orange: 0.01, red: 0.05 },
    }),
    figure({
      title: 'Lag',
      unit: 'short',
      target: { expr: by('sum', [], by('max', ['topic', 'partition'], lag)), legend: 'records' },
    }),
    figure({
      title: 'Oldest record that waits',
      unit: 's',
      target: { expr: by('max', [], age), legend: 'age' },
      steps: { orange: 60, red: 600 },
    }),
    figure({
      title: 'Keys that stand still',
      unit: 'short',
      target: { expr: by('sum', [], shown.of('lanes', { status: 'parked' })), legend: 'parked' },
      steps: { orange: 1 },
    }),
    figure({
      title: 'Refused partitions',
      unit: 'short',
      target: { expr: by('sum', [], shown.of('refused_partitions')), legend: 'refused' },
      steps: { red: 1 },
    }),
    figure({
      title: 'Breakers open',
      unit: 'short',
      target: { expr: by('sum', [], shown.of('breaker_open')), legend: 'open' },
      steps: { red: 1 },
    }),
    whatToDo(),
  ],
};

const flow: Row = {
  title: 'Flow',
  panels: [
    graph({
      title: 'Records by outcome',
      unit: 'cps',
      stacked: true,
      targets: [{ expr: by('sum', ['outcome'], rate(messages, WINDOW)), legend: '{{outcome}}' }],
    }),
    graph({
      title: 'Records by type',
      unit: 'cps',
      stacked: true,
      targets: [{ expr: by('sum', ['type'], rate(messages, WINDOW)), legend: '{{type}}' }],
    }),
    graph({
      title: 'Results by topic',
      unit: 'cps',
      targets: [
        { expr: by('sum', ['topic'], rate(shown.of('output_count_total'), WINDOW)), legend: '{{topic}}' },
      ],
    }),
  ],
};

const errors: Row = {
  title: 'Errors',
  panels: [
    graph({
      title: 'Failed attempts',
      unit: 'cps',
      targets: [{ expr: by('sum', ['instance'], shown.of('error_rate')), legend: '{{instance}}' }],
    }),
    graph({
      title: 'Retries by tier',
      unit: 'cps',
      stacked: true,
      targets: [{ expr: by('sum', ['tier'], rate(retries, WINDOW)), legend: '{{tier}}' }],
    }),
    graph({
      title: 'Retries by reason',
      unit: 'cps',
      stacked: true,
      targets: [{ expr: by('sum', ['reason'], rate(retries, WINDOW)), legend: '{{reason}}' }],
    }),
  ],
};

const backlog: Row = {
  title: 'Lag',
  panels: [
    graph({
      title: 'Lag by partition',
      unit: 'short',
      targets: [{ expr: by('max', ['topic', 'partition'], lag), legend: '{{topic}} {{partition}}' }],
    }),
    graph({
      title: 'Slope of the lag',
      note: 'Records a second by which the lag grows; below 0 it drains.',
      unit: 'cps',
      signed: true,
      targets: [{ expr: slope, legend: '{{topic}}' }],
    }),
    graph({
      title: 'Time until it is drained',
      note: 'The lag by its slope; nothing while the lag grows.',
      unit: 's',
      targets: [{ expr: `${by('sum', ['topic'], lag)} / -(${slope} < 0)`, legend: '{{topic}}' }],
    }),
    graph({
      title: 'Oldest record that waits, by partition',
      unit: 's',
      targets: [{ expr: by('max', ['topic', 'partition'], age), legend: '{{topic}} {{partition}}' }],
    }),
  ],
};

const latencyOf = (title: string, stage: string, note: string): Panel =>
  graph({
    title,
    note,
    unit: 's',
    targets: ['0.5', '0.95', '0.99'].map((part) => ({
      expr: quantile(part, ['topic'], shown.buckets('latency_seconds', { ...TOPIC, stage }), WINDOW),
      legend: `{{topic}} ${Number(part) * 100} %`,
    })),
  });

const latency: Row = {
  title: 'Latency',
  panels: [
    latencyOf('End to end', 'end-to-end', 'From the timestamp of the record to the commit of its outcome.'),
    latencyOf('From reading to the commit', 'read-to-commit', 'What this service adds.'),
    latencyOf('Attempts', 'attempt', 'What the processor and the calls that it makes take.'),
  ],
};

const lanes: Row = {
  title: 'Lanes and tiers',
  panels: [
    graph({
      title: 'Lanes',
      unit: 'short',
      stacked: true,
      targets: [{ expr: by('sum', ['status'], shown.of('lanes')), legend: '{{status}}' }],
    }),
    graph({
      title: 'Records behind heads, and heads that wait for their time',
      unit: 'short',
      targets: [
        { expr: by('sum', [], shown.of('lane_followers')), legend: 'followers' },
        { expr: by('sum', [], shown.of('held_retries')), legend: 'heads that wait' },
      ],
    }),
    graph({
      title: 'Age of the oldest head',
      unit: 's',
      targets: [
        { expr: by('max', ['instance'], shown.of('lane_oldest_head_age_seconds')), legend: '{{instance}}' },
      ],
    }),
    graph({
      title: 'Memory of lanes',
      unit: 'bytes',
      targets: [{ expr: by('sum', ['instance'], shown.of('lane_bytes')), legend: '{{instance}}' }],
    }),
    graph({
      title: 'Slow and stale',
      unit: 'cps',
      targets: [
        {
          expr: by('sum', ['topic'], rate(shown.of('emission_patience_total'), WINDOW)),
          legend: 'became a lane, slow: {{topic}}',
        },
        {
          expr: by('sum', ['topic'], rate(shown.of('stale_retries_total'), WINDOW)),
          legend: 'stale retry: {{topic}}',
        },
      ],
    }),
    graph({
      title: 'Commands of operators',
      unit: 'short',
      targets: [
        {
          expr: by('sum', ['command', 'outcome'], increase(shown.of('commands_total'), WINDOW)),
          legend: '{{command}} {{outcome}}',
        },
      ],
    }),
  ],
};

const dlq: Row = {
  title: 'Dead letters',
  panels: [
    graph({
      title: 'Dead letters by reason',
      note: 'The first of a reason after a start cannot be seen here: its series begins with it.',
      unit: 'cps',
      stacked: true,
      width: 12,
      targets: [
        { expr: by('sum', ['topic', 'reason'], rate(deadLetters, WINDOW)), legend: '{{topic}} {{reason}}' },
      ],
    }),
    list({
      title: 'Dead letters since the processes started',
      note: 'All of them, the first of each reason included. What is in the topic, `audit-lanes dlq list` tells.',
      unit: 'short',
      width: 12,
      target: { expr: by('sum', ['topic', 'reason'], deadLetters), legend: '{{topic}} {{reason}}' },
      columns: { topic: 'Topic', reason: 'Reason', Value: 'Dead letters' },
    }),
  ],
};

export const SERVICE_DASHBOARD: Dashboard = {
  uid: 'audit-lanes-service',
  title: 'audit-lanes: service',
  description: 'Does it keep up, what fails, what waits, and what to do about it.',
  byTopic: true,
  rows: [now, flow, errors, backlog, latency, lanes, dlq],
};
