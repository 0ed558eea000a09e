/** Answers of `/status` and `/topology.json` that a test makes, as a service would give them. */
import type {
  PageLane,
  PageStatus,
  PageSubtopology,
  PageTask,
} from '../../src/observability/page/browser/status-data.js';
import { createHttpServer, type HttpServer } from '../../src/observability/http-server.js';
import { assess } from '../../src/observability/health.js';
import { SILENT } from '../../src/ports/logger.js';
import { HEALTHY } from './healthy.js';

export const task = (partition: number, more: Partial<PageTask> = {}): PageTask => ({
  id: `0_${partition}`,
  partition,
  state: 'running',
  positions: { 'user.events': 10, 'app.user.events.retry.5s': 0 },
  queued: 0,
  inFlight: 0,
  uncommitted: 0,
  paused: [],
  lanes: { retrying: 0, parked: 0, followers: 0 },
  ...more,
});

export const lane = (more: Partial<PageLane> = {}): PageLane => ({
  head: 'user.events-0-7',
  status: 'waiting',
  followers: 2,
  attempts: 3,
  delayMs: 30_000,
  dueInMs: 20_000,
  failingForMs: 65_000,
  lastFailure: { reason: 'directory-timeout', retryable: true },
  ...more,
});

export const pageStatus = (more: Partial<PageStatus> = {}): PageStatus => ({
  version: '0.1.0',
  application: 'user-management-service',
  startedAt: '2026-11-26T15:04:05.678Z',
  state: 'RUNNING',
  ready: { ok: true, reasons: [] },
  live: { ok: true, reasons: [] },
  breaker: 'closed',
  uncommitted: 0,
  tasks: [task(0), task(1)],
  lag: [0, 1].map((partition) => ({ topic: 'user.events', partition, records: 1_200 * partition })),
  laneHeads: [],
  deadLetters: [],
  ...more,
});

export const CHAIN: readonly PageSubtopology[] = [
  {
    id: 0,
    nodes: [
      { name: 'SOURCE', kind: 'source', topics: ['user.events'], isInternal: false, stores: [], parents: [] },
      { name: 'AUDIT', kind: 'processor', topics: [], isInternal: false, stores: [], parents: ['SOURCE'] },
      {
        name: 'SINK',
        kind: 'sink',
        topics: ['system.audit'],
        isInternal: false,
        stores: [],
        parents: ['AUDIT'],
      },
    ],
  },
];

/** The real server with made answers, and no service behind it. */
export interface MadeService {
  readonly origin: string;
  readonly server: HttpServer;
  status: unknown;
}

export const serveMade = async (
  status: unknown,
  drawing: readonly PageSubtopology[] = CHAIN,
  port = 0,
): Promise<MadeService> => {
  const server = createHttpServer({
    host: '127.0.0.1',
    port,
    logger: SILENT,
    sources: {
      health: () => assess(HEALTHY),
      metrics: { contentType: 'text/plain', render: () => Promise.resolve('') },
      topology: () => 'Topologies:\n',
      drawing: () => drawing,
      status: () => made.status,
    },
  });
  const made: MadeService = { origin: '', server, status };
  return Object.assign(made, { origin: `http://127.0.0.1:${await server.listen()}` });
};
