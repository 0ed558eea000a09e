/**
 * A dashboard as classic JSON: rows of panels, laid out from left to right, ids by position, so that the same tables
 * give the same bytes. Everything is asked of the data source that the variable DS_PROMETHEUS names. Pure.
 */
import { DATA_SOURCE, heightOf, panelJson, widthOf, type Panel } from './panel.js';
import { metricsWith, PREFIX } from './promql.js';

export interface Row {
  readonly title: string;
  readonly panels: readonly Panel[];
}

export interface Dashboard {
  readonly uid: string;
  readonly title: string;
  readonly description: string;
  /** One can choose among the source topics. */
  readonly byTopic: boolean;
  readonly rows: readonly Row[];
}

export const TAG = 'audit-lanes';

/** What every query of a dashboard is limited to. */
export const shown = metricsWith({ job: '=~$job', instance: '=~$instance' });

/** A panel's window: at least four scrapes, and never less than a pixel. */
export const WINDOW = '$__rate_interval';

const COLUMNS = 24;

interface Place {
  readonly x: number;
  readonly y: number;
}

/** From left to right; a panel that has no room begins a new line below the highest of the last. */
const laidOut = (panels: readonly Panel[], top: number): { places: readonly Place[]; bottom: number } => {
  let [x, y, height] = [0, top, 0];
  const places = panels.map((panel) => {
    if (x + widthOf(panel) > COLUMNS) [x, y, height] = [0, y + height, 0];
    const place = { x, y };
    x += widthOf(panel);
    height = Math.max(height, heightOf(panel));
    return place;
  });
  return { places, bottom: y + height };
};

const panelsOf = (rows: readonly Row[]): readonly object[] => {
  let top = 0;
  const all = rows.flatMap(({ title, panels }) => {
    const { places, bottom } = laidOut(panels, top + 1);
    const row = {
      type: 'row',
      title,
      collapsed: false,
      panels: [],
      gridPos: { h: 1, w: COLUMNS, x: 0, y: top },
    };
    top = bottom;
    return [
      row,
      ...panels.map((panel, at) => ({
        ...panelJson(panel),
        gridPos: { h: heightOf(panel), w: widthOf(panel), ...places[at] },
      })),
    ];
  });
  return all.map((panel, at) => ({ id: at + 1, ...panel }));
};

const labelVariable = (name: string, label: string, query: string): object => ({
  type: 'query',
  name,
  label,
  datasource: DATA_SOURCE,
  definition: query,
  query: { query, refId: `variable-${name}` },
  allValue: '.+',
  current: { selected: true, text: ['All'], value: ['$__all'] },
  hide: 0,
  includeAll: true,
  multi: true,
  options: [],
  // When the time range changes: processes come and go.
  refresh: 2,
  regex: '',
  skipUrlSync: false,
  sort: 1,
});

const ofJob = '{job=~"$job"}';

const variables = (byTopic: boolean): readonly object[] => [
  {
    type: 'datasource',
    name: 'DS_PROMETHEUS',
    label: 'Data source',
    query: 'prometheus',
    current: {},
    hide: 0,
    includeAll: false,
    multi: false,
    options: [],
    refresh: 1,
    regex: '',
    skipUrlSync: false,
  },
  labelVariable('job', 'Job', `label_values(${PREFIX}_build_info, job)`),
  labelVariable('instance', 'Instance', `label_values(${PREFIX}_build_info${ofJob}, instance)`),
  ...(byTopic
    ? [labelVariable('topic', 'Topic', `label_values(${PREFIX}_partition_lag${ofJob}, topic)`)]
    : []),
  {
    type: 'textbox',
    name: 'RUNBOOK',
    label: 'Address of the runbook',
    query: 'docs/runbook.md',
    current: { text: 'docs/runbook.md', value: 'docs/runbook.md' },
    hide: 2,
    options: [{ selected: true, text: 'docs/runbook.md', value: 'docs/runbook.md' }],
    skipUrlSync: false,
  },
];

/** With its keys sorted, at every depth. */
export const sorted = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(entries.map(([key, inner]) => [key, sorted(inner)]));
};

export const dashboardJson = ({ uid, title, description, byTopic, rows }: Dashboard): unknown =>
  sorted({
    uid,
    title,
    description,
    tags: [TAG],
    id: null,
    version: 1,
    schemaVersion: 39,
    editable: false,
    graphTooltip: 1,
    fiscalYearStartMonth: 0,
    liveNow: false,
    weekStart: '',
    timezone: 'browser',
    time: { from: 'now-1h', to: 'now' },
    timepicker: {},
    refresh: '30s',
    annotations: { list: [] },
    links: [
      {
        type: 'dashboards',
        title: 'audit-lanes',
        tags: [TAG],
        asDropdown: false,
        icon: 'external link',
        includeVars: true,
        keepTime: true,
        targetBlank: false,
        tooltip: '',
        url: '',
      },
    ],
    templating: { list: variables(byTopic) },
    panels: panelsOf(rows),
  });
