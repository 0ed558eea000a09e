/**
 * What each path answers. Knows nothing of sockets and nothing of the engine: it is given functions
 * that answer from memory.
 */
import { healthBody } from './health.js';
import type { Health, Verdict } from './health.js';
import { DOCUMENT, PAGE_HEADERS, SCRIPT_FOLDER } from './page/page-document.js';
import { readScripts } from './page/page-scripts.js';

export interface HttpSources {
  readonly health: () => Health;
  readonly metrics: { readonly contentType: string; readonly render: () => Promise<string> };
  /** `Topology.describe()`. */
  readonly topology: () => string;
  /** The same as data, for whoever draws it. */
  readonly drawing: () => unknown;
  /** State, tasks, lanes, lag: anything that JSON can hold, or the promise of it. Never keys or values of records. */
  readonly status: () => unknown;
}

export interface Answer {
  readonly status: number;
  readonly contentType: string;
  readonly body: string;
  /** Beside those that every answer has. */
  readonly headers?: Readonly<Record<string, string>>;
}

const TEXT = 'text/plain; charset=utf-8';
const JSON_TYPE = 'application/json; charset=utf-8';
const HEALTH_TYPE = 'application/health+json';
const HTML = 'text/html; charset=utf-8';
const SCRIPT = 'text/javascript; charset=utf-8';
const METHODS: readonly (string | undefined)[] = ['GET', 'HEAD'];

/** Of a request's target; paths are short, and a query means nothing here. */
export const MAX_TARGET_BYTES = 2_048;
/** A body is never read. One that is small is nobody's mistake; a larger one, or one without a length, is refused. */
export const MAX_BODY_BYTES = 1_024;

const text = (status: number, body: string): Answer => ({ status, contentType: TEXT, body: `${body}\n` });

const probe = (verdict: Verdict): Answer => ({
  status: verdict.ok ? 200 : 503,
  contentType: HEALTH_TYPE,
  body: healthBody(verdict),
});

type Route = (sources: HttpSources) => Answer | Promise<Answer>;

const json = (value: unknown, indent?: number): Answer => ({
  status: 200,
  contentType: JSON_TYPE,
  body: `${JSON.stringify(value, null, indent)}\n`,
});

const ROUTES = new Map<string, Route>([
  ['/', () => ({ status: 200, contentType: HTML, body: DOCUMENT, headers: PAGE_HEADERS })],
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
  ['/topology.json', ({ drawing }) => json(drawing())],
  [
    '/status',
    ({ status }) => {
      const told = status();
      return told instanceof Promise ? told.then((it) => json(it, 2)) : json(told, 2);
    },
  ],
]);

/** For people and programs. */
export const PATHS: readonly string[] = [...ROUTES.keys()];

for (const [name, body] of readScripts())
  ROUTES.set(`${SCRIPT_FOLDER}${name}`, () => ({ status: 200, contentType: SCRIPT, body }));

/** Of the status page's own. */
export const SCRIPT_PATHS: readonly string[] = [...ROUTES.keys()].filter((path) => !PATHS.includes(path));

export const INTERNAL_ERROR = text(500, 'internal error');

export interface Asked {
  readonly method: string | undefined;
  readonly target: string;
  /** As the request says; `unknown`: it comes in chunks. */
  readonly bodyBytes: number | 'unknown';
}

/** Rejects or throws what a source throws. */
export const answer = (
  sources: HttpSources,
  { bodyBytes, method, target }: Asked,
): Answer | Promise<Answer> => {
  if (target.length > MAX_TARGET_BYTES) return text(414, `a target has at most ${MAX_TARGET_BYTES} bytes`);
  const route = ROUTES.get(target.split('?', 1)[0] ?? '');
  if (route === undefined) return text(404, `not found; there are ${PATHS.join(' ')}`);
  if (!METHODS.includes(method))
    return { ...text(405, 'only GET and HEAD'), headers: { allow: 'GET, HEAD' } };
  if (bodyBytes === 'unknown' || bodyBytes > MAX_BODY_BYTES) return text(413, 'no body is read here');
  return route(sources);
};
