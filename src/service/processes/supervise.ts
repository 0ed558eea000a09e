/**
 * PROCESSES above 1: this process supervises so many stream processes and answers for all of them on one port. It runs no
 * Kafka client. It stops answering last.
 */
import type { Settings } from '../../../config/schema.js';
import { drawingOf } from '../../dsl/graph/drawing.js';
import type { Topology } from '../../dsl/graph/topology.js';
import { combineMetrics } from '../../observability/combined-metrics.js';
import type { Health } from '../../observability/health.js';
import { createHttpServer } from '../../observability/http-server.js';
import type { HttpSources } from '../../observability/http-routes.js';
import { KeptCounters } from '../../observability/kept-counters.js';
import type { ServiceLogger } from '../../observability/logger.js';
import { createSupervisorMetrics } from '../../observability/supervisor-metrics.js';
import { toldOf } from '../../record/author-error.js';
import { EXIT, exitCodeOf } from '../exit-code.js';
import type { ToChild } from './messages.js';
import { ProcessSupervisor } from './process-supervisor.js';
import { combinedHealth, combinedState } from './processes-health.js';
import { mergeStatuses } from './processes-status.js';
import { launchStreamProcess } from './stream-process.js';

/** Of a scrape, or of the status page, for processes that do not answer; the others are shown then. */
const ANSWER_LIMIT_MS = 2_000;
/** A process drains within DRAIN_TIMEOUT_MS, ends its last transaction and leaves the group. */
const LEAVE_MS = 10_000;

/** After a stop; then what still lives is killed. The platform's grace period must be longer (deploy/kubernetes). */
export const drainLimitMs = ({ kafka, service }: Settings): number =>
  service.drainTimeoutMs + kafka.transactionTimeoutMs + LEAVE_MS;

/** Changes the level of the log. */
const LEVEL_SIGNAL = { kind: 'signal', signal: 'SIGUSR2' } as const satisfies ToChild;

export interface SupervisedService {
  readonly settings: Settings;
  readonly topology: Topology;
  readonly version: string;
  readonly logger: ServiceLogger;
  /** Drain all. */
  readonly stop: AbortSignal;
}

/** The exit code, once no process is left. */
export const superviseProcesses = async (service: SupervisedService): Promise<number> => {
  const { settings, version, logger, stop } = service;
  const counters = new KeptCounters();
  const supervisor = new ProcessSupervisor({
    processes: settings.service.processes,
    launch: launchStreamProcess,
    startMessages: (process) => [
      { kind: 'start', process, settings, version },
      // The level was changed by signal since: one that is started now follows the others.
      ...(logger.level === settings.log.level ? [] : [LEVEL_SIGNAL]),
    ],
    drainLimitMs: drainLimitMs(settings),
    logger,
    lastWords: (process, metrics) => counters.told(process, metrics),
    lifeEnded: (process) => counters.ended(process),
  });
  const sources = sourcesOf(service, supervisor, counters);
  const http = createHttpServer({ host: settings.http.host, port: settings.http.port, logger, sources });
  try {
    const port = await http.listen();
    logger.info({ port, processes: settings.service.processes }, 'listening');
  } catch (error) {
    logger.fatal({ err: error }, toldOf(error));
    return exitCodeOf(error);
  }
  process.on(LEVEL_SIGNAL.signal, () => supervisor.forward(LEVEL_SIGNAL.signal));
  // The second signal: what is not committed is read again. Else they would drain, as without a supervisor.
  process.once('exit', () => {
    if (supervisor.isStopping) supervisor.killAll();
  });
  stop.addEventListener('abort', () => supervisor.stop(), { once: true });
  if (stop.aborted) return EXIT.clean;
  supervisor.begin();
  const code = await supervisor.ended;
  await http.close();
  return code;
};

const sourcesOf = (
  { settings, topology, version }: SupervisedService,
  supervisor: ProcessSupervisor,
  counters: KeptCounters,
): HttpSources => {
  const own = createSupervisorMetrics(settings.metrics.prefix);
  const startedAt = new Date().toISOString();
  const health = (): Health => combinedHealth(supervisor.views, supervisor.isStopping);
  const phases = (...these: readonly string[]): number =>
    supervisor.views.filter(({ phase }) => these.includes(phase)).length;
  return {
    health,
    topology: () => topology.describe(),
    drawing: () => drawingOf(topology.subtopologies),
    metrics: {
      contentType: own.contentType,
      render: async () => {
        const answers = await supervisor.ask('metrics', ANSWER_LIMIT_MS);
        const ours = await own.values({
          running: phases('running', 'stopping'),
          starting: phases('starting'),
          waiting: phases('waiting'),
          restarts: supervisor.restarts,
          health: health(),
        });
        return combineMetrics([...counters.parts(answers), ours]);
      },
    },
    status: async () => {
      const answers = await supervisor.ask('status', ANSWER_LIMIT_MS);
      const { views } = supervisor;
      const common = {
        version,
        application: settings.kafka.groupId,
        startedAt,
        state: combinedState(views, supervisor.isStopping),
        health: health(),
      };
      return mergeStatuses(common, views, answers);
    },
  };
};
