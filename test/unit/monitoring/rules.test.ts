/** Rules name what the metric table has, with its labels, and each alert leads to a part of the runbook. */
import { expect } from 'chai';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ALERT_RULES, anchorOf, type AlertRule } from '../../../deploy/monitoring/alert-rules.js';
import { RECORDING_RULES } from '../../../deploy/monitoring/recording-rules.js';
import { METRICS, type Metric } from '../../../src/observability/metric-table.js';
import { projectRoot } from '../../support/broker.js';
import { groupedBy, selectorsOf, unknownIn } from '../../support/promql.js';

const RUNBOOK = readFileSync(join(projectRoot(), 'docs', 'runbook.md'), 'utf8');
const EXPRESSIONS = Object.fromEntries([
  ...RECORDING_RULES.map(({ record, labels, expr }) => [`${record} ${labels?.['quantile'] ?? ''}`, expr]),
  ...Object.entries<AlertRule>(ALERT_RULES).map(([name, { expr }]) => [name, expr]),
]) as Readonly<Record<string, string>>;

const recorded = new Map(
  RECORDING_RULES.map(({ record, labels = {}, expr }) => [
    record,
    [...(groupedBy(expr)[0] ?? []), ...Object.keys(labels)].filter((label) => label !== 'le'),
  ]),
);

describe('the rules', () => {
  it('have the seven names that the users asked for', () => {
    expect([...recorded.keys()]).to.include.members([
      'message_count',
      'message_rate',
      'error_rate',
      'retry_count',
      'dlq_count',
      'latency',
      'partition_lag',
    ]);
  });

  for (const [name, expr] of Object.entries(EXPRESSIONS)) {
    it(`${name.trim()} names metrics and labels that exist`, () => {
      expect(unknownIn(expr, recorded)).to.deep.equal([]);
    });
  }

  it('are held by a check that can fail', () => {
    const wrong = [
      'sum by (job) (rate(audit_message_count[5m]))',
      'audit_lanes{state="parked"}',
      'sum by (job, tier) (audit_partition_lag)',
      'topic_lag{partition="0"} > 3',
      'rate(audit_latency_seconds[5m])',
      'node_load1 > 3',
    ];
    for (const expr of wrong) expect(unknownIn(expr, recorded), expr).not.to.deep.equal([]);
    expect(selectorsOf('topic_lag > 3 and on (job) up == 0').map(({ name }) => name)).to.deep.equal([
      'topic_lag',
      'up',
    ]);
  });

  it('take the rate of counters only, and never the bare value of a histogram', () => {
    const histograms = Object.entries<Metric>(METRICS).filter(([, { type }]) => type === 'histogram');
    for (const [name, expr] of Object.entries(EXPRESSIONS)) {
      for (const [, metric = ''] of expr.matchAll(/(?:rate|increase)\(audit_([a-z_]+)/g))
        expect(metric, name).to.match(/_(total|bucket|sum|count)$/);
      for (const [histogram] of histograms)
        expect(expr).not.to.match(new RegExp(`audit_${histogram}(?!_bucket)`));
    }
  });

  it('do not multiply: no rule has an instance, and no label but those that are bounded', () => {
    const labels = [...recorded.values()].flat();
    const bounded = ['namespace', 'job', 'topic', 'partition', 'type', 'outcome', 'tier', 'reason', 'stage'];
    expect(labels.filter((label) => ![...bounded, 'quantile'].includes(label))).to.deep.equal([]);
  });
});

describe('the alerts', () => {
  for (const [name, rule] of Object.entries<AlertRule>(ALERT_RULES)) {
    it(`${name} leads to a part of the runbook that names it and says how to look and what to do`, () => {
      const [, part = ''] = RUNBOOK.split(`\n## ${rule.runbook}\n`);
      expect(part.split('\n## ')[0]).to.contain('audit-lanes ');
      expect(RUNBOOK).to.contain(`\`${name}\``);
      expect(anchorOf(rule.runbook)).to.match(/^[a-z-]+$/);
    });

    it(`${name} says in a line what is wrong, and for how long it must be`, () => {
      expect(rule.for).to.match(/^\d+m$/);
      expect(rule.summary)
        .to.match(/^\{\{ \$labels\.job \}\}: .{10,}/)
        .and.not.to.contain('\n');
      expect(rule.description).to.match(/^[A-Z{].{40,}\.$/);
    });

    it(`${name} tells of labels that it has`, () => {
      const used = [...`${rule.summary}${rule.description}`.matchAll(/\$labels\.(\w+)/g)].map(
        ([, label]) => label,
      );
      const of = [
        ...groupedBy(rule.expr).flat(),
        ...selectorsOf(rule.expr).flatMap(
          (one) => recorded.get(one.name) ?? (one.name === 'up' ? ['instance'] : []),
        ),
      ];
      expect(used.filter((label) => !of.includes(label ?? ''))).to.deep.equal([]);
    });
  }
});
