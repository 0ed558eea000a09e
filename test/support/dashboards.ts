/** The dashboards as they are in deploy/grafana/dashboards: their panels, and their queries as Grafana would send them. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { projectRoot } from './broker.js';

export interface DataSource {
  readonly type: string;
  readonly uid: string;
}

export interface PanelTarget {
  readonly expr: string;
  readonly legendFormat: string;
  readonly refId: string;
  readonly datasource?: DataSource;
}

export interface DashboardPanel {
  readonly id: number;
  readonly type: string;
  readonly title: string;
  readonly description?: string;
  readonly datasource?: DataSource;
  readonly gridPos: { readonly h: number; readonly w: number; readonly x: number; readonly y: number };
  readonly fieldConfig?: {
    readonly defaults: { readonly unit?: string };
    readonly overrides: readonly {
      readonly properties: readonly { readonly id: string; readonly value: unknown }[];
    }[];
  };
  readonly options?: { readonly content?: string };
  readonly targets?: readonly PanelTarget[];
}

export interface TemplateVariable {
  readonly name: string;
  readonly type: string;
  readonly label: string;
  readonly query: string | { readonly query: string };
  readonly datasource?: DataSource;
  readonly multi?: boolean;
  readonly includeAll?: boolean;
  readonly allValue?: string;
  readonly refresh?: number;
}

export interface DashboardFile {
  readonly file: string;
  readonly title: string;
  readonly uid: string;
  readonly editable: boolean;
  readonly panels: readonly DashboardPanel[];
  readonly templating: { readonly list: readonly TemplateVariable[] };
}

export const DASHBOARD_FOLDER = join(projectRoot(), 'deploy', 'grafana', 'dashboards');

export const dashboards = (): readonly DashboardFile[] =>
  readdirSync(DASHBOARD_FOLDER)
    .sort()
    .map((file) => ({
      file,
      ...(JSON.parse(readFileSync(join(DASHBOARD_FOLDER, file), 'utf8')) as Omit<DashboardFile, 'file'>),
    }));

export interface Query {
  /** Dashboard, panel, letter. */
  readonly where: string;
  /** Panel and letter. */
  readonly name: string;
  readonly expr: string;
}

/** Everything chosen, and a window of `window`. */
export const queriesOf = ({ file, panels }: DashboardFile, window: string): readonly Query[] =>
  panels.flatMap(({ title, targets = [] }) =>
    targets.map(({ expr, refId }) => ({
      where: `${file}: ${title} ${refId}`,
      name: `${title} ${refId}`,
      expr: expr.replaceAll(/\$(job|instance|topic)\b/g, '.+').replaceAll('$__rate_interval', window),
    })),
  );
