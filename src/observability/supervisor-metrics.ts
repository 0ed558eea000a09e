/**
 * What the supervisor of several stream processes itself knows, as one more part of their combined metrics: how many
 * there are, how often one was started again, and what its probes would be answered (a process that hangs cannot say so).
 */
import { Counter, Gauge, Registry } from 'prom-client';
import type { ProcessMetrics } from './combined-metrics.js';
import { valuesOf } from './combined-metrics.js';
import type { Health } from './health.js';
import { PROBES } from './health.js';
import { METRICS } from './metric-table.js';

export interface SupervisorSnapshot {
  readonly running: number;
  readonly starting: number;
  readonly waiting: number;
  readonly restarts: number;
  readonly health: Health;
}

export interface SupervisorMetrics {
  readonly contentType: string;
  values(snapshot: SupervisorSnapshot): Promise<ProcessMetrics>;
}

/** `prefix` is METRICS_PREFIX, without the underscore. */
export const createSupervisorMetrics = (prefix: string): SupervisorMetrics => {
  const register = new Registry();
  const config = (name: 'processes' | 'process_restarts_total' | 'health') => ({
    name: `${prefix}_${name}`,
    help: METRICS[name].help,
    registers: [register],
  });
  const processes = new Gauge({ ...config('processes'), labelNames: ['state'] });
  const restarts = new Counter(config('process_restarts_total'));
  const health = new Gauge({
    ...config('health'),
    labelNames: ['probe'],
    aggregator: METRICS.health.combined,
  });
  return {
    contentType: register.contentType,
    values: (snapshot) => {
      for (const state of ['running', 'starting', 'waiting'] as const) {
        processes.set({ state }, snapshot[state]);
      }
      restarts.reset();
      restarts.inc(snapshot.restarts);
      for (const probe of PROBES) {
        health.set({ probe }, snapshot.health[probe].ok ? 1 : 0);
      }
      return valuesOf(register);
    },
  };
};
