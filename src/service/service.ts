/**
 * The service: settings in, a running `Streams` with its probes and metrics out. It wires and owns no
 * rule of its own; `main.ts` turns how it ends into an exit code.
 */
import { randomUUID } from 'node:crypto';
import type { Settings } from '../../config/schema.js';
import { assignmentOf, clientOptions, streamsConfig } from './client-options.js';
import { ClusterView } from './cluster-view.js';
import { gaugesOf } from './gauges.js';
import { drawingOf } from '../dsl/graph/drawing.js';
import type { Topology } from '../dsl/graph/topology.js';
import { CLIENT_FEATURES, CLIENT_VERSION, createKafkaClients } from '../kafka/clients.js';
import type { HealthSnapshot } from '../observability/health.js';
import { assess } from '../observability/health.js';
import type { HttpServer } from '../observability/http-server.js';
import { createHttpServer } from '../observability/http-server.js';
import { createMetrics } from '../observability/metrics.js';
import type { PageStatus } from '../observability/page/browser/status-data.js';
import { RecentDeadLetters } from '../observability/recent-dead-letters.js';
import { RepeatLimit } from '../observability/repeat-limit.js';
import type { OpenTracing } from '../observability/tracing.js';
import { openTracing } from '../observability/tracing.js';
import type { Logger } from '../ports/logger.js';
import { loggedTelemetry } from './logged-telemetry.js';
import { Streams } from '../streams.js';
import type { StreamsStatus } from '../streams-status.js';
import { systemClock } from './system-clock.js';

/** Of all tasks together. */
const SHOWN_LANES = 500;
/** For spans that are not exported when the service ends. */
const FLUSH_LIMIT_MS = 2_000;

export class Service {
  readonly #streams: Streams;
  readonly #http: HttpServer;
  readonly #view: ClusterView;
  readonly #recent = new RecentDeadLetters(() => systemClock.now());
  readonly #startedAt = new Date(systemClock.now()).toISOString();
  readonly #logger: RepeatLimit;
  /** Null: no tracer provider was registered when the process started. */
  readonly #tracing: OpenTracing | null;
  #startedUp = false;
  #fatal: string | null = null;

  constructor(
    topology: Topology,
    private readonly settings: Settings,
    private readonly version: string,
    given: Logger,
  ) {
    const logger = new RepeatLimit(given, systemClock);
    this.#logger = logger;
    this.#tracing = openTracing({ groupId: settings.kafka.groupId, version });
    this.#view = new ClusterView(logger);
    const build = { version, client: CLIENT_VERSION, features: CLIENT_FEATURES };
    const metrics = createMetrics({ prefix: settings.metrics.prefix, build });
    metrics.watch(() => gaugesOf(this.#streams.status(), this.#view.lag));
    const clients = createKafkaClients({
      ...clientOptions(settings, randomUUID().slice(0, 8)),
      ...assignmentOf(topology),
      // At least once keeps the order of first occurrences only while no record is given up.
      deliveryTimeoutMs: 0,
      onClientError: (event) => this.#view.hear(event),
      onStatistics: (statistics) => this.#view.see(statistics),
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
    this.#http = createHttpServer({
      host: settings.http.host,
      port: settings.http.port,
      logger,
      sources: {
        health: () => assess(this.#health()),
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
    this.#logger.info({ port, features: CLIENT_FEATURES.join(',') }, 'listening');
    if (this.#tracing !== null) this.#logger.info({}, 'tracing: a tracer provider is registered');
    await this.#streams.start();
    this.#view.connected();
    this.#startedUp = true;
  }

  /** Resolves when it ended in order, rejects with StreamsFailed when it gave up. */
  async ended(): Promise<void> {
    try {
      await this.#streams.ended();
    } catch (error) {
      this.#fatal = error instanceof Error ? error.message : String(error);
      throw error;
    }
  }

  /** Drains, commits, leaves, and stops answering probes last. */
  async stop(): Promise<void> {
    await this.#streams.close();
    await this.#http.close();
    await this.#tracing?.flush(FLUSH_LIMIT_MS);
    this.#logger.flush();
  }

  /** From memory, and bounded: the status page asks every two seconds. */
  #status(): StreamsStatus & PageStatus {
    const { live, ready } = assess(this.#health());
    return {
      version: this.version,
      application: this.settings.kafka.groupId,
      startedAt: this.#startedAt,
      live: { ok: live.ok, reasons: live.reasons },
      ready: { ok: ready.ok, reasons: ready.reasons },
      ...this.#streams.status(),
      lag: this.#view.lag,
      laneHeads: this.#streams.laneHeads(SHOWN_LANES),
      deadLetters: this.#recent.newestFirst,
    };
  }

  #health(): HealthSnapshot {
    const status = this.#streams.status();
    return {
      state: status.state,
      lastPollAgeMs: status.state === 'PENDING_SHUTDOWN' ? null : (status.msSincePoll ?? null),
      joined: status.joined || this.#view.isSteadyMember,
      restoringTasks: status.tasks.filter(({ state, refused }) => state === 'restoring' && !refused).length,
      brokersUp: this.#view.brokersUp,
      producerUsable: status.msSincePoll !== undefined,
      fatal: this.#fatal,
      startedUp: this.#startedUp,
    };
  }
}
