/** Metrics that were told and shown everything that there is to tell and to show. */
import type { GaugeSnapshot } from '../../src/observability/gauges.js';
import { assess } from '../../src/observability/health.js';
import type { Metrics } from '../../src/observability/metrics.js';
import { createMetrics } from '../../src/observability/metrics.js';
import { HEALTHY } from './healthy.js';

const SNAPSHOT: GaugeSnapshot = {
  state: 'RUNNING',
  tasks: { running: 2, restoring: 1 },
  uncommittedRecords: 7,
  maxUncommittedRecords: 20_000,
  pausedPartitions: 1,
  held: { credit: 1, breaker: 2 },
  refusedPartitions: 2,
  breakerOpen: true,
  lanes: { retrying: 4, parked: 1, followers: 30, bytes: 5000, held: 3, oldestHeadAgeMs: 90_500 },
  perTask: [
    { task: '0_0', queued: 3, running: 2, uncommitted: 6, lanes: 4, followers: 20 },
    { task: '0_1', queued: 1, running: 0, uncommitted: 1, lanes: 1, followers: 10 },
  ],
  stores: [{ store: 'counts', entries: 12, bytes: 300 }],
  restoring: [{ task: '0_2', ageMs: 12_000, progress: { done: 25, total: 100 } }],
  lag: [
    { topic: 'user.events', partition: 0, records: 3 },
    { topic: 'user.events', partition: 1, records: 0 },
  ],
  oldestUnprocessed: [
    { topic: 'user.events', partition: 0, ageMs: 2500 },
    { topic: 'user.events', partition: 1, ageMs: 0 },
  ],
  lastPollAgeMs: 20,
  lastCommitAgeMs: 400,
  health: assess({ ...HEALTHY, joined: false }),
};

export const fullSnapshot = (more: Partial<GaugeSnapshot> = {}): GaugeSnapshot => ({ ...SNAPSHOT, ...more });

const tell = ({ clients, telemetry }: Metrics): void => {
  telemetry.messages('user.events', 'user.auth', 'processed', 5);
  telemetry.outputs('system.audit', 5);
  telemetry.deadLetters('user.events', 'null-value', 1);
  telemetry.retries('user.events', 'immediate', 'attempt-timeout', 3);
  telemetry.patience('user.events', 2);
  telemetry.staleRetries('G.user.events.retry.5s', 4);
  telemetry.commands('redrive', 'refused', 1);
  telemetry.commit('committed', 40);
  telemetry.rebalance('assign', 3);
  telemetry.latency('user.events', 'attempt', 5);
  telemetry.latency('user.events', 'read-to-commit', 700);
  telemetry.latency('user.events', 'end-to-end', 900);
  telemetry.session();
  clients.figures({
    client: 'source',
    instance: 'c#consumer-1',
    brokers: [
      { up: true, rttMs: 2 },
      { up: false, rttMs: null },
    ],
    queuedRecords: 9,
    queuedBytes: 900,
    sentBytes: 100,
    receivedBytes: 5000,
  });
  clients.event('source', 'broker-lost');
};

export const fullMetrics = (
  options: { readonly prefix?: string; readonly processMetrics?: boolean } = {},
): Metrics => {
  const metrics = createMetrics({
    prefix: 'audit',
    processMetrics: false,
    build: { version: '1.2.3', client: '2.12.0', features: ['gzip', 'ssl'] },
    clientEventKinds: ['brokers-down', 'broker-lost', 'other'],
    ...options,
  });
  tell(metrics);
  metrics.watch(() => SNAPSHOT);
  return metrics;
};
