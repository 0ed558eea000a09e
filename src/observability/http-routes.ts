/**
 * What each path answers. Knows nothing of sockets and nothing of the engine: it is given functions
 * that answer from memory.
 */
import { healthBody } from './health.js';
import type { Health, Verdict } from './health.js';

export interface HttpSources {
  readonly health: () => Health;
  readonly metrics: { readonly contentType: string; readonly render: () => Promise<string> };
  /** `Topology.describe()`. */
  readonly topology: () => string;
  /** State, tasks, lanes, lag: anything that JSON can hold. Never keys or values of records. */
  readonly status: () => unknown;
}

export interface Answer {
  readonly status: number;
  readonly contentType: string;
  readonly body: string;
  /** Sent as `Allow`. */
  readonly allow?: string;
}

const TEXT = 'text/plain; charset=utf-8';
const JSON_TYPE = 'application/json; charset=utf-8';
const HEALTH_TYPE = 'application/health+json';
const METHODS: readonly (string | undefined)[] = ['GET', 'HEAD'];

const text = (status: number, body: string): Answer => ({ status, contentType: TEXT, body: `${body}\n` });

const probe = (verdict: Verdict): Answer => ({
  status: verdict.ok ? 200 : 503,
  contentType: HEALTH_TYPE,
  body: healthBody(verdict),
});

type Route = (sources: HttpSources) => Answer | Promise<Answer>;

const ROUTES = new Map<string, Route>([
  ['/livez', ({ health }) => probe(health().live)],
  ['/readyz', ({ health }) => probe(health().ready)],
  ['/startupz', ({ health }) => probe(health().started)],
  [
    '/metrics',
    async ({ metrics }) => ({
      status: 200,
      contentType: metrics.contentType,
      body: await metrics.render(),
    }),
  ],
  ['/topology', ({ topology }) => ({ status: 200, contentType: TEXT, body: topology() })],
  [
    '/status',
    ({ status }) => ({
      status: 200,
      contentType: JSON_TYPE,
      body: `${JSON.stringify(status(), null, 2)}\n`,
    }),
  ],
]);

export const PATHS: readonly string[] = [...ROUTES.keys()];

export const INTERNAL_ERROR = text(500, 'internal error');

/** Rejects or throws what a source throws. */
export const answer = (
  sources: HttpSources,
  method: string | undefined,
  target: string,
): Answer | Promise<Answer> => {
  const route = ROUTES.get(target.split('?', 1)[0] ?? '');
  if (route === undefined) return text(404, `not found; there are ${PATHS.join(' ')}`);
  if (!METHODS.includes(method)) return { ...text(405, 'only GET and HEAD'), allow: 'GET, HEAD' };
  return route(sources);
};
