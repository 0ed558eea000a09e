/**
 * Counters of processes that come and go, so that their sum never falls: a sum that falls is a reset to whoever reads it,
 * and all that is left of it would be counted again. What a process that has ended last told is kept in the sum for ever,
 * and one that does not answer counts as it last answered. Gauges are told by processes that answer, and by no others.
 * What a killed process counted after its last answer is lost. Bounded: by the series that there are, not by lives.
 */
import type { MetricValues, ProcessMetrics, Sample } from './combined-metrics.js';

const isCounted = ({ type }: MetricValues): boolean => type === 'counter' || type === 'histogram';

/** The same labels in another order are the same series. */
const seriesOf = ({ labels, metricName }: Sample): string =>
  JSON.stringify([metricName, Object.entries(labels).sort(([one], [other]) => (one < other ? -1 : 1))]);

const addTo = (sums: Map<string, Sample>, samples: readonly Sample[]): void => {
  for (const sample of samples) {
    const series = seriesOf(sample);
    const before = sums.get(series);
    sums.set(series, before === undefined ? sample : { ...before, value: before.value + sample.value });
  }
};

/** The counters of both together. */
export const addCounters = (one: ProcessMetrics, other: ProcessMetrics): ProcessMetrics => {
  const sums = new Map<string, { readonly of: MetricValues; readonly samples: Map<string, Sample> }>();
  for (const metric of [...one, ...other]) {
    if (!isCounted(metric)) continue;
    const sum = sums.get(metric.name) ?? { of: metric, samples: new Map<string, Sample>() };
    sums.set(metric.name, sum);
    addTo(sum.samples, metric.values);
  }
  return [...sums.values()].map(({ of, samples }) => ({ ...of, values: [...samples.values()] }));
};

/** Whatever a process answers is to be `told` too. */
export class KeptCounters {
  /** Of those that live, their counters as they last told them. */
  readonly #last = new Map<number, ProcessMetrics>();
  /** Of those that have ended. */
  #ended: ProcessMetrics = [];

  told(process: number, metrics: ProcessMetrics): void {
    this.#last.set(process, metrics.filter(isCounted));
  }

  /** A next one of the same number counts from 0. */
  ended(process: number): void {
    this.#ended = addCounters(this.#ended, this.#last.get(process) ?? []);
    this.#last.delete(process);
  }

  /**
   * What is to be combined: the gauges of those that answered, and the counters of all that there ever were. Those of
   * the answers are not taken from them: one may have ended since it answered, and is counted among the ended.
   */
  parts(answers: ReadonlyMap<number, ProcessMetrics>): readonly ProcessMetrics[] {
    const gauges = [...answers.values()].map((metrics) => metrics.filter((metric) => !isCounted(metric)));
    return [...gauges, ...this.#last.values(), this.#ended].filter((part) => part.length > 0);
  }
}
