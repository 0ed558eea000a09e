/** The tables of rules as Prometheus' rule files. Pure. */
import { ALERT_RULES, runbookUrl, type AlertRule } from './alert-rules.js';
import { RECORDING_RULES } from './recording-rules.js';

export const rulesFile = (): object => ({
  groups: [
    {
      name: 'audit-lanes',
      rules: RECORDING_RULES.map(({ record, expr, labels }) => ({
        record,
        ...(labels && { labels }),
        expr,
      })),
    },
  ],
});

export const alertsFile = (): object => ({
  groups: [
    {
      name: 'audit-lanes-alerts',
      rules: Object.entries<AlertRule>(ALERT_RULES).map(([alert, rule]) => ({
        alert,
        expr: rule.expr,
        for: rule.for,
        labels: { severity: rule.severity },
        annotations: {
          summary: rule.summary,
          description: rule.description,
          runbook_url: runbookUrl(rule.runbook),
        },
      })),
    },
  ],
});
