/**
 * A user directory that does what it is told, user by user or event by event (directory-script.ts): answers,
 * refuses, breaks, is slow, or takes the request and says nothing until it is released. It remembers every
 * call: whose, for which event, when it came by two clocks, and what became of it.
 */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { DirectoryScript } from './directory-script.js';

/** What the n-th request for a user gets, counted from 1. */
export type Behaviour = (response: ServerResponse, request: IncomingMessage, nth: number) => void;

export const answers =
  (status: number, body: string, headers: Readonly<Record<string, string>> = {}): Behaviour =>
  (response) => {
    response.writeHead(status, headers).end(body);
  };

export const knows = (actor: object): Behaviour => answers(200, JSON.stringify(actor));
export const unavailable = answers(503, 'later');
export const poisons = answers(400, 'no');
export const breaks: Behaviour = (_response, request) => request.socket.destroy();
export const slowly =
  (forMs: number, then: Behaviour = knows({ id: 'slow' })): Behaviour =>
  (...of) => {
    setTimeout(() => then(...of), forMs);
  };
/** The first `calls` requests of a user. */
export const failsFirst =
  (calls: number, then: Behaviour = knows({ id: 'at last' })): Behaviour =>
  (...of) =>
    (of[2] <= calls ? unavailable : then)(...of);

/** `open`: no answer yet. `lost`: whoever called was gone before the answer. */
export type CallOutcome = 'open' | 'answered' | 'retryable' | 'refused' | 'lost';

export interface DirectoryCall {
  /** The process, as `urlFor` was told. */
  readonly caller: string;
  readonly userId: string;
  readonly eventId: string;
  readonly traceparent: string;
  /** When the request was read: never before it was made. */
  readonly at: { readonly epochMs: number; readonly monotonicMs: number };
  readonly outcome: CallOutcome;
  readonly endedAtEpochMs: number | undefined;
}

const outcomeOf = ({ statusCode: status }: ServerResponse): CallOutcome => {
  if (status === 200 || status === 404) return 'answered';
  return status === 408 || status === 429 || status >= 500 ? 'retryable' : 'refused';
};

/** Both clocks at one moment: again, when something came between the readings. */
const readClocks = (): DirectoryCall['at'] => {
  for (let reading = 1; ; reading += 1) {
    const beforeMs = Date.now();
    const monotonicMs = performance.now();
    const epochMs = Date.now();
    if (epochMs - beforeMs <= 1 || reading === 5) return { epochMs, monotonicMs };
  }
};

const PATH = /^(?:\/as\/([^/]+))?\/users\/([^/?]+)$/;

export class DirectoryServer {
  readonly calls: DirectoryCall[] = [];
  readonly #ofUser = new Map<string, DirectoryCall[]>();
  readonly #ofEvent = new Map<string, number>();
  readonly #behaviours = new Map<string, Behaviour>();
  readonly #held: (() => void)[] = [];
  readonly #server: Server;
  #port = 0;
  #fallback: Behaviour = knows({ id: 'somebody' });
  #script: DirectoryScript | undefined;

  private constructor() {
    this.#server = createServer((request, response) => this.#receive(request, response));
    // A connection that the server closes while the client writes to it would be a failure that nobody scripted.
    this.#server.keepAliveTimeout = 0;
  }

  static async start(): Promise<DirectoryServer> {
    const directory = new DirectoryServer();
    await directory.#listen();
    running.add(directory);
    return directory;
  }

  get url(): string {
    return `http://127.0.0.1:${this.#port}`;
  }

  /** A base URL that tells who calls. */
  urlFor(caller: string): string {
    return `${this.url}/as/${caller}`;
  }

  get held(): number {
    return this.#held.length;
  }

  forUser(userId: string, behaviour: Behaviour): void {
    this.#behaviours.set(userId, behaviour);
  }

  forOthers(behaviour: Behaviour): void {
    this.#fallback = behaviour;
    this.#script = undefined;
  }

  /** Users that were not told otherwise follow the script, event by event. */
  follow(script: DirectoryScript): void {
    this.#script = script;
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

  attemptsFor(userId: string): readonly DirectoryCall[] {
    return this.#ofUser.get(userId) ?? [];
  }

  /** Nobody answers at its port until `comeBack`. */
  async goAway(): Promise<void> {
    const gone = new Promise((resolve) => this.#server.close(resolve));
    this.#server.closeAllConnections();
    await gone;
  }

  async comeBack(): Promise<void> {
    await this.#listen();
  }

  async stop(): Promise<void> {
    running.delete(this);
    if (this.#server.listening) await this.goAway();
  }

  async #listen(): Promise<void> {
    await new Promise<void>((resolve) => this.#server.listen(this.#port, '127.0.0.1', resolve));
    this.#port = (this.#server.address() as AddressInfo).port;
  }

  #receive(request: IncomingMessage, response: ServerResponse): void {
    const at = readClocks();
    const [, caller = '', user = ''] = PATH.exec(request.url ?? '') ?? [];
    const userId = decodeURIComponent(user);
    const { 'x-event-id': eventId, traceparent } = request.headers;
    const call: { -readonly [Field in keyof DirectoryCall]: DirectoryCall[Field] } = {
      caller,
      userId,
      eventId: String(eventId),
      traceparent: String(traceparent),
      at,
      outcome: 'open',
      endedAtEpochMs: undefined,
    };
    this.calls.push(call);
    const ofUser = this.#ofUser.get(userId) ?? [];
    this.#ofUser.set(userId, ofUser);
    ofUser.push(call);
    const nthOfEvent = (this.#ofEvent.get(call.eventId) ?? 0) + 1;
    this.#ofEvent.set(call.eventId, nthOfEvent);
    response.once('close', () => {
      call.outcome = response.writableFinished ? outcomeOf(response) : 'lost';
      call.endedAtEpochMs = Date.now();
    });
    const told = this.#behaviours.get(userId);
    if (told !== undefined) told(response, request, ofUser.length);
    else this.#scripted(call)(response, request, nthOfEvent);
  }

  #scripted({ eventId, userId }: DirectoryCall): Behaviour {
    const fate = this.#script?.fateOf(eventId, userId);
    if (fate === undefined) return this.#fallback;
    switch (fate.kind) {
      case 'known':
        return knows({ id: userId });
      case 'fails':
        return failsFirst(fate.calls);
      case 'poison':
        return poisons;
      case 'slow':
        return slowly(fate.forMs);
      case 'hangs':
        return (...of) => (of[2] <= fate.calls ? this.stalls : knows({ id: userId }))(...of);
    }
  }
}

const running = new Set<DirectoryServer>();

if (typeof globalThis.after === 'function') {
  afterEach('stop the directories', async () => {
    await Promise.all([...running].map((directory) => directory.stop()));
  });
}
