import { expect } from 'chai';
import { connect } from 'node:net';
import type { Socket } from 'node:net';
import { SILENT } from '../../../src/ports/logger.js';
import { assess } from '../../../src/observability/health.js';
import type { HealthSnapshot } from '../../../src/observability/health.js';
import { createHttpServer, HttpListenError } from '../../../src/observability/http-server.js';
import type { HttpLimits, HttpServer } from '../../../src/observability/http-server.js';
import type { HttpSources } from '../../../src/observability/http-routes.js';

const HEALTHY: HealthSnapshot = {
  state: 'RUNNING',
  lastPollAgeMs: 0,
  joined: true,
  restoringTasks: 0,
  brokersUp: true,
  producerUsable: true,
  fatal: null,
  startedUp: true,
};

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

  it('answers HEAD as GET, without the body', async () => {
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
    expect((await get('/')).status).to.equal(404);
    expect((await get('/livez/')).status).to.equal(404);
    expect((await get('/constructor')).status).to.equal(404);
    const post = await get('/livez', 'POST');
    expect(post.status).to.equal(405);
    expect(post.headers.get('allow')).to.equal('GET, HEAD');
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
    for (const expectation of ['', 'Expect: 100-continue\r\n']) {
      const socket = await opened(port);
      const all = untilClosed(socket);
      socket.write(`GET /livez HTTP/1.1\r\nHost: x\r\nContent-Length: 1000000\r\n${expectation}\r\nabc`);
      const received = await all;
      expect(received)
        .to.match(/^HTTP\/1\.1 200 /)
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
