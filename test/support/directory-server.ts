/**
 * A user directory that does what it is told, user by user: answers, refuses, breaks, or takes the request
 * and says nothing until it is released.
 */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** What the n-th request for a user gets, counted from 1. */
export type Behaviour = (response: ServerResponse, request: IncomingMessage, nth: number) => void;

export const answers =
  (status: number, body: string, headers: Readonly<Record<string, string>> = {}): Behaviour =>
  (response) => {
    response.writeHead(status, headers).end(body);
  };

export const knows = (actor: object): Behaviour => answers(200, JSON.stringify(actor));
export const breaks: Behaviour = (_response, request) => request.socket.destroy();

export interface SeenRequest {
  readonly userId: string;
  readonly eventId: string;
  readonly traceparent: string;
}

export class DirectoryServer {
  readonly requests: SeenRequest[] = [];
  readonly #behaviours = new Map<string, Behaviour>();
  readonly #held: (() => void)[] = [];
  readonly #server: Server;
  #fallback: Behaviour = knows({ id: 'somebody' });

  private constructor() {
    this.#server = createServer((request, response) => this.#receive(request, response));
  }

  static async start(): Promise<DirectoryServer> {
    const directory = new DirectoryServer();
    await new Promise<void>((resolve) => directory.#server.listen(0, '127.0.0.1', resolve));
    running.add(directory);
    return directory;
  }

  get url(): string {
    const { port } = this.#server.address() as AddressInfo;
    return `http://127.0.0.1:${port}`;
  }

  get held(): number {
    return this.#held.length;
  }

  forUser(userId: string, behaviour: Behaviour): void {
    this.#behaviours.set(userId, behaviour);
  }

  forOthers(behaviour: Behaviour): void {
    this.#fallback = behaviour;
  }

  /** Accepts the request and does not answer before `release`. */
  readonly stalls: Behaviour = (response) => {
    this.#held.push(() => response.writeHead(200).end('{"id":"late"}'));
  };

  /** Answers everything that was held; from now on nobody is kept waiting. */
  release(): void {
    for (const [userId, behaviour] of this.#behaviours) {
      if (behaviour === this.stalls) this.#behaviours.set(userId, knows({ id: 'late' }));
    }
    if (this.#fallback === this.stalls) this.#fallback = knows({ id: 'late' });
    for (const answer of this.#held.splice(0)) answer();
  }

  attemptsFor(userId: string): readonly SeenRequest[] {
    return this.requests.filter((request) => request.userId === userId);
  }

  async stop(): Promise<void> {
    running.delete(this);
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  #receive(request: IncomingMessage, response: ServerResponse): void {
    const userId = decodeURIComponent(/^\/users\/([^/?]+)$/.exec(request.url ?? '')?.[1] ?? '');
    const { 'x-event-id': eventId, traceparent } = request.headers;
    this.requests.push({ userId, eventId: String(eventId), traceparent: String(traceparent) });
    const behaviour = this.#behaviours.get(userId) ?? this.#fallback;
    behaviour(response, request, this.attemptsFor(userId).length);
  }
}

const running = new Set<DirectoryServer>();

if (typeof globalThis.after === 'function') {
  afterEach('stop the directories', async () => {
    await Promise.all([...running].map((directory) => directory.stop()));
  });
}
