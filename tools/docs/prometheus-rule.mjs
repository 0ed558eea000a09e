/** The rules and alerts of deploy/prometheus as the object of the Prometheus operator. Pure. */
import { parse, stringify } from 'yaml';

export const PROMETHEUS_RULE = 'deploy/kubernetes/overlays/prometheus-operator/prometheus-rule.yaml';

export const RULE_FILES = ['deploy/prometheus/rules.yml', 'deploy/prometheus/alerts.yml'];

/** @param {readonly string[]} texts of RULE_FILES */
export const prometheusRule = (texts) => {
  const rule = {
    apiVersion: 'monitoring.coreos.com/v1',
    kind: 'PrometheusRule',
    metadata: { name: 'audit-lanes', labels: { 'app.kubernetes.io/name': 'audit-lanes' } },
    spec: { groups: texts.flatMap((text) => parse(text).groups) },
  };
  return `# Made of ${RULE_FILES.join(' and ')} by \`npm run docs\`.\n${stringify(rule, { lineWidth: 0 })}`;
};
