/**
 * The engine with its metrics on the simulated cluster: `Streams` as the service wires it, but for Kafka and time.
 * The topology copies SOURCE to AUDIT; a value that begins with `fail` fails and is tried again later.
 */
import { Consumed } from '../../../src/dsl/consumed.js';
import type { Topology } from '../../../src/dsl/graph/topology.js';
import { Produced } from '../../../src/dsl/produced.js';
import { Serdes } from '../../../src/dsl/serdes.js';
import { StreamsBuilder } from '../../../src/dsl/streams-builder.js';
import type { GaugeSnapshot } from '../../../src/observability/gauges.js';
import { assess } from '../../../src/observability/health.js';
import type { Metrics } from '../../../src/observability/metrics.js';
import { createMetrics } from '../../../src/observability/metrics.js';
import { SILENT } from '../../../src/ports/logger.js';
import { RetryableError } from '../../../src/record/record-error.js';
import { gaugesOf } from '../../../src/service/gauges.js';
import { Streams } from '../../../src/streams.js';
import { driverConfig } from '../../../src/testing/driver-config.js';
import { Scheduler } from '../../../src/testing/scheduler.js';
import { SimulatedCluster } from '../../../src/testing/simulated-cluster.js';
import type { SimulatedProcess } from '../../../src/testing/simulated-process.js';
import { AUDIT, SOURCE } from './records.js';
import { HEALTHY } from '../../support/healthy.js';

const MAX_UNCOMMITTED = 20_000;
export const GROUP = 'G';

const copying = (): Topology => {
  const builder = new StreamsBuilder();
  builder
    .stream(SOURCE, Consumed.with(Serdes.string(), Serdes.string()))
    .mapValues((value) => {
      if (value.startsWith('fail')) throw new RetryableError('directory-unavailable', 'it is away');
      return value;
    })
    .to(AUDIT, Produced.with(Serdes.string(), Serdes.string()));
  return builder.build();
};

/** One process of the group. */
export class EngineProcess {
  readonly metrics: Metrics;
  readonly streams: Streams;
  /** As the client would say; the simulated one says nothing. */
  lag: GaugeSnapshot['lag'] = [];

  constructor({ clients, clock }: SimulatedProcess, partitions: number) {
    this.metrics = createMetrics({
      prefix: 'audit',
      processMetrics: false,
      build: { version: '1.2.3', client: '2.12.0', features: ['ssl'] },
      nowMs: () => clock.monotonic(),
    });
    this.streams = new Streams({
      topology: copying(),
      config: {
        ...driverConfig(GROUP, partitions, { maxUncommitted: MAX_UNCOMMITTED, retryTiers: [3_600_000] }),
        commitIntervalMs: 100,
      },
      clients,
      clock,
      logger: SILENT,
      telemetry: this.metrics.telemetry,
    });
    this.metrics.watch(() => {
      const status = this.streams.status();
      const health = assess({
        ...HEALTHY,
        state: status.state,
        lastPollAgeMs: status.msSincePoll ?? null,
        joined: status.joined,
      });
      const { lag } = this;
      return gaugesOf({ status, health, lag, maxUncommitted: MAX_UNCOMMITTED, nowMs: clock.now() });
    });
  }

  get isRunning(): boolean {
    return this.streams.state === 'RUNNING';
  }

  get tasks(): number {
    return this.streams.status().tasks.length;
  }

  async lines(): Promise<readonly string[]> {
    return (await this.metrics.render()).split('\n');
  }

  /** Of one metric: its series, without the prefix. */
  async series(name: string): Promise<readonly string[]> {
    const isOf = (line: string): boolean =>
      line.startsWith(`audit_${name}{`) || line.startsWith(`audit_${name} `);
    return (await this.lines()).filter(isOf).map((line) => line.slice('audit_'.length));
  }
}

export class EngineBench {
  readonly scheduler = new Scheduler(1);
  readonly cluster = new SimulatedCluster(this.scheduler, { markerDelayMs: [0, 0], latency: 'none' });
  readonly #processes: EngineProcess[] = [];

  constructor(private readonly partitions: number) {
    this.cluster.createTopic(SOURCE, partitions);
    this.cluster.createTopic(AUDIT, partitions);
  }

  /** A process that has joined the group and runs. */
  async start(name: string): Promise<EngineProcess> {
    const simulated = this.cluster.process(name, {
      groupId: GROUP,
      transactionalId: `${GROUP}-${name}`,
      assignor: 'range',
    });
    const process = new EngineProcess(simulated, this.partitions);
    this.#processes.push(process);
    await this.scheduler.complete(process.streams.start());
    await this.scheduler.run(() => process.isRunning);
    return process;
  }

  async close(): Promise<void> {
    for (const { streams } of this.#processes) await this.scheduler.complete(streams.close());
  }
}
