/**
 * What an expression of PromQL names: enough of its grammar for our own rules and dashboards, which promtool parses in
 * full. Shares nothing with what writes them.
 */
import { METRICS, type Metric } from '../../src/observability/metric-table.js';

const TARGET_LABELS: readonly string[] = ['namespace', 'job', 'instance'];

/** What prom-client, or Prometheus, names. */
const FOREIGN: Readonly<Record<string, readonly string[]>> = {
  up: [],
  process_start_time_seconds: [],
  process_cpu_user_seconds_total: [],
  process_cpu_system_seconds_total: [],
  process_resident_memory_bytes: [],
  process_open_fds: [],
  process_max_fds: [],
  nodejs_heap_size_used_bytes: [],
  nodejs_external_memory_bytes: [],
  nodejs_eventloop_lag_p50_seconds: [],
  nodejs_eventloop_lag_p99_seconds: [],
  nodejs_eventloop_lag_max_seconds: [],
  nodejs_gc_duration_seconds_sum: ['kind'],
  nodejs_active_handles: ['type'],
  nodejs_active_resources: ['type'],
};

const WORDS = new Set(['and', 'or', 'unless', 'by', 'on', 'ignoring', 'without', 'offset', 'bool', 'vector']);

export interface Selector {
  readonly name: string;
  readonly labels: readonly string[];
  readonly matchers: string;
}

/** Lists of labels, `by (…)` and `on (…)`. */
export const groupedBy = (expr: string): readonly (readonly string[])[] =>
  [...expr.matchAll(/\b(?:by|on) \(([^)]*)\)/g)].map(([, labels = '']) =>
    labels.split(',').map((one) => one.trim()),
  );

export const selectorsOf = (expr: string): readonly Selector[] => {
  const bare = expr.replace(/\b(?:by|on) \([^)]*\)/g, ' ').replace(/\[[^\]]*\]/g, ' ');
  return [...bare.matchAll(/([a-zA-Z_:][\w:]*)(\{[^}]*\})?(\s*\()?|"[^"]*"|\d[\w.]*/g)].flatMap(
    ([, name, matchers = '', call]) => {
      if (name === undefined || call !== undefined || WORDS.has(name)) return [];
      const labels = [...matchers.matchAll(/(\w+)(?:=~|!~|!=|=)"/g)].map(([, label = '']) => label);
      return [{ name, labels, matchers }];
    },
  );
};

/** Labels of a metric; undefined: there is no such. */
const labelsOf = (
  name: string,
  recorded: ReadonlyMap<string, readonly string[]>,
): readonly string[] | undefined => {
  const foreign = FOREIGN[name] ?? recorded.get(name);
  if (foreign !== undefined) return foreign;
  const table: Readonly<Record<string, Metric>> = METRICS;
  const own = name.replace(/^audit_/, '');
  if (own === name) return undefined;
  const plain = table[own];
  if (plain !== undefined) return plain.type === 'histogram' ? undefined : plain.labels;
  const [, base = '', part] = /^(.*)_(bucket|count|sum)$/.exec(own) ?? [];
  const histogram = table[base];
  if (histogram?.type !== 'histogram') return undefined;
  return part === 'bucket' ? [...histogram.labels, 'le'] : histogram.labels;
};

/** Names of metrics, and labels, that nobody has; `recorded`: labels of recorded series by name. */
export const unknownIn = (
  expr: string,
  recorded: ReadonlyMap<string, readonly string[]> = new Map(),
): readonly string[] => {
  const selectors = selectorsOf(expr);
  const all = selectors.flatMap(({ name }) => labelsOf(name, recorded) ?? []);
  const unknown = selectors.flatMap(({ name, labels }) => {
    const known = labelsOf(name, recorded);
    if (known === undefined) return [name];
    return labels
      .filter((label) => ![...known, ...TARGET_LABELS].includes(label))
      .map((label) => `${name}{${label}}`);
  });
  const grouped = groupedBy(expr)
    .flat()
    .filter((label) => ![...all, ...TARGET_LABELS].includes(label))
    .map((label) => `by (${label})`);
  return [...(selectors.length === 0 ? ['no metric'] : []), ...unknown, ...grouped];
};
