/** The alerts fire when they should, say what they should, and are silent otherwise: by promtool, on series made up. */
import { expect } from 'chai';
import { join } from 'node:path';
import { ALERT_RULES, runbookUrl, type AlertName } from '../../deploy/monitoring/alert-rules.js';
import { projectRoot } from '../support/broker.js';
import { promtool, promtoolOn, RULE_FILES, RULE_GROUPS } from '../support/promtool.js';
import { ALERT_CASES, type AlertCase, type Fired } from './alert-cases.js';

const NAMES = Object.keys(ALERT_RULES) as AlertName[];
const ELSEWHERE = 'https://runbooks.example/audit-lanes.md';

/** What promtool says of an alert at a moment: `fired`, or nothing. */
const outcome = async (alert: AlertName, { series, at }: AlertCase, fired?: Fired, runbook?: string) =>
  promtool(['test', 'rules'], {
    rule_files: RULE_FILES,
    evaluation_interval: '30s',
    // Unsaid, promtool takes the groups in a random order, and an alert may see what its rule recorded half a minute ago.
    group_eval_order: RULE_GROUPS,
    tests: [
      {
        interval: '30s',
        input_series: Object.entries(series).map(([name, values]) => ({ series: name, values })),
        ...(runbook !== undefined && { external_labels: { runbook } }),
        alert_rule_test: [
          {
            eval_time: at,
            alertname: alert,
            exp_alerts: fired === undefined ? [] : [expectation(alert, fired, runbook)],
          },
        ],
      },
    ],
  });

const expectation = (alert: AlertName, { labels, summary, description }: Fired, runbook?: string) => ({
  exp_labels: { ...labels, severity: ALERT_RULES[alert].severity },
  exp_annotations: {
    summary,
    description,
    runbook_url: runbookUrl(ALERT_RULES[alert].runbook, runbook ?? 'docs/runbook.md'),
  },
});

const expectGood = ({ status, said }: { status: number | null; said: string }): void => {
  expect(said).to.contain('SUCCESS');
  expect(status, said).to.equal(0);
};

describe('the alerts', function () {
  this.timeout(60_000);

  for (const alert of NAMES) {
    describe(alert, () => {
      for (const one of ALERT_CASES[alert].fires) {
        it(`fires: ${one.what}`, async () => expectGood(await outcome(alert, one, one.fired)));
      }
      for (const one of ALERT_CASES[alert].silent) {
        it(`is silent: ${one.what}`, async () => expectGood(await outcome(alert, one)));
      }
    });
  }

  it('are in files that Prometheus takes, as its example of a configuration names them', async () => {
    const example = join(projectRoot(), 'deploy', 'prometheus', 'prometheus.yml');
    const { status, said } = await promtoolOn(['check', 'config'], example);
    expect(status, said).to.equal(0);
    expect(said).to.contain('2 rule files found').and.to.contain(`${NAMES.length} rules found`);
  });

  it('lead to the runbook where Prometheus says that it is', async () => {
    const [one] = ALERT_CASES.AuditLanesParked.fires;
    expectGood(await outcome('AuditLanesParked', one, one.fired, ELSEWHERE));
  });

  it('are told apart by namespace where there is one', async () => {
    const [one] = ALERT_CASES.AuditLanesParked.fires;
    const series = Object.fromEntries(
      Object.entries(one.series).map(([name, values]) => [name.replace('{', '{namespace="n", '), values]),
    );
    const fired = { ...one.fired, labels: { ...one.fired.labels, namespace: 'n' } };
    expectGood(await outcome('AuditLanesParked', { ...one, series }, fired));
  });

  it('are judged by a test that can fail', async () => {
    const [one] = ALERT_CASES.AuditLanesParked.fires;
    expect((await outcome('AuditLanesParked', one)).status).to.equal(1);
    const [idle] = ALERT_CASES.AuditLanesParked.silent;
    expect((await outcome('AuditLanesParked', idle, one.fired)).status).to.equal(1);
  });
});
