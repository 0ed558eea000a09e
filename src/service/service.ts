/**
 * The service: settings in, a running `Streams` with its probes and metrics out. It wires and owns no
 * rule of its own; `main.ts` turns how it ends into an exit code.
 */
import { randomUUID } from 'node:crypto';
import type { Settings } from '../../config/schema.js';
import { assignmentOf, clientOptions, streamsConfig } from './client-options.js';
import { ClusterView } from './cluster-view.js';
import { gaugesOf } from './gauges.js';
import { HealthDesk } from './health-desk.js';
import { drawingOf } from '../dsl/graph/drawing.js';
import type { Topology } from '../dsl/graph/topology.js';
import { CLIENT_FEATURES, CLIENT_VERSION, createKafkaClients } from '../kafka/clients.js';
import type { HttpServer } from '../observability/http-server.js';
import { createHttpServer } from '../observability/http-server.js';
import { createMetrics } from '../observability/metrics.js';
import type { PageStatus } from '../observability/page/browser/status-data.js';
import { RecentDeadLetters } from '../observability/recent-dead-letters.js';
import type { Stall } from '../observability/progress-watch.js';
import type { Logger } from '../ports/logger.js';
import { Streams } from '../streams.js';
import type { StreamsStatus } from '../streams-status.js';
import { systemClock } from './system-clock.js';

/** Of all tasks together. */
const SHOWN_LANES = 500;

export class Service {
  readonly #streams: Streams;
  readonly #http: HttpServer;
  readonly #view: ClusterView;
  readonly #health: HealthDesk;
  readonly #recent = new RecentDeadLetters(() => systemClock.now());
  readonly #startedAt = new Date(systemClock.now()).toISOString();

  constructor(
    topology: Topology,
    private readonly settings: Settings,
    private readonly version: string,
    private readonly logger: Logger,
  ) {
    this.#view = new ClusterView(logger);
    const build = { version, client: CLIENT_VERSION, features: CLIENT_FEATURES };
    const metrics = createMetrics({ prefix: settings.metrics.prefix, build });
    metrics.watch(() => gaugesOf(this.#streams.status(), this.#view.lag));
    const clients = createKafkaClients({
      ...clientOptions(settings, randomUUID().slice(0, 8)),
      ...assignmentOf(topology),
      // At least once keeps the order of first occurrences only while no record is given up.
      deliveryTimeoutMs: 0,
      onClientError: (event) => this.#view.hear(event, this.#streams.steps().session),
      onStatistics: (statistics) => this.#view.see(statistics),
    });
    this.#streams = new Streams({
      topology,
      config: streamsConfig(settings),
      clients,
      clock: systemClock,
      logger,
      telemetry: { ...metrics.telemetry, lastDeadLetters: (letters) => this.#recent.note(letters) },
    });
    const { stallLimitMs } = settings.service;
    this.#health = new HealthDesk({
      streams: this.#streams,
      view: this.#view,
      stallLimitMs,
      clock: systemClock,
      logger,
    });
    this.#http = createHttpServer({
      host: settings.http.host,
      port: settings.http.port,
      logger,
      sources: {
        health: () => this.#health.health,
        metrics,
        topology: () => topology.describe(),
        drawing: () => drawingOf(topology.subtopologies),
        status: () => this.#status(),
      },
    });
  }

  /** Probes answer first; then joins. Rejects when topics or brokers cannot be used. */
  async start(): Promise<void> {
    const port = await this.#http.listen();
    this.logger.info({ port, features: CLIENT_FEATURES.join(',') }, 'listening');
    this.#health.watch();
    await this.#streams.start();
    this.#view.connected();
    this.#health.startedUp();
  }

  /** Resolves when it ended in order, rejects with StreamsFailed when it gave up. */
  async ended(): Promise<void> {
    try {
      await this.#streams.ended();
    } catch (error) {
      this.#health.failed(error instanceof Error ? error.message : String(error));
      throw error;
    }
  }

  /** Drains, commits, leaves, and stops answering probes last. */
  async stop(): Promise<void> {
    await this.#streams.close();
    this.#health.stop();
    await this.#http.close();
  }

  /** From memory, and bounded: the status page asks every two seconds. */
  #status(): StreamsStatus & PageStatus & { readonly stalls: readonly Stall[] } {
    const { live, ready } = this.#health.health;
    return {
      version: this.version,
      application: this.settings.kafka.groupId,
      startedAt: this.#startedAt,
      live: { ok: live.ok, reasons: live.reasons },
      ready: { ok: ready.ok, reasons: ready.reasons },
      ...this.#streams.status(),
      stalls: this.#health.stalls,
      lag: this.#view.lag,
      laneHeads: this.#streams.laneHeads(SHOWN_LANES),
      deadLetters: this.#recent.newestFirst,
    };
  }
}
