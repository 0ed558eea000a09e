import { expect } from 'chai';
import { createHash } from 'node:crypto';
import { connect } from 'node:net';
import type { Socket } from 'node:net';
import { SILENT } from '../../../src/ports/logger.js';
import { assess } from '../../../src/observability/health.js';
import type { HealthSnapshot } from '../../../src/observability/health.js';
import { createHttpServer, HttpListenError } from '../../../src/observability/http-server.js';
import type { HttpLimits, HttpServer } from '../../../src/observability/http-server.js';
import {
  MAX_BODY_BYTES,
  MAX_TARGET_BYTES,
  PATHS,
  SCRIPT_PATHS,
} from '../../../src/observability/http-routes.js';
import type { HttpSources } from '../../../src/observability/http-routes.js';
import { HEALTHY } from '../../support/healthy.js';

/** Everything that the server sends until it ends the connection. */
const untilClosed = (socket: Socket): Promise<string> =>
  new Promise((resolve) => {
    let received = '';
    socket.setEncoding('utf8');
    socket.on('data', (chunk: string) => (received += chunk));
    socket.on('error', () => undefined);
    socket.on('close', () => resolve(received));
  });

const opened = (port: number): Promise<Socket> =>
  new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1', () => resolve(socket)).on('error', reject);
  });

const firstData = (socket: Socket): Promise<string> =>
  new Promise((resolve) => socket.once('data', (data) => resolve(data.toString())));

const ALL_PATHS = [...PATHS, ...SCRIPT_PATHS];

