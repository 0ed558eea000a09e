/** `status`: what a service answers is told, and what is no service is not taken for one. */
import { expect } from 'chai';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { exitCodeOf } from '../../../src/cli/exit-code.js';
import { statusShow, urlOf } from '../../../src/cli/status/status-show.js';
import type { Settings } from '../../../config/schema.js';
import { recordingOutput } from './recording-output.js';

type Handler = (request: IncomingMessage, response: ServerResponse) => void;

const servers: Server[] = [];
const serve = async (handler: Handler): Promise<string> => {
  const server = createServer(handler);
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
};

const run = async (url: string | null, { env = {}, isJson = false, stop = new AbortController() } = {}) => {
  const { output, said } = recordingOutput(isJson);
  const sources = { env, argv: [], readFile: () => '' };
  try {
    const exitCode = await statusShow({ output, sources, stop: stop.signal }, { kind: 'status', url });
    return { exitCode, error: '', ...said };
  } catch (error) {
    return { exitCode: exitCodeOf(error), error: (error as Error).message, ...said };
  }
};

const TASK = {
  id: '0_1',
  partition: 1,
  state: 'running',
  positions: { 'user.events': 4 },
  uncommitted: 2,
  paused: [],
  lanes: { retrying: 3, parked: 1, followers: 9 },
};
const STATUS = {
  state: 'RUNNING',
  breaker: 'closed',
  uncommitted: 2,
  tasks: [TASK],
  lag: [{ topic: 'user.events', partition: 1, records: 17 }],
};

const service =
  (status: unknown, ready = 200, output = ''): Handler =>
  (request, response) => {
    const isProbe = request.url !== '/status';
    response.writeHead(request.url === '/readyz' ? ready : 200);
    response.end(JSON.stringify(isProbe ? { status: 'pass', output } : status));
  };

describe('status', () => {
  afterEach(() => {
    for (const server of servers.splice(0)) {
      server.closeAllConnections();
      server.close();
    }
  });

  it('asks nobody, and shows nothing of it, when a password stands in the address', async () => {
    const refused = await run('http://bob:s3cret@127.0.0.1:1');
    expect(refused.exitCode).to.equal(2);
    expect(JSON.stringify(refused)).to.include('--url holds').and.not.include('s3cret');
  });

  it('tells state, tasks, lag and lanes, and ends with 0 when the service is ready', async () => {
    const said = await run(await serve(service(STATUS)));
    expect([said.exitCode, said.error]).to.deep.equal([0, '']);
    expect(said.lines[0]).to.match(/: RUNNING, ready; breaker closed; tasks 1; lag 17$/);
    expect(said.lines[2]?.trim().split(/\s+/)).to.deep.equal([
      '0_1',
      '1',
      'running',
      '17',
      '2',
      '3',
      '1',
      '9',
      '-',
    ]);
  });

  it('ends with 1 and says why when it is not ready', async () => {
    const url = await serve(service({ ...STATUS, state: 'REBALANCING' }, 503, 'has not joined the group'));
    const said = await run(url);
    expect(said.exitCode).to.equal(1);
    expect(said.lines[1]).to.equal('not ready: has not joined the group');
    const json = await run(url, { isJson: true });
    expect(JSON.parse(json.lines[0] ?? '')).to.deep.include({
      ready: { ok: false, why: 'has not joined the group' },
      live: { ok: true, why: null },
    });
  });

  it('says what keeps a task: refused, paused, restoring', async () => {
    const refused = { reason: 'sequence-lost', message: 'the lane log was lost' };
    const tasks = [
      { ...TASK, state: 'refused', refused, paused: ['refused'] },
      { ...TASK, id: '0_2', state: 'restoring', restore: { done: 5, total: 10 } },
    ];
    const said = await run(await serve(service({ ...STATUS, tasks })));
    expect(said.lines[2]).to.include('refused: sequence-lost: the lane log was lost; paused: refused');
    expect(said.lines[3]).to.include('restored 5 of 10');
  });

  it('shows nothing of an answer raw', async () => {
    const evil = '\u001b[2J\u202e';
    const tasks = [
      { ...TASK, id: evil, state: evil, paused: [evil], refused: { reason: evil, message: evil } },
    ];
    const url = await serve(service({ ...STATUS, state: evil, breaker: evil, tasks }, 503, evil));
    for (const isJson of [false, true]) {
      const said = await run(url, { isJson });
      expect(said.exitCode).to.equal(1);
      expect(said.lines.join('\n')).not.to.match(/[\u001b\u202e]/);
    }
  });

  const strangers: Readonly<Record<string, Handler>> = {
    'a page': (_, response) => response.end('<html>'),
    'JSON of something else': (_, response) => response.end('{"status":"UP"}'),
    'an error': (_, response) => response.writeHead(500).end('no'),
    'a redirect': (_, response) => response.writeHead(302, { location: 'http://127.0.0.1:1/' }).end(),
    'an answer without end': (_, response) => {
      const chunk = Buffer.alloc(500_000, 32);
      const more = (): void => {
        while (!response.destroyed && response.write(chunk));
        if (!response.destroyed) response.once('drain', more);
      };
      more();
    },
    'a closed connection': (request) => request.socket.destroy(),
  };
  for (const [name, handler] of Object.entries(strangers))
    it(`ends with 3 when ${name} answers`, async () => {
      const said = await run(await serve(handler));
      expect(said.exitCode, said.error).to.equal(3);
      expect(said.lines).to.deep.equal([]);
    });

  it('ends with 3 when nothing listens, and says where it looked', async () => {
    const said = await run(null, { env: { HTTP_HOST: '127.0.0.1', HTTP_PORT: '1' } });
    expect(said.exitCode).to.equal(3);
    expect(said.error).to.include('http://127.0.0.1:1/').and.include('HTTP_PORT');
  });

  it('takes odd values for what they are not: absent', async () => {
    const tasks = [null, 7, { id: 5, partition: 'x', lanes: [], paused: 'no', restore: { done: 1 } }];
    const said = await run(await serve(service({ state: 'RUNNING', tasks, lag: { a: 1 } })));
    expect([said.exitCode, said.error]).to.deep.equal([0, '']);
    expect(said.lines).to.have.length(5);
  });

  it('looks on this machine when the service listens on all addresses', () => {
    const at = (host: string) => urlOf({ http: { host, port: 8080 } } as Settings);
    expect(['0.0.0.0', '::', '::1', 'svc'].map(at)).to.deep.equal([
      'http://127.0.0.1:8080',
      'http://[::1]:8080',
      'http://[::1]:8080',
      'http://svc:8080',
    ]);
  });

  it('is ended by Ctrl-C while it waits', async () => {
    const stop = new AbortController();
    const url = await serve(() => stop.abort());
    expect((await run(url, { stop })).exitCode).to.equal(1);
  });
});
