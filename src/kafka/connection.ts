/**
 * The life of one native client: made, connected, in use, closed; never connected twice.
 * Promises: `connect` ends within the start time-out, `close` always ends and leaves no timer or handle
 * behind that keeps the process alive, also when no broker is there.
 * Must never let a native client be destroyed while a call of it is under way: node-rdkafka's workers
 * use the client without a lock, and the process would crash.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { KafkaConsumer, Producer } from 'node-rdkafka';
import type { KafkaError } from '../ports/kafka-error.js';
import { errorEvent, meaningOfLog, parseStatistics } from './client-events.js';
import type { ClientEvent, ClientRole, LogLine, LogMeaning } from './client-events.js';
import { STATE, TIMED_OUT } from './error-codes.js';
import { makeKafkaError, toKafkaError, type Operation } from './errors.js';
import { leaveClient } from './left-clients.js';
import type { KafkaClientOptions } from './settings.js';
import { within } from './within.js';

/** A closing process does not wait for one long attempt; a slow TLS handshake fits. */
const CONNECT_ATTEMPT_MS = 10_000;
const CONNECT_PAUSE_MS = 100;
const DISCONNECT_LIMIT_MS = 10_000;

export interface ConnectionPlan<C> {
  readonly role: ClientRole;
  readonly options: KafkaClientOptions;
  /** A fresh native client: one that failed to connect would call back twice after a second attempt. */
  make(): C;
  disconnect(client: C, done: () => void): void;
  onLog?(meaning: NonNullable<LogMeaning>): void;
}

type Phase = 'new' | 'connecting' | 'open' | 'closing' | 'closed';

export class Connection<C extends KafkaConsumer | Producer> {
  #phase: Phase = 'new';
  #client: C | undefined;
  #connecting: Promise<void> | undefined;
  #closing: Promise<void> | undefined;
  readonly #calls = new Set<Promise<unknown>>();
  /** The last reason for a failed connection, for the message of a time-out. */
  #problem: ClientEvent | undefined;
  #problemDetail = '';

  constructor(private readonly plan: ConnectionPlan<C>) {}

  get isOpen(): boolean {
    return this.#phase === 'open';
  }

  /** The client for a call; throws when it is not connected, or closing. */
  use(operation: Operation): C {
    if (this.#client !== undefined && this.#phase === 'open') return this.#client;
    throw makeKafkaError(
      operation,
      this.plan.role,
      'fatal',
      STATE,
      `the client is ${this.#phase}, not connected`,
    );
  }

  /** The client also while it is closing, for the answers that its closing waits for. */
  get closingClient(): C | undefined {
    return this.#phase === 'closing' ? this.#client : undefined;
  }

  /** A native call with a callback; `close` waits for it. */
  async call<T>(
    operation: Operation,
    where: string,
    start: (client: C, done: (error: unknown, result?: T) => void) => void,
  ): Promise<T | undefined> {
    const client = this.use(operation);
    const call = new Promise<T | undefined>((resolve, reject) => {
      start(client, (error, result) =>
        error ? reject(toKafkaError(operation, where, error)) : resolve(result),
      );
    });
    this.#calls.add(call);
    try {
      return await call;
    } finally {
      this.#calls.delete(call);
    }
  }

  connect(): Promise<void> {
    if (this.#phase !== 'new') {
      return Promise.reject(
        makeKafkaError('connect', this.plan.role, 'fatal', STATE, `the client is ${this.#phase} already`),
      );
    }
    this.#phase = 'connecting';
    this.#connecting = this.#connect();
    return this.#connecting;
  }

  close(before: () => Promise<void> = () => Promise.resolve()): Promise<void> {
    this.#closing ??= this.#close(before);
    return this.#closing;
  }

  report(kind: ClientEvent['kind'], message: string): void {
    this.#report({ client: this.plan.role, kind, code: -1, message });
  }

  /** librdkafka repeats some events several times a second: whoever logs them counts (RepeatLimit). */
  #report(event: ClientEvent): void {
    this.plan.options.onClientError?.(event);
  }

