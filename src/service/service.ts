/**
 * The service: settings in, a running `Streams` with its probes and metrics out. It wires and owns no
 * rule of its own; `main.ts` turns how it ends into an exit code.
 */
import { randomUUID } from 'node:crypto';
import type { Settings } from '../../config/schema.js';
import { assignmentOf, clientOptions, streamsConfig } from './client-options.js';
import type { PartitionLag } from './cluster-view.js';
import { ClusterView } from './cluster-view.js';
import { gaugesOf } from './gauges.js';
import { HealthDesk } from './health-desk.js';
import { drawingOf } from '../dsl/graph/drawing.js';
import type { Topology } from '../dsl/graph/topology.js';
import { CLIENT_EVENT_KINDS } from '../kafka/client-events.js';
import { chooseBinding } from '../kafka/binding.js';
import { CLIENT_FEATURES, CLIENT_VERSION, createKafkaClients } from '../kafka/clients.js';
import type { StreamsState } from '../observability/health.js';
import type { HttpServer, HttpServerOptions } from '../observability/http-server.js';
import { createHttpServer } from '../observability/http-server.js';
import type { Metrics } from '../observability/metrics.js';
import { createMetrics } from '../observability/metrics.js';
import { RecentDeadLetters } from '../observability/recent-dead-letters.js';
import { RepeatLimit } from '../observability/repeat-limit.js';
import type { OpenTracing } from '../observability/tracing.js';
import { openTracing } from '../observability/tracing.js';
import type { Logger } from '../ports/logger.js';
import { lagOf } from './lag.js';
import { loggedTelemetry } from './logged-telemetry.js';
import { Streams } from '../streams.js';
import type { ServiceStatus } from './service-status.js';
import { systemClock } from './system-clock.js';

/** Of all tasks together. */
const SHOWN_LANES = 500;
/** For spans that are not exported when the service ends. */
const FLUSH_LIMIT_MS = 2_000;

/** Who answers for the service: its HTTP server, or, of several processes, the supervisor that is told. */
export type Front = (options: HttpServerOptions, metrics: Metrics, state: () => StreamsState) => HttpServer;

export class Service {
  readonly #streams: Streams;
  readonly #http: HttpServer;
  readonly #view: ClusterView;
  readonly #health: HealthDesk;
  readonly #recent = new RecentDeadLetters(() => systemClock.now());
  readonly #startedAt = new Date(systemClock.now()).toISOString();
  readonly #logger: RepeatLimit;
  /** Null: no tracer provider was registered when the process started. */
  readonly #tracing: OpenTracing | null;

  constructor(
    topology: Topology,
    private readonly settings: Settings,
    private readonly version: string,
    given: Logger,
    front: Front = createHttpServer,
  ) {
    const logger = new RepeatLimit(given, systemClock);
    this.#logger = logger;
    this.#tracing = openTracing({ groupId: settings.kafka.groupId, version });
    this.#view = new ClusterView(logger);
    const build = { version, client: CLIENT_VERSION, features: CLIENT_FEATURES };
    const { prefix } = settings.metrics;
    const metrics = createMetrics({ prefix, build, clientEventKinds: CLIENT_EVENT_KINDS });
    metrics.watch(() =>
      gaugesOf({
        status: this.#streams.status(),
        health: this.#health.health,
        lag: this.#lag(),
        maxUncommitted: settings.processing.maxUncommitted,
        nowMs: systemClock.now(),
      }),
    );
    const clients = createKafkaClients({
      ...clientOptions(settings, randomUUID().slice(0, 8)),
      ...assignmentOf(topology),
      // At least once keeps the order of first occurrences only while no record is given up.
      deliveryTimeoutMs: 0,
      onClientError: (event) => {
        metrics.clients.event(event.client, event.kind);
        this.#view.hear(event, this.#streams.sessions);
      },
      onStatistics: (statistics) => {
        metrics.clients.figures(statistics);
        this.#view.see(statistics);
      },
    });
    this.#streams = new Streams({
      topology,
      config: streamsConfig(settings),
      clients,
      clock: systemClock,
      logger,
      telemetry: loggedTelemetry(
        { ...metrics.telemetry, lastDeadLetters: (letters) => this.#recent.note(letters) },
        logger,
      ),
      tracing: this.#tracing ?? undefined,
    });
    const { stallLimitMs } = settings.service;
    this.#health = new HealthDesk({
      streams: this.#streams,
      view: this.#view,
      stallLimitMs,
      clock: systemClock,
      logger,
    });
    const options: HttpServerOptions = {
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
    };
    this.#http = front(options, metrics, () => this.#streams.state);
  }

  /** Probes answer first; then joins. Rejects when topics or brokers cannot be used. */
  async start(): Promise<void> {
    const port = await this.#http.listen();
    const client = {
      features: CLIENT_FEATURES.join(','),
      binding: chooseBinding(this.settings.kafka.binding),
    };
    if (port > 0) this.#logger.info({ port, ...client }, 'listening');
    else this.#logger.info(client, 'the supervisor answers for this process');
    if (this.#tracing !== null) this.#logger.info({}, 'tracing: a tracer provider is registered');
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
      this.#health.failed(error);
      throw error;
    }
  }

  /** Drains, commits, leaves, and stops answering probes last. */
  async stop(): Promise<void> {
    await this.#streams.close();
    this.#health.stop();
    await this.#http.close();
    await this.#tracing?.flush(FLUSH_LIMIT_MS);
    this.#logger.flush();
  }

  #lag(): readonly PartitionLag[] {
    return lagOf(this.#view.lag, this.#streams.steps().tasks);
  }

  /** From memory, and bounded: the status page asks every two seconds. */
  #status(): ServiceStatus {
    const { live, ready } = this.#health.health;
    return {
      version: this.version,
      application: this.settings.kafka.groupId,
      startedAt: this.#startedAt,
      live: { ok: live.ok, reasons: live.reasons },
      ready: { ok: ready.ok, reasons: ready.reasons },
      ...this.#streams.status(),
      stalls: this.#health.stalls,
      lag: this.#lag(),
      laneHeads: this.#streams.laneHeads(SHOWN_LANES),
      deadLetters: this.#recent.newestFirst,
    };
  }
}