describe('the HTTP server', () => {
  let server: HttpServer | undefined;
  let port = 0;
  let snapshot: HealthSnapshot = HEALTHY;
  let failures: object[] = [];

  const start = async (
    limits: Partial<HttpLimits> = {},
    sources: Partial<HttpSources> = {},
  ): Promise<void> => {
    server = createHttpServer({
      host: '127.0.0.1',
      port: 0,
      logger: { ...SILENT, error: (fields) => failures.push(fields) },
      limits,
      sources: {
        health: () => assess(snapshot),
        metrics: { contentType: 'text/plain; version=0.0.4', render: () => Promise.resolve('x 1\n') },
        topology: () => 'Topologies:\n',
        drawing: () => [{ id: 0, nodes: [] }],
        status: () => ({ state: snapshot.state }),
        ...sources,
      },
    });
    port = await server.listen();
  };
  const url = (path: string): string => `http://127.0.0.1:${port}${path}`;
  /** Without keep-alive, so that a test leaves nothing behind. */
  const get = (path: string, method = 'GET'): Promise<Response> =>
    fetch(url(path), { method, headers: { connection: 'close' } });

  /** All that the server answers to these bytes, until it ends the connection. */
  const raw = async (request: string): Promise<string> => {
    const socket = await opened(port);
    const all = untilClosed(socket);
    socket.write(request);
    return all;
  };

  const servesAgain = async (): Promise<void> => {
    const status = await get('/livez').then(
      (response) => response.status,
      () => 0,
    );
    if (status === 200) return;
    await new Promise((resolve) => setTimeout(resolve, 10));
    await servesAgain();
  };

  beforeEach(() => {
    snapshot = HEALTHY;
    failures = [];
  });
  afterEach(() => server?.close());

  it('answers the probes with application/health+json, 200 or 503 with the reasons', async () => {
    await start();
    for (const path of ['/livez', '/readyz', '/startupz']) {
      const response = await get(path);
      expect(response.status, path).to.equal(200);
      expect(response.headers.get('content-type')).to.equal('application/health+json');
      expect(await response.json()).to.include({ status: 'pass' });
    }
    snapshot = { ...HEALTHY, brokersUp: false };
    expect((await get('/livez')).status).to.equal(200);
    const notReady = await get('/readyz');
    expect(notReady.status).to.equal(503);
    expect(await notReady.json()).to.include({ status: 'fail', output: 'no broker is connected' });
  });

  it('answers metrics, topology and status in their types, whatever the query', async () => {
    await start();
    const metrics = await get('/metrics?a=b');
    expect(metrics.headers.get('content-type')).to.equal('text/plain; version=0.0.4');
    expect(await metrics.text()).to.equal('x 1\n');
    const topology = await get('/topology');
    expect(topology.headers.get('content-type')).to.match(/^text\/plain/);
    expect(await topology.text()).to.equal('Topologies:\n');
    const status = await get('/status');
    expect(status.headers.get('content-type')).to.match(/^application\/json/);
    expect(await status.json()).to.deep.equal({ state: 'RUNNING' });
  });

  it('answers HEAD with the status of GET', async () => {
    await start();
    snapshot = { ...HEALTHY, joined: false };
    const whole = await get('/readyz');
    const head = await get('/readyz', 'HEAD');
    expect(head.status).to.equal(503);
    expect(head.headers.get('content-length')).to.equal(String((await whole.text()).length));
    expect(await head.text()).to.equal('');
  });

  it('answers 404 for another path and 405 with Allow for another method', async () => {
    await start();
    expect((await get('/index.html')).status).to.equal(404);
    expect((await get('/status-page/')).status).to.equal(404);
    expect((await get('/status-page/../status-page/main.js.map')).status).to.equal(404);
    expect((await get('/livez/')).status).to.equal(404);
    expect((await get('/constructor')).status).to.equal(404);
    for (const path of ALL_PATHS) {
      for (const method of ['POST', 'PUT', 'DELETE', 'PATCH', 'OPTIONS']) {
        const refused = await get(path, method);
        expect(refused.status, `${method} ${path}`).to.equal(405);
        expect(refused.headers.get('allow')).to.equal('GET, HEAD');
      }
    }
    for (const line of ['TRACE /livez HTTP/1.1', 'PROPFIND / HTTP/1.1', 'CONNECT x:1 HTTP/1.1'])
      expect(await raw(`${line}\r\nHost: x\r\nConnection: close\r\n\r\n`), line)
        .to.match(/^HTTP\/1\.1 405 /)
        .and.to.match(/allow: GET, HEAD/i);
  });

  it('answers HEAD on every path as GET, without a body', async () => {
    await start();
    expect(ALL_PATHS).to.include.members(['/', '/status', '/topology.json', '/status-page/main.js']);
    for (const path of ALL_PATHS) {
      const whole = await get(path);
      const length = Buffer.byteLength(await whole.text());
      const answer = await raw(`HEAD ${path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`);
      const [head = '', body] = answer.split('\r\n\r\n');
      expect(head, path).to.match(/^HTTP\/1\.1 200 /);
      expect(head.toLowerCase()).to.include(`content-length: ${length}`);
      expect(body, path).to.equal('');
    }
  });

  it('serves the status page under a policy that allows its own scripts and its one style, and nothing else', async () => {
    await start();
    const response = await get('/');
    const html = await response.text();
    const style = /<style>([^]*)<\/style>/.exec(html)?.[1] ?? '';
    const hash = createHash('sha256').update(style).digest('base64');
    const policy = (response.headers.get('content-security-policy') ?? '').split('; ');
    expect(policy).to.include.members([
      "default-src 'none'",
      "script-src 'self'",
      `style-src 'sha256-${hash}'`,
      "connect-src 'self'",
      "base-uri 'none'",
      "form-action 'none'",
      "frame-ancestors 'none'",
    ]);
    expect(policy.join()).not.to.match(/unsafe|https?:|\*/);
    expect(response.headers.get('x-content-type-options')).to.equal('nosniff');
    expect(response.headers.get('referrer-policy')).to.equal('no-referrer');
    expect(html).not.to.match(/ (?:src|href)="(?:https?:)?\/\//);
    const scripts = SCRIPT_PATHS;
    for (const path of scripts) {
      const script = await get(path);
      expect(script.headers.get('content-type')).to.match(/^text\/javascript/);
      const imports = [...(await script.text()).matchAll(/from '\.\/([^']+)'/g)].map(
        ([, name]) => name ?? '',
      );
      for (const name of imports) expect(scripts).to.include(`/status-page/${name}`);
    }
  });

  it('refuses targets, headers and bodies that are larger than anything that is asked here', async () => {
    await start();
    expect((await get(`/livez?${'x'.repeat(MAX_TARGET_BYTES)}`)).status).to.equal(414);
    const asks = {
      '431': `GET /livez HTTP/1.1\r\nHost: x\r\nX: ${'x'.repeat(10_000)}\r\n\r\n`,
      '413': `GET /livez HTTP/1.1\r\nHost: x\r\nContent-Length: ${MAX_BODY_BYTES + 1}\r\n\r\n`,
      '413 ': 'GET /livez HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n',
      '400': 'GET /livez HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n',
      '400 ': 'HELO\r\n\r\n',
    };
    // The client never ends the connection: the server has to.
    for (const [status, request] of Object.entries(asks))
      expect(await raw(request), request.slice(0, 60)).to.match(
        new RegExp(`^HTTP/1\\.1 ${status.trim()} [^]*connection: close`, 'i'),
      );
    expect((await get('/livez')).status).to.equal(200);
  });

  it('drops a client that sends its headers byte by byte, and one that sends nothing', async () => {
    await start({ requestTimeoutMs: 100, answerTimeoutMs: 200 });
    const dripping = await opened(port);
    const received = untilClosed(dripping);
    const request = `GET /livez HTTP/1.1\r\nX: ${'x'.repeat(5_000)}`;
    let at = 0;
    const drip = setInterval(() => dripping.write(request[at++ % request.length] ?? ''), 5);
    expect(await received).to.match(/^(HTTP\/1\.1 408 |$)/);
    clearInterval(drip);
    expect(at).to.be.below(request.length);
    expect(await untilClosed(await opened(port))).not.to.match(/ 200 /);
    expect((await get('/livez')).status).to.equal(200);
  });

  it('answers 500 without details when a source fails, logs it, and goes on', async () => {
    await start(
      {},
      {
        status: () => {
          throw new Error('a detail');
        },
        metrics: { contentType: 'x', render: () => Promise.reject(new Error('a detail')) },
      },
    );
    for (const path of ['/status', '/metrics']) {
      const response = await get(path);
      expect(response.status, path).to.equal(500);
      expect(await response.text()).not.to.include('detail');
    }
    expect(failures).to.have.length(2);
    expect((await get('/livez')).status).to.equal(200);
  });

  it('does not wait for a request body, and reads no request behind it', async () => {
    await start();
    for (const [expectation, bytes, status] of [
      ['', MAX_BODY_BYTES, 200],
      ['', 1_000_000, 413],
      ['Expect: 100-continue\r\n', 1_000_000, 413],
    ] as const) {
      const socket = await opened(port);
      const all = untilClosed(socket);
      socket.write(`GET /livez HTTP/1.1\r\nHost: x\r\nContent-Length: ${bytes}\r\n${expectation}\r\nabc`);
      const received = await all;
      expect(received)
        .to.match(new RegExp(`^HTTP/1\\.1 ${status} `))
        .and.to.match(/connection: close/i);
    }
  });

  it('drops a client that does not finish its headers', async () => {
    await start({ requestTimeoutMs: 50 });
    const socket = await opened(port);
    const all = untilClosed(socket);
    socket.write('GET /livez HTTP/1.1\r\nHos');
    expect(await all).to.match(/^(HTTP\/1\.1 408 |$)/);
  });

  it('drops a client that does not take its answer', async () => {
    const large = 'x'.repeat(64 * 1024 * 1024);
    await start({ answerTimeoutMs: 100, maxConnections: 1 }, { topology: () => large });
    const socket = await opened(port);
    socket.on('error', () => undefined).pause();
    socket.write('GET /topology HTTP/1.1\r\nHost: x\r\n\r\n');
    // There is room for another connection only when the server has dropped this one.
    await servesAgain();
    socket.destroy();
  });

  it('closes connections beyond its bound and serves again once there is room', async () => {
    await start({ maxConnections: 2 });
    const held = [await opened(port), await opened(port)];
    for (const socket of held) {
      socket.write('GET /livez HTTP/1.1\r\nHost: x\r\n\r\n');
      expect(await firstData(socket)).to.match(/ 200 /);
    }
    expect(await untilClosed(await opened(port))).to.equal('');
    for (const socket of held) socket.destroy();
    await servesAgain();
  });

  it('ends keep-alive connections when it closes, at once and only once', async () => {
    await start({ keepAliveMs: 3_600_000, answerTimeoutMs: 3_600_000, closeGraceMs: 3_600_000 });
    const socket = await opened(port);
    const all = untilClosed(socket);
    socket.write('GET /livez HTTP/1.1\r\nHost: x\r\n\r\n');
    await firstData(socket);
    await Promise.all([server?.close(), server?.close()]);
    expect(await all).to.match(/ 200 /);
    expect(
      await get('/livez').then(
        () => 'answered',
        () => 'refused',
      ),
    ).to.equal('refused');
  });

  it('does not wait for a silent client when it closes', async () => {
    await start({ requestTimeoutMs: 3_600_000, answerTimeoutMs: 3_600_000, closeGraceMs: 20 });
    const socket = await opened(port);
    const all = untilClosed(socket);
    socket.write('GET /livez HTTP/1.1\r\nHos');
    await get('/livez');
    await server?.close();
    expect(await all).to.equal('');
  });

  it('can be closed before it listens', async () => {
    await createHttpServer({
      host: '127.0.0.1',
      port: 0,
      logger: SILENT,
      sources: {
        health: () => assess(HEALTHY),
        metrics: { contentType: 'x', render: () => Promise.resolve('') },
        topology: () => '',
        drawing: () => [],
        status: () => null,
      },
    }).close();
  });

  it('says which address it cannot listen on', async () => {
    await start();
    const second = createHttpServer({
      host: '127.0.0.1',
      port,
      logger: SILENT,
      sources: {
        health: () => assess(HEALTHY),
        metrics: { contentType: 'x', render: () => Promise.resolve('') },
        topology: () => '',
        drawing: () => [],
        status: () => null,
      },
    });
    const error: unknown = await second.listen().catch((thrown: unknown) => thrown);
    expect(error).to.be.instanceOf(HttpListenError);
    expect(String(error)).to.include(`127.0.0.1:${port}`).and.to.include('EADDRINUSE');
  });
});
