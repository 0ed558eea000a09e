/**
 * PromQL with the names of the metric table: a name or a label that is not there does not compile. Pure text, no
 * parser; promtool parses it in the tests.
 */
import type { LabelOf, MetricName, NameOf } from '../../src/observability/metric-table.js';

/** METRICS_PREFIX as it is by default: who sets another one makes the files anew. */
export const PREFIX = 'audit';

/** Labels of every series, by Prometheus: whom it came from. `namespace` is there in Kubernetes only. */
export type TargetLabel = 'namespace' | 'job' | 'instance';

/** The value that a label must have, or an operator and a value: `=~retry.*`, `!=0`. */
type Matchers<Label extends string> = Readonly<Partial<Record<Label | TargetLabel, string>>>;

const matcher = ([label, value]: readonly [string, string]): string => {
  const [, operator = '=', text = ''] = /^(=~|!~|!=)?(.*)$/s.exec(value) ?? [];
  return `${label}${operator}"${text}"`;
};

export interface Metrics {
  /** The series of a counter or a gauge. */
  of<Name extends Exclude<MetricName, NameOf<'histogram'>>>(
    name: Name,
    matchers?: Matchers<LabelOf<Name>>,
  ): string;
  /** The buckets of a histogram. */
  buckets<Name extends NameOf<'histogram'>>(name: Name, matchers?: Matchers<LabelOf<Name>>): string;
  /** A metric of another table: of Node's process, or of Prometheus. */
  foreign(name: string, matchers?: Readonly<Record<string, string>>): string;
}

/** Every series that it names has these matchers too. */
export const metricsWith = (scope: Readonly<Record<string, string>>): Metrics => {
  const series = (name: string, matchers: Readonly<Partial<Record<string, string>>> = {}): string => {
    const all = Object.entries({ ...scope, ...matchers }).flatMap(([label, value]) =>
      value === undefined ? [] : [matcher([label, value])],
    );
    return all.length === 0 ? name : `${name}{${all.join(', ')}}`;
  };
  return {
    of: (name, matchers) => series(`${PREFIX}_${name}`, matchers),
    buckets: (name, matchers) => series(`${PREFIX}_${name}_bucket`, matchers),
    foreign: (name, matchers) => series(name, matchers),
  };
};

type Aggregator = 'sum' | 'max' | 'min' | 'avg' | 'count';

/** `sum by (job, topic) (…)`. */
export const by = (aggregator: Aggregator, labels: readonly string[], expr: string): string =>
  labels.length === 0 ? `${aggregator}(${expr})` : `${aggregator} by (${labels.join(', ')}) (${expr})`;

export const rate = (series: string, window: string): string => `rate(${series}[${window}])`;

export const increase = (series: string, window: string): string => `increase(${series}[${window}])`;

/** Of all values, that of which a part `quantile` is smaller; nothing where there were no values. */
export const quantile = (part: string, labels: readonly string[], buckets: string, window: string): string =>
  `histogram_quantile(${part}, ${by('sum', [...labels, 'le'], rate(buckets, window))}) >= 0`;
