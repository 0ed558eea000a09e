/**
 * Metrics of this process, in a registry of their own (a user's other registries are left alone).
 * Counters are told through the Telemetry port, once per batch or commit. Gauges are read from the
 * engine at scrape time and hold only what is there now: the series of a revoked partition are gone.
 * Never called per record.
 */
import type { Aggregator } from 'prom-client';
import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client';
import type { CommandName, CommandOutcome, CommitOutcome, Telemetry } from '../ports/telemetry.js';
import type { GaugeSnapshot } from './gauges.js';
import { valuesOf } from './combined-metrics.js';
import type { ProcessMetrics } from './combined-metrics.js';
import { createGauges } from './gauges.js';
import { labelBound } from './label-bound.js';
import { METRICS } from './metric-table.js';
import type { LabelOf, Metric, MetricName, NameOf } from './metric-table.js';

export interface BuildInfo {
  readonly version: string;
  /** The Kafka client's version. */
  readonly client: string;
  /** What the client was built with. */
  readonly features: readonly string[];
}

export interface Metrics {
  readonly telemetry: Telemetry;
  readonly contentType: string;
  /** Where the gauges come from, from now on. Without it they are absent. */
  watch(read: () => GaugeSnapshot): void;
  /** The text of `/metrics`. */
  render(): Promise<string>;
  /** The same as data: several processes become one text by `combineMetrics`. */
  values(): Promise<ProcessMetrics>;
}

export interface MetricsOptions {
  /** METRICS_PREFIX, without the underscore. */
  readonly prefix: string;
  readonly build: BuildInfo;
  /** Metrics of Node's process and event loop, under their usual names. Default: yes. */
  readonly processMetrics?: boolean;
}

/** Label values that a topology or a producer chooses. Names of topics are configuration. */
const FREE_VALUES = 100;
const COMMIT_OUTCOMES: readonly CommitOutcome[] = ['committed', 'aborted', 'unknown', 'fatal'];
const COMMANDS: readonly CommandName[] = ['release', 'skip', 'redrive', 'dismiss', 'unknown'];
const COMMAND_OUTCOMES: readonly CommandOutcome[] = ['done', 'ignored', 'refused'];
const REBALANCE_KINDS = ['assign', 'revoke', 'lost'] as const;

export const createMetrics = ({ prefix, build, processMetrics = true }: MetricsOptions): Metrics => {
  const register = new Registry();
  if (processMetrics) collectDefaultMetrics({ register });

  const config = <Name extends MetricName>(name: Name) => {
    const { combined, help, labels }: Metric = METRICS[name];
    const aggregator: Aggregator = combined ?? 'sum';
    const labelNames = [...labels] as LabelOf<Name>[];
    return { name: `${prefix}_${name}`, help, labelNames, registers: [register], aggregator };
  };
  const counter = <Name extends NameOf<'counter'>>(name: Name) => new Counter<LabelOf<Name>>(config(name));
  const gauge = <Name extends NameOf<'gauge'>>(name: Name) => new Gauge<LabelOf<Name>>(config(name));
  const histogram = <Name extends NameOf<'histogram'>>(name: Name) =>
    new Histogram<LabelOf<Name>>({ ...config(name), buckets: [...METRICS[name].buckets] });

  const messages = counter('message_count_total');
  const deadLetters = counter('dlq_count_total');
  const retries = counter('retry_count_total');
  const patience = counter('emission_patience_total');
  const staleRetries = counter('stale_retries_total');
  const commands = counter('commands_total');
  const commits = counter('commits_total');
  const commitDuration = histogram('commit_duration_seconds');
  const rebalances = counter('rebalances_total');
  const rebalanced = counter('rebalanced_partitions_total');
  const latency = histogram('latency_seconds');
  const gauges = createGauges(gauge);
  const typeBound = labelBound(FREE_VALUES);
  const reasonBound = labelBound(FREE_VALUES);

  gauge('build_info').set(
    { version: build.version, client: build.client, features: build.features.join(',') },
    1,
  );
  // A counter that appears with its first event hides that event from rate().
  for (const outcome of COMMIT_OUTCOMES) commits.inc({ outcome }, 0);
  for (const command of COMMANDS)
    for (const outcome of COMMAND_OUTCOMES) commands.inc({ command, outcome }, 0);
  for (const kind of REBALANCE_KINDS) {
    rebalances.inc({ kind }, 0);
    rebalanced.inc({ kind }, 0);
  }

  const telemetry: Telemetry = {
    messages: (topic, type, outcome, count) => messages.inc({ topic, type: typeBound(type), outcome }, count),
    deadLetters: (topic, reason, count) => deadLetters.inc({ topic, reason: reasonBound(reason) }, count),
    // Which ones is no metric.
    lastDeadLetters: () => undefined,
    retries: (topic, tier, reason, count) => retries.inc({ topic, tier, reason: reasonBound(reason) }, count),
    patience: (topic, count) => patience.inc({ topic }, count),
    staleRetries: (topic, count) => staleRetries.inc({ topic }, count),
    commands: (command, outcome, count) => commands.inc({ command, outcome }, count),
    commit: (outcome, durationMs) => {
      commits.inc({ outcome });
      commitDuration.observe(durationMs / 1000);
    },
    rebalance: (kind, partitions) => {
      rebalances.inc({ kind });
      rebalanced.inc({ kind }, partitions);
    },
    latency: (topic, latencyMs) => latency.observe({ topic, stage: 'read-to-commit' }, latencyMs / 1000),
  };

  let read: (() => GaugeSnapshot) | undefined;
  const collect = (): void => {
    gauges.reset();
    if (read !== undefined) gauges.show(read());
  };

  return {
    telemetry,
    contentType: register.contentType,
    watch: (source) => {
      read = source;
    },
    render: () => {
      collect();
      return register.metrics();
    },
    values: () => {
      collect();
      return valuesOf(register);
    },
  };
};
