/**
 * One panel of a dashboard: what it asks and how it is read. Its description is the help of the metrics that it asks
 * for, so that table, documents and dashboards say the same. Pure.
 */
import { METRICS, type MetricName } from '../../src/observability/metric-table.js';
import { PREFIX } from './promql.js';

/** Grafana's names of units. */
export type Unit = 'short' | 'none' | 'cps' | 's' | 'bytes' | 'Bps' | 'percentunit';

export interface Target {
  readonly expr: string;
  /** Grafana's pattern: `{{topic}} {{partition}}`. */
  readonly legend: string;
}

interface Common {
  readonly title: string;
  /** In front of what the metric table says; alone where the table does not know the metric. */
  readonly note?: string;
  /** Of 24 columns. */
  readonly width?: number;
}

/** Values at which a panel turns to another colour. */
export interface Steps {
  readonly orange?: number;
  readonly red?: number;
}

export interface Graph extends Common {
  readonly kind: 'graph';
  readonly unit: Unit;
  readonly targets: readonly Target[];
  readonly stacked?: boolean;
  readonly max?: number;
  /** Where a value below 0 means something. */
  readonly signed?: boolean;
}

/** One number, the newest. */
export interface Figure extends Common {
  readonly kind: 'figure';
  readonly unit: Unit;
  readonly target: Target;
  readonly steps?: Steps;
}

/** The newest values by their labels. */
export interface List extends Common {
  readonly kind: 'list';
  readonly unit: Unit;
  readonly target: Target;
  /** Columns in this order, with their headings; the value's column is `Value`. */
  readonly columns: Readonly<Record<string, string>>;
}

export interface Text extends Common {
  readonly kind: 'text';
  readonly markdown: string;
  readonly height: number;
}

export type Panel = Graph | Figure | List | Text;

export const graph = (panel: Omit<Graph, 'kind'>): Graph => ({ kind: 'graph', ...panel });
export const figure = (panel: Omit<Figure, 'kind'>): Figure => ({ kind: 'figure', ...panel });
export const list = (panel: Omit<List, 'kind'>): List => ({ kind: 'list', ...panel });

export const heightOf = (panel: Panel): number => {
  if (panel.kind === 'text') return panel.height;
  return panel.kind === 'figure' ? 4 : 8;
};

export const widthOf = ({ width, kind }: Panel): number => width ?? (kind === 'figure' ? 3 : 8);

export const DATA_SOURCE = { type: 'prometheus', uid: '${DS_PROMETHEUS}' } as const;

const isMetric = (name: string): name is MetricName => name in METRICS;

/** The metrics of the table that an expression names, in its order, each once. */
export const metricsIn = (expr: string): readonly MetricName[] => {
  const names = [...expr.matchAll(new RegExp(`\\b${PREFIX}_([a-z_]+)`, 'g'))].map(([, name = '']) => name);
  const known = names.map((name) => (isMetric(name) ? name : name.replace(/_(?:bucket|count|sum)$/, '')));
  return [...new Set(known.filter(isMetric))];
};

const descriptionOf = (panel: Panel): string => {
  const targets = panel.kind === 'graph' ? panel.targets : panel.kind === 'text' ? [] : [panel.target];
  const names = metricsIn(targets.map(({ expr }) => expr).join('\n'));
  const helps = names.map((name) => `${PREFIX}_${name}: ${METRICS[name].help}`);
  return [...(panel.note === undefined ? [] : [panel.note]), ...helps].join('\n\n');
};

const queries = (targets: readonly Target[], instant: boolean): object[] =>
  targets.map(({ expr, legend }, at) => ({
    datasource: DATA_SOURCE,
    editorMode: 'code',
    expr,
    format: instant ? 'table' : 'time_series',
    instant,
    legendFormat: legend,
    range: !instant,
    refId: String.fromCharCode('A'.charCodeAt(0) + at),
  }));

const thresholds = ({ orange, red }: Steps): object => ({
  mode: 'absolute',
  steps: [
    { color: 'green', value: null },
    ...(orange === undefined ? [] : [{ color: 'orange', value: orange }]),
    ...(red === undefined ? [] : [{ color: 'red', value: red }]),
  ],
});

const graphJson = ({ unit, targets, stacked = false, max, signed = false }: Graph): object => ({
  type: 'timeseries',
  fieldConfig: {
    defaults: {
      color: { mode: 'palette-classic' },
      custom: {
        drawStyle: 'line',
        fillOpacity: stacked ? 30 : 8,
        lineInterpolation: 'linear',
        lineWidth: 1,
        showPoints: 'never',
        spanNulls: false,
        stacking: { group: 'A', mode: stacked ? 'normal' : 'none' },
      },
      ...(signed ? {} : { min: 0 }),
      ...(max === undefined ? {} : { max }),
      unit,
    },
    overrides: [],
  },
  options: {
    legend: {
      calcs: ['lastNotNull', 'max'],
      displayMode: 'table',
      placement: 'bottom',
      showLegend: true,
      sortBy: 'Max',
      sortDesc: true,
    },
    tooltip: { mode: 'multi', sort: 'desc' },
  },
  targets: queries(targets, false),
});

const figureJson = ({ unit, target, steps = {} }: Figure): object => ({
  type: 'stat',
  fieldConfig: {
    defaults: { color: { mode: 'thresholds' }, noValue: '–', thresholds: thresholds(steps), unit },
    overrides: [],
  },
  options: {
    colorMode: 'value',
    graphMode: 'area',
    justifyMode: 'auto',
    orientation: 'auto',
    reduceOptions: { calcs: ['lastNotNull'], fields: '', values: false },
    textMode: 'value',
  },
  targets: queries([target], false),
});

const listJson = ({ unit, target, columns }: List): object => ({
  type: 'table',
  fieldConfig: {
    defaults: { custom: { align: 'auto', filterable: false } },
    overrides: [
      { matcher: { id: 'byName', options: columns['Value'] }, properties: [{ id: 'unit', value: unit }] },
    ],
  },
  options: { cellHeight: 'sm', showHeader: true },
  targets: queries([target], true),
  transformations: [
    { id: 'filterFieldsByName', options: { include: { names: Object.keys(columns) } } },
    {
      id: 'organize',
      options: {
        indexByName: Object.fromEntries(Object.keys(columns).map((name, at) => [name, at])),
        renameByName: columns,
      },
    },
  ],
});

const textJson = ({ markdown }: Text): object => ({
  type: 'text',
  options: { content: markdown, mode: 'markdown' },
  transparent: true,
});

const bodyOf = (panel: Panel): object => {
  switch (panel.kind) {
    case 'graph':
      return { datasource: DATA_SOURCE, ...graphJson(panel) };
    case 'figure':
      return { datasource: DATA_SOURCE, ...figureJson(panel) };
    case 'list':
      return { datasource: DATA_SOURCE, ...listJson(panel) };
    case 'text':
      return textJson(panel);
  }
};

export const panelJson = (panel: Panel): object => ({
  title: panel.title,
  description: descriptionOf(panel),
  ...bodyOf(panel),
});
