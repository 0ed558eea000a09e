/** The files that are made of these tables, by their path from the root. Pure. */
import { dashboardJson } from './dashboard.js';
import { ENGINE_DASHBOARD } from './engine-dashboard.js';
import { alertsFile, rulesFile } from './rule-files.js';
import { SERVICE_DASHBOARD } from './service-dashboard.js';

export interface MadeFile {
  readonly path: string;
  readonly format: 'json' | 'yaml';
  readonly value: unknown;
}

export const monitoringFiles = (): readonly MadeFile[] => [
  { path: 'deploy/prometheus/rules.yml', format: 'yaml', value: rulesFile() },
  { path: 'deploy/prometheus/alerts.yml', format: 'yaml', value: alertsFile() },
  {
    path: 'deploy/grafana/dashboards/audit-lanes-service.json',
    format: 'json',
    value: dashboardJson(SERVICE_DASHBOARD),
  },
  {
    path: 'deploy/grafana/dashboards/audit-lanes-engine.json',
    format: 'json',
    value: dashboardJson(ENGINE_DASHBOARD),
  },
];
