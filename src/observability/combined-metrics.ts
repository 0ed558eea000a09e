/**
 * The metrics of several processes as one. Each process gives its values as data that JSON can carry; here they
 * become the text of one `/metrics`. Series with the same labels are combined as their metric says (`combined` in
 * the table; Node's own metrics as prom-client says); series that one process alone has are shown as they are.
 */
import { AggregatorRegistry } from 'prom-client';
import type { Registry } from 'prom-client';

export interface Sample {
  readonly value: number;
  readonly labels: Readonly<Record<string, string | number>>;
  /** Of a histogram's buckets, sum and count. */
  readonly metricName?: string;
}

export interface MetricValues {
  readonly name: string;
  readonly help: string;
  readonly type: 'counter' | 'gauge' | 'histogram';
  /** How the values of several processes become one. `omit`: it makes no sense of several. */
  readonly aggregator: 'sum' | 'max' | 'min' | 'first' | 'average' | 'omit';
  readonly values: readonly Sample[];
}

/** All metrics of one process. */
export type ProcessMetrics = readonly MetricValues[];

/** A copy of what is registered now. What is no number (a mean of nothing) is left out: JSON has no word for it. */
export const valuesOf = async (register: Registry): Promise<ProcessMetrics> => {
  const all = await register.getMetricsAsJSON();
  return all.map(({ name, help, type, aggregator, values }) => ({
    name,
    help,
    // Its types say a number; it is the word.
    type: type as unknown as MetricValues['type'],
    aggregator,
    values: (values as readonly Sample[])
      .filter(({ value }) => Number.isFinite(value))
      .map(({ value, labels, metricName }) => ({
        value,
        labels: { ...labels },
        ...(metricName === undefined ? {} : { metricName }),
      })),
  }));
};

/** The text of `/metrics` for all of them; `first` means the first of `parts`. */
export const combineMetrics = (parts: readonly ProcessMetrics[]): Promise<string> =>
  AggregatorRegistry.aggregate(parts.map((part) => [...part])).metrics();
