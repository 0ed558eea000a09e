/**
 * The HTTP server of probes, metrics and the status page. It changes nothing and reads no request body, and no client
 * can hold it: headers and answers have time-outs, connections are bounded, and `close` ends those that are open.
 */
import { createServer } from 'node:http';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { Logger } from '../ports/logger.js';
import { answer, INTERNAL_ERROR } from './http-routes.js';
import type { Answer, Asked, HttpSources } from './http-routes.js';

export interface HttpServerOptions {
  readonly host: string;
  /** 0: any free one. */
  readonly port: number;
  readonly sources: HttpSources;
  readonly logger: Logger;
  readonly limits?: Partial<HttpLimits>;
}

export interface HttpLimits {
  /** For a request to arrive, headers included. */
  readonly requestTimeoutMs: number;
  /** For an answer to be taken. */
  readonly answerTimeoutMs: number;
  readonly keepAliveMs: number;
  /** More are closed at once. */
  readonly maxConnections: number;
  /** For answers under way when the server closes. */
  readonly closeGraceMs: number;
}

const LIMITS: HttpLimits = {
  requestTimeoutMs: 5_000,
  answerTimeoutMs: 10_000,
  keepAliveMs: 5_000,
  maxConnections: 100,
  closeGraceMs: 500,
};

export interface HttpServer {
  /** Resolves with the port. Rejects with an HttpListenError. */
  listen(): Promise<number>;
  /** Resolves when no connection is left. Again: the same. */
  close(): Promise<void>;
}

/** The address cannot be listened on: HTTP_HOST or HTTP_PORT is wrong, or something else has it. */
export class HttpListenError extends Error {
  override readonly name = 'HttpListenError';
  readonly code = 'HTTP_LISTEN';
}

export const createHttpServer = (options: HttpServerOptions): HttpServer => {
  const { host, port, sources, logger } = options;
  const limits = { ...LIMITS, ...options.limits };
  const server = createServer({
    headersTimeout: limits.requestTimeoutMs,
    requestTimeout: limits.requestTimeoutMs,
    keepAliveTimeout: limits.keepAliveMs,
    connectionsCheckingInterval: Math.min(1_000, limits.requestTimeoutMs),
    maxHeaderSize: 8_192,
  });
  server.maxConnections = limits.maxConnections;
  // Covers what the others do not: a connection on which nothing at all is sent.
  server.setTimeout(limits.answerTimeoutMs);

  const serve = (request: IncomingMessage, response: ServerResponse): void => {
    const limit = setTimeout(() => request.socket.destroy(), limits.answerTimeoutMs);
    response.once('close', () => clearTimeout(limit));
    const fail = (error: unknown): void => {
      logger.error({ error, path: pathOf(request) }, 'an HTTP request failed');
      send(request, response, INTERNAL_ERROR);
    };
    try {
      const answered = answer(sources, askedBy(request));
      if (answered instanceof Promise) answered.then((it) => send(request, response, it), fail);
      else send(request, response, answered);
    } catch (error) {
      fail(error);
    }
  };
  server.on('request', serve);
  // "Expect: 100-continue": answered at once, without asking for the body.
  server.on('checkContinue', serve);
  // Without this a tunnel is ended without a word.
  server.on('connect', (_request, socket) => socket.end(NO_TUNNEL));

  let closing: Promise<void> | undefined;
  return {
    listen: () => listen(server, host, port, logger),
    close: () => (closing ??= close(server, limits.closeGraceMs)),
  };
};

const NO_TUNNEL =
  'HTTP/1.1 405 Method Not Allowed\r\nAllow: GET, HEAD\r\nContent-Length: 0\r\nConnection: close\r\n\r\n';

const pathOf = (request: IncomingMessage): string => (request.url ?? '').split('?', 1)[0] ?? '';

const bodyBytesOf = ({ headers }: IncomingMessage): Asked['bodyBytes'] =>
  headers['transfer-encoding'] === undefined ? Number(headers['content-length'] ?? '0') : 'unknown';

const askedBy = (request: IncomingMessage): Asked => ({
  method: request.method,
  target: request.url ?? '',
  bodyBytes: bodyBytesOf(request),
});

const send = (request: IncomingMessage, response: ServerResponse, answered: Answer): void => {
  if (response.destroyed || response.headersSent) return;
  const body = Buffer.from(answered.body);
  response.writeHead(answered.status, {
    'content-type': answered.contentType,
    'content-length': body.length,
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
    'referrer-policy': 'no-referrer',
    ...answered.headers,
    // Else the body would have to be read to find the next request behind it.
    ...(bodyBytesOf(request) !== 0 ? { connection: 'close' } : {}),
  });
  response.end(request.method === 'HEAD' ? undefined : body);
};

const listen = (server: Server, host: string, port: number, logger: Logger): Promise<number> =>
  new Promise((resolve, reject) => {
    const refuse = (cause: NodeJS.ErrnoException): void => {
      const why = cause.code ?? cause.message;
      const message = `cannot listen on ${host}:${port} (${why}): set HTTP_HOST and HTTP_PORT to a free address`;
      reject(new HttpListenError(message, { cause }));
    };
    server.once('error', refuse);
    server.listen(port, host, () => {
      server.off('error', refuse);
      // Such as: no file descriptor left for a connection. The process goes on.
      server.on('error', (error) => logger.warn({ error }, 'the HTTP server had an error'));
      const address = server.address();
      resolve(typeof address === 'object' && address !== null ? address.port : port);
    });
  });

const close = (server: Server, graceMs: number): Promise<void> =>
  new Promise((resolve) => {
    const force = setTimeout(() => server.closeAllConnections(), graceMs);
    // The only error is "not running": then there is nothing to close.
    server.close(() => {
      clearTimeout(force);
      resolve();
    });
    server.closeIdleConnections();
  });
