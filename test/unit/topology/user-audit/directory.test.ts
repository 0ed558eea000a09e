import {
  createServer,
  type IncomingMessage,
  type RequestListener,
  type Server,
  type ServerResponse,
} from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect } from 'chai';
import { NotRetryableError, RetryableError } from '../../../../src/index.js';
import {
  createDirectory,
  MAX_ANSWER_BYTES,
  type Directory,
  type DirectoryCall,
} from '../../../../topology/user-audit/clients/directory.js';

const USER_ID = '0b8f3c9e-6f0a-4d63-9d5b-6a3a0f9d2c11';
const NOW_MS = Date.parse('2026-02-03T04:05:06Z');

const call = (signal: AbortSignal = new AbortController().signal): DirectoryCall => ({
  eventId: 'user.events-2-41',
  traceparent: '00-ab-cd-01',
  signal,
});

const failureOf = async (asked: Promise<unknown>): Promise<unknown> => {
  try {
    await asked;
  } catch (error) {
    return error;
  }
  throw new Error('nothing was thrown');
};

describe('directory client', () => {
  let server: Server;
  let port: number;
  let seen: IncomingMessage[];
  let answer: RequestListener;

  const ask = (timeoutMs = 5000, path = ''): Directory =>
    createDirectory({ url: `http://127.0.0.1:${port}${path}`, timeoutMs }, () => NOW_MS);
  const answerJson = (status: number, body: unknown, headers: Record<string, string> = {}): void => {
    answer = (_request, response) => {
      response
        .writeHead(status, { 'content-type': 'application/json', ...headers })
        .end(JSON.stringify(body));
    };
  };

  beforeEach(async () => {
    seen = [];
    answer = (_request, response) => void response.writeHead(500).end();
    server = createServer((request: IncomingMessage, response: ServerResponse) => {
      seen.push(request);
      answer(request, response);
    });
    await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
    port = (server.address() as AddressInfo).port;
  });

  afterEach(async () => {
    server.closeAllConnections();
    await new Promise((closed) => server.close(closed));
  });

  it('asks for the user by path, with the event id and the trace', async () => {
    answerJson(200, { id: 'u1' });
    await ask(5000, '/api/').actorOf('a/b ü', call());
    expect(seen[0]?.method).to.equal('GET');
    expect(seen[0]?.url).to.equal('/api/users/a%2Fb%20%C3%BC');
    expect(seen[0]?.headers).to.include({ 'x-event-id': 'user.events-2-41', traceparent: '00-ab-cd-01' });
  });

  it('sends no traceparent that there is not', async () => {
    answerJson(200, { id: 'u1' });
    await ask().actorOf(USER_ID, { ...call(), traceparent: undefined });
    expect(seen[0]?.headers).not.to.have.property('traceparent');
  });

  it('sends the credentials of its URL as basic authentication', async () => {
    answerJson(200, { id: 'u1' });
    await createDirectory({ url: `http://me:p%40ss@127.0.0.1:${port}`, timeoutMs: 5000 }).actorOf(
      USER_ID,
      call(),
    );
    expect(seen[0]?.headers.authorization).to.equal(`Basic ${Buffer.from('me:p@ss').toString('base64')}`);
  });

  it('takes four fields of the answer and nothing else', async () => {
    answerJson(200, {
      id: 'u1',
      displayName: 'Ada',
      department: 'R&D',
      roles: ['admin'],
      salary: 1,
      __proto__x: 1,
    });
    expect(await ask().actorOf(USER_ID, call())).to.deep.equal({
      id: 'u1',
      displayName: 'Ada',
      department: 'R&D',
      roles: ['admin'],
    });
  });

  it('takes null for absent', async () => {
    answerJson(200, { id: 'u1', displayName: null, department: null, roles: null });
    expect(await ask().actorOf(USER_ID, call())).to.deep.equal({ id: 'u1' });
  });

  it('gives no actor for a user that the directory does not know', async () => {
    answerJson(404, { error: 'no such user' });
    expect(await ask().actorOf(USER_ID, call())).to.equal(undefined);
  });

  it('uses its connections again, after unknown users too', async () => {
    const directory = ask();
    for (let round = 0; round < 10; round += 1) {
      answerJson(round % 2 === 0 ? 200 : 404, { id: 'u1' });
      await directory.actorOf(USER_ID, call());
    }
    expect(new Set(seen.map(({ socket }) => socket)).size).to.be.lessThan(5);
  });

  for (const status of [408, 429, 500, 502, 503, 599]) {
    it(`takes ${status} for retryable`, async () => {
      answerJson(status, { secret: 1 });
      const error = await failureOf(ask().actorOf(USER_ID, call()));
      expect(error).to.be.instanceOf(RetryableError);
      expect((error as RetryableError).reason).to.equal('directory-unavailable');
      expect((error as RetryableError).retryAfterMs).to.equal(undefined);
    });
  }

  for (const status of [201, 204, 302, 400, 401, 403, 410]) {
    it(`takes ${status} for not retryable`, async () => {
      answer = (_request, response) => void response.writeHead(status, { location: '/elsewhere' }).end();
      const error = await failureOf(ask().actorOf(USER_ID, call()));
      expect(error).to.be.instanceOf(NotRetryableError);
      expect((error as NotRetryableError).reason).to.equal('directory-refused');
      expect(seen, 'a redirection is not followed').to.have.lengthOf(1);
    });
  }

  it('hands on how long it was asked to wait', async () => {
    for (const value of ['7', 'Tue, 03 Feb 2026 04:05:13 GMT']) {
      answerJson(503, {}, { 'retry-after': value });
      const error = await failureOf(ask().actorOf(USER_ID, call()));
      expect((error as RetryableError).retryAfterMs).to.equal(7000);
    }
  });

  const BAD_ANSWERS: readonly (readonly [string, string])[] = [
    ['no JSON', '<html>secret'],
    ['an empty body', ''],
    ['no object', '["secret"]'],
    ['no id', '{"displayName":"secret"}'],
    ['an id that is no text', '{"id":7}'],
    ['a displayName that is no text', '{"id":"u","displayName":{"secret":1}}'],
    ['roles that are no list', '{"id":"u","roles":"secret"}'],
    ['roles that are no texts', '{"id":"u","roles":["a",1]}'],
    ['more than it may be', JSON.stringify({ id: 'x'.repeat(MAX_ANSWER_BYTES) })],
  ];
  for (const [what, body] of BAD_ANSWERS) {
    it(`takes an answer that is ${what} for not retryable, and does not quote it`, async () => {
      answer = (_request, response) => void response.writeHead(200).end(body);
      const error = await failureOf(ask().actorOf(USER_ID, call()));
      expect(error).to.be.instanceOf(NotRetryableError);
      expect((error as NotRetryableError).reason).to.equal('directory-answer');
      expect((error as NotRetryableError).message).not.to.contain('secret');
      expect((error as NotRetryableError).cause).to.equal(undefined);
    });
  }

  it('takes a refused connection for retryable and names the code, not the user', async () => {
    const refused = ask();
    server.closeAllConnections();
    await new Promise((closed) => server.close(closed));
    const error = await failureOf(refused.actorOf(USER_ID, call()));
    expect(error).to.be.instanceOf(RetryableError);
    expect((error as RetryableError).message)
      .to.contain('ECONNREFUSED')
      .and.not.to.contain(USER_ID);
    await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  });

  it('takes a connection that breaks in the middle of a body for retryable', async () => {
    answer = (_request, response) => {
      response.writeHead(200, { 'content-length': '100' });
      response.write('{"id":', () => response.destroy());
    };
    expect(await failureOf(ask().actorOf(USER_ID, call()))).to.be.instanceOf(RetryableError);
  });

  it('gives up after its time-out when nothing is answered', async () => {
    answer = () => undefined;
    const error = await failureOf(ask(50).actorOf(USER_ID, call()));
    expect(error).to.be.instanceOf(RetryableError);
    expect((error as RetryableError).reason).to.equal('directory-timeout');
  });

  it('gives up after its time-out when a body never ends', async () => {
    answer = (_request, response) => {
      response.writeHead(200);
      response.write('{"id":');
    };
    expect(((await failureOf(ask(100).actorOf(USER_ID, call()))) as RetryableError).reason).to.equal(
      'directory-timeout',
    );
  });

  it('stops when its signal is aborted, also one that was aborted before', async () => {
    const attempt = new AbortController();
    answer = () => attempt.abort();
    for (let round = 0; round < 2; round += 1) {
      const error = await failureOf(ask(60_000).actorOf(USER_ID, call(attempt.signal)));
      expect(error).to.be.instanceOf(RetryableError);
      expect((error as RetryableError).reason).to.equal('attempt-timeout');
    }
  });
});
