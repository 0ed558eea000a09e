/**
 * Metrics of this process, in a registry of their own (a user's other registries are left alone).
 * Counters are told through the Telemetry port, once per batch or commit. Gauges are read from the
 * engine at scrape time and hold only what is there now: the series of a revoked partition are gone.
 * Never called per record. Whatever it is told, the number of series stays bounded.
 */
import type { Aggregator } from 'prom-client';
import { Counter, Histogram, Registry } from 'prom-client';
import type { CommandName, CommandOutcome, CommitOutcome, Telemetry } from '../ports/telemetry.js';
import type { ClientTelemetry } from './client-metrics.js';
import { ClientMetrics } from './client-metrics.js';
import { valuesOf } from './combined-metrics.js';
import type { ProcessMetrics } from './combined-metrics.js';
import type { GaugeSnapshot } from './gauges.js';
import { createGauges } from './gauges.js';
import { labelBound, seriesBound } from './label-bound.js';
import { METRICS, REASONS_WITHOUT_ATTEMPT } from './metric-table.js';
import type { LabelOf, Metric, MetricName, NameOf } from './metric-table.js';
import { collectProcessMetrics } from './process-metrics.js';
import { RateWindow } from './rate-window.js';
import { ScrapedGauge } from './scraped-gauge.js';

export interface BuildInfo {
  readonly version: string;
  /** The Kafka client's version. */
  readonly client: string;
  /** What the client was built with. */
  readonly features: readonly string[];
}

export interface Metrics {
  readonly telemetry: Telemetry;
  /** What the Kafka clients say of themselves. */
  readonly clients: ClientTelemetry;
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
  /** What clients may report; anything else is `other`. */
  readonly clientEventKinds?: readonly string[];
  /** Never jumps; only differences mean anything. */
  readonly nowMs?: () => number;
}

/** Label values that a topology, a producer or a record chooses. */
const FREE_VALUES = 100;
/** Combinations of them in one metric. */
const FREE_SERIES = 500;
const COMMIT_OUTCOMES: readonly CommitOutcome[] = ['committed', 'aborted', 'unknown', 'fatal'];
const COMMANDS: readonly CommandName[] = ['release', 'skip', 'redrive', 'dismiss', 'unknown'];
const COMMAND_OUTCOMES: readonly CommandOutcome[] = ['done', 'ignored', 'refused'];
const REBALANCE_KINDS = ['assign', 'revoke', 'lost'] as const;
const WITHOUT_ATTEMPT: readonly string[] = REASONS_WITHOUT_ATTEMPT;

export const createMetrics = (options: MetricsOptions): Metrics => {
  const { build, clientEventKinds = ['other'], nowMs = () => performance.now(), prefix } = options;
  const register = new Registry();
  if (options.processMetrics ?? true) collectProcessMetrics(register);

  const config = <Name extends MetricName>(name: Name) => {
    const { combined, help, labels }: Metric = METRICS[name];
    const aggregator: Aggregator = combined ?? 'sum';
    const labelNames = [...labels] as LabelOf<Name>[];
    return { name: `${prefix}_${name}`, help, labelNames, registers: [register], aggregator };
  };
  const scraped: { clear(): void }[] = [];
  const counter = <Name extends NameOf<'counter'>>(name: Name) => new Counter<LabelOf<Name>>(config(name));
  const gauge = <Name extends NameOf<'gauge'>>(name: Name) => {
    const made = new ScrapedGauge<LabelOf<Name>>(config(name));
    scraped.push(made);
    return made;
  };
  const histogram = <Name extends NameOf<'histogram'>>(name: Name) =>
    new Histogram<LabelOf<Name>>({ ...config(name), buckets: [...METRICS[name].buckets] });

  const messages = counter('message_count_total');
  const messageRate = gauge('message_rate');
  const errorRate = gauge('error_rate');
  const outputs = counter('output_count_total');
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
  const sessions = counter('sessions_total');
  const showGauges = createGauges(gauge);
  const clients = new ClientMetrics({
    brokers: gauge('client_brokers'),
    rtt: gauge('client_broker_rtt_seconds'),
    queuedRecords: gauge('client_queued_records'),
    queuedBytes: gauge('client_queued_bytes'),
    bytes: counter('client_bytes_total'),
    events: counter('client_events_total'),
    eventKinds: clientEventKinds,
    nowMs,
  });
  const buildInfo = gauge('build_info');
  const rates = { messages: new RateWindow(nowMs()), errors: new RateWindow(nowMs()) };

  const topicBound = labelBound(FREE_VALUES);
  const typeBound = labelBound(FREE_VALUES);
  const reasonBound = labelBound(FREE_VALUES);
  const tierBound = labelBound(FREE_VALUES);
  const messageBound = seriesBound<[string, string]>(FREE_SERIES);
  const deadLetterBound = seriesBound<[string, string]>(FREE_SERIES);
  const retryBound = seriesBound<[string, string, string]>(FREE_SERIES);

  // A counter that appears with its first event hides that event from rate().
  for (const outcome of COMMIT_OUTCOMES) commits.inc({ outcome }, 0);
  for (const command of COMMANDS)
    for (const outcome of COMMAND_OUTCOMES) commands.inc({ command, outcome }, 0);
  for (const kind of REBALANCE_KINDS) {
    rebalances.inc({ kind }, 0);
    rebalanced.inc({ kind }, 0);
  }

  const telemetry: Telemetry = {
    messages: (of, named, outcome, count) => {
      const [topic, type] = messageBound(topicBound(of), typeBound(named));
      messages.inc({ topic, type, outcome }, count);
      rates.messages.add(count, nowMs());
    },
    outputs: (topic, count) => outputs.inc({ topic: topicBound(topic) }, count),
    deadLetters: (of, why, count) => {
      const [topic, reason] = deadLetterBound(topicBound(of), reasonBound(why));
      deadLetters.inc({ topic, reason }, count);
      if (!WITHOUT_ATTEMPT.includes(why)) rates.errors.add(count, nowMs());
    },
    // Which ones is no metric.
    lastDeadLetters: () => undefined,
    retries: (of, named, why, count) => {
      const [topic, tier, reason] = retryBound(topicBound(of), tierBound(named), reasonBound(why));
      retries.inc({ topic, tier, reason }, count);
      rates.errors.add(count, nowMs());
    },
    patience: (topic, count) => patience.inc({ topic: topicBound(topic) }, count),
    staleRetries: (topic, count) => staleRetries.inc({ topic: topicBound(topic) }, count),
    commands: (command, outcome, count) => commands.inc({ command, outcome }, count),
    commit: (outcome, durationMs) => {
      commits.inc({ outcome });
      commitDuration.observe(durationMs / 1000);
    },
    rebalance: (kind, partitions) => {
      rebalances.inc({ kind });
      rebalanced.inc({ kind }, partitions);
    },
    latency: (topic, stage, latencyMs) =>
      latency.observe({ topic: topicBound(topic), stage }, latencyMs / 1000),
    session: () => sessions.inc(),
  };

  let read: (() => GaugeSnapshot) | undefined;
  const collect = (): void => {
    for (const each of scraped) each.clear();
    const { client, features, version } = build;
    buildInfo.show(1, { version, client, features: features.join(',') });
    messageRate.show(rates.messages.perSecond(nowMs()), {});
    errorRate.show(rates.errors.perSecond(nowMs()), {});
    clients.show();
    if (read !== undefined) showGauges(read());
  };

  return {
    telemetry,
    clients,
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