  async #connect(): Promise<void> {
    const { startTimeoutMs } = this.plan.options;
    const deadline = performance.now() + startTimeoutMs;
    for (;;) {
      const remaining = Math.max(1, Math.ceil(deadline - performance.now()));
      const failure = await this.#attempt(Math.min(CONNECT_ATTEMPT_MS, remaining));
      if (failure === undefined) return;
      const over = performance.now() + CONNECT_PAUSE_MS >= deadline || this.#phase === 'closing';
      if (over || failure.kind !== 'retriable') {
        if (this.#phase === 'connecting') this.#phase = 'new';
        throw failure;
      }
      await sleep(CONNECT_PAUSE_MS);
    }
  }

  async #attempt(timeout: number): Promise<KafkaError | undefined> {
    const { options, role } = this.plan;
    let client: C;
    try {
      client = this.plan.make();
    } catch (error) {
      return this.#refused(error);
    }
    this.#observe(client);
    const error = await new Promise<{ code: number } | null>((resolve) => {
      client.connect({ timeout, allTopics: false }, (failed) => resolve(failed));
    });
    if (error === null || error === undefined) {
      this.#client = client;
      if (this.#phase === 'connecting') this.#phase = 'open';
      return undefined;
    }
    // librdkafka refuses settings that contradict each other when the client is made; that has no code.
    if (error.code === -1) return this.#refused(error);
    const kind = this.#problem?.kind;
    const permanent = kind === 'credentials-refused' || kind === 'tls-refused';
    const detail = this.#problemDetail === '' ? (this.#problem?.message ?? '') : this.#problemDetail;
    const why = `no broker answered the ${role} client within ${options.startTimeoutMs} ms${detail === '' ? '' : ` (${detail})`}`;
    return makeKafkaError(
      'connect',
      options.bootstrapServers,
      permanent ? 'unusable' : 'retriable',
      permanent ? (this.#problem?.code ?? TIMED_OUT) : error.code,
      permanent ? `the brokers refuse the client (${detail})` : why,
      error,
    );
  }

  #refused(error: unknown): KafkaError {
    const text = error instanceof Error ? error.message : String(error);
    return makeKafkaError(
      'configure',
      this.plan.role,
      'unusable',
      -186,
      `a setting is refused: ${text}`,
      error,
    );
  }

  #observe(client: C): void {
    const { role, options } = this.plan;
    // One signature for the events that consumers and producers share.
    const events = client as unknown as {
      on(event: 'event.error' | 'event.log' | 'event.stats', listener: (data: never) => void): void;
    };
    events.on('event.error', (error: Error) => {
      const event = errorEvent(role, error.message);
      if (this.#phase === 'connecting') this.#problem = event;
      this.#report(event);
    });
    events.on('event.log', (line: LogLine) => {
      const meaning = meaningOfLog(line);
      if (meaning === null) return;
      if (meaning.kind === 'connection') this.#problemDetail = meaning.reason;
      else this.plan.onLog?.(meaning);
    });
    events.on('event.stats', ({ message }: { message: string }) => {
      options.onStatistics?.(parseStatistics(role, message));
    });
  }

  async #close(before: () => Promise<void>): Promise<void> {
    if (this.#phase === 'new' || this.#phase === 'closed') {
      this.#phase = 'closed';
      return;
    }
    this.#phase = 'closing';
    await this.#connecting?.catch(() => undefined);
    await before();
    const limit = this.plan.options.transactionTimeoutMs + DISCONNECT_LIMIT_MS;
    const calls = Promise.allSettled([...this.#calls]);
    const idle = await within(limit, calls);
    const client = this.#client;
    if (!idle) {
      leaveClient(calls);
      this.report('not-closed', `a call was still under way after ${limit} ms: the client is left as it is`);
    } else if (client !== undefined) {
      const closed = new Promise<void>((resolve) => this.plan.disconnect(client, resolve));
      const done = await within(DISCONNECT_LIMIT_MS, closed);
      if (!done) {
        leaveClient(closed);
        this.report('not-closed', `the client did not close within ${DISCONNECT_LIMIT_MS} ms`);
      }
    }
    this.#client = undefined;
    this.#phase = 'closed';
  }
}
