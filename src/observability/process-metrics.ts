/**
 * Metrics of Node's process, as prom-client names them: CPU, memory, event loop, garbage collection, heap, handles.
 * Left out: sums that are gauges and are called `_total`, which Prometheus' own checker refuses (a `sum()` of the
 * same metrics by type says the same), and the sizes of V8's spaces, three dozen series that nobody runs a service by.
 * Of several processes the slowest event loop is shown: the mean of quantiles is no quantile, and hides the one that is late.
 */
import type { Registry } from 'prom-client';
import { collectDefaultMetrics } from 'prom-client';

const LEFT_OUT = [
  'nodejs_active_handles_total',
  'nodejs_active_requests_total',
  'nodejs_active_resources_total',
  'nodejs_heap_space_size_total_bytes',
  'nodejs_heap_space_size_used_bytes',
  'nodejs_heap_space_size_available_bytes',
] as const;

const SLOWEST = [
  'nodejs_eventloop_lag_seconds',
  'nodejs_eventloop_lag_mean_seconds',
  'nodejs_eventloop_lag_stddev_seconds',
  'nodejs_eventloop_lag_p50_seconds',
  'nodejs_eventloop_lag_p90_seconds',
  'nodejs_eventloop_lag_p99_seconds',
] as const;

export const collectProcessMetrics = (register: Registry): void => {
  collectDefaultMetrics({ register });
  for (const name of LEFT_OUT) register.removeSingleMetric(name);
  for (const name of SLOWEST) Object.assign(register.getSingleMetric(name) ?? {}, { aggregator: 'max' });
};
