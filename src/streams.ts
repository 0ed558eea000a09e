/**
 * `Streams`: composition and lifecycle; read this first. One session's named observables are merged and
 * subscribed once; when the merge ends with an error the session is closed, the supervisor decides, and a
 * new session begins. The only public states are those of `streams-state.ts`.
 */
import type { Subscription } from 'rxjs';
import { BehaviorSubject, merge } from 'rxjs';
import { HandlerSaysFail } from './dsl/execution.js';
import type { Topology } from './dsl/graph/topology.js';
import type { Clock } from './ports/clock.js';
import { sleep } from './ports/nap.js';
import type { KafkaClients } from './ports/kafka-clients.js';
import { isKafkaError } from './ports/kafka-error.js';
import type { Logger } from './ports/logger.js';
import type { EngineSteps } from './ports/progress.js';
import type { Telemetry } from './ports/telemetry.js';
import type { Tracing } from './ports/tracing.js';
import { toldOf } from './record/author-error.js';
import { Session } from './session.js';
import type { StreamsConfig } from './streams-config.js';
import type { StreamsState } from './streams-state.js';
import { mayFollow } from './streams-state.js';
import type { StreamsStatus, TaskLaneHeads } from './streams-status.js';
import { laneHeadsByTask, statusOf } from './streams-status.js';
import { stepsOf } from './streams-steps.js';
import type { SessionEnd } from './task/supervisor.js';
import type { Task } from './task/task.js';
import { superviseSession } from './task/supervisor.js';
import { topicNeedsOf } from './topic-needs.js';
import { TopicSetup, TopicsUnusable } from './topics/topic-setup.js';

export interface StreamsParts {
  readonly topology: Topology;
  readonly config: StreamsConfig;
  readonly clients: KafkaClients;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly telemetry: Telemetry;
  /** Absent: nobody records traces. */
  readonly tracing?: Tracing | undefined;
}

/** The streams ended by themselves; the process should end with exit code 1. */
export class StreamsFailed extends Error {
  override readonly name = 'StreamsFailed';

  constructor(
    message: string,
    cause: unknown,
    /** What the log shows of it. */
    readonly told = message,
  ) {
    super(message, { cause });
  }
}

/** What a session does, all of it: the merge ends when one of them does. */
const everythingOf = (session: Session) =>
  merge(session.rebalances$, session.intake$, session.commits$, session.patrol$, session.failures$);

export class Streams {
  readonly #state$ = new BehaviorSubject<StreamsState>('CREATED');
  readonly #topics: TopicSetup;
  readonly #stop = new AbortController();
  readonly #stopped = new Promise<void>((resolve) => {
    this.#stop.signal.addEventListener('abort', () => resolve(), { once: true });
  });
  #session: Session | undefined;
  #sessions = 0;
  #opening: Promise<void> = Promise.resolve();
  #life: Promise<void> = Promise.resolve();
  #started = false;

  private readonly parts: StreamsParts;

  constructor(given: StreamsParts) {
    const { config, logger } = given;
    const topology = given.topology.forApplication(config.applicationId);
    this.parts = { ...given, topology };
    const needs = topicNeedsOf(topology);
    const { maxMessageBytes, retryTiers } = config;
    const rules = { ...config.topics, maxMessageBytes, retryTiers };
    this.#topics = new TopicSetup(config.applicationId, needs, rules, logger);
  }

  get state(): StreamsState {
    return this.#state$.value;
  }

  /** Opened so far: the number of the one that there is, or was last. */
  get sessions(): number {
    return this.#sessions;
  }

  /** Every state from the current one on; completes with the last. */
  readonly states$ = this.#state$.asObservable();

  /** From memory; cheap enough for a probe. */
  status(): StreamsStatus {
    return statusOf(this.state, this.#session, this.parts.clock);
  }

  /** How far it has come, for whoever watches that it goes on; looks at no lane. */
  steps(): EngineSteps {
    return stepsOf(this.state, this.#session, this.#sessions);
  }

  /** The oldest lanes of each task, so many at most of all tasks together; for status, not for probes. */
  laneHeads(limit: number): readonly TaskLaneHeads[] {
    return laneHeadsByTask(this.tasks, limit, this.parts.clock.now());
  }

  get isBreakerOpen(): boolean {
    return this.#session?.breaker.isOpen ?? false;
  }

  /** Of the session that there is now, for tests that look into their lanes. Never to be touched. */
  get tasks(): readonly Task[] {
    return (this.#session?.tasks.holdings ?? []).map(({ task }) => task);
  }

  /** Commits what is decided now, without waiting for the interval. */
  async commit(): Promise<void> {
    await this.#session?.commit();
  }

  /**
   * Resolves when the first session is open, or when `close` was called meanwhile. Rejects with
   * TopicsUnusable or a KafkaError when topics or brokers cannot be used: then nothing is left running.
   */
  async start(): Promise<void> {
    if (this.#started) throw new Error('Streams can be started once; make a new one');
    this.#started = true;
    this.#become('REBALANCING');
    this.#opening = this.#open();
    await this.#opening;
  }

  /** Resolves when the streams have ended in order (NOT_RUNNING); rejects with StreamsFailed otherwise. */
  async ended(): Promise<void> {
    await this.#life;
  }

  /** Drains, commits, leaves. Resolves when everything is closed; safe to call more than once. */
  async close(): Promise<void> {
    if (this.state === 'CREATED' || this.state === 'REBALANCING' || this.state === 'RUNNING') {
      this.#become('PENDING_SHUTDOWN');
    }
    this.#stop.abort();
    await this.#opening.catch(() => undefined);
    await this.#life.catch(() => undefined);
    if (this.state === 'PENDING_SHUTDOWN') this.#become('NOT_RUNNING');
  }

  async #open(): Promise<void> {
    const session = this.#makeSession();
    try {
      await Promise.race([session.open(), this.#stopped]);
    } catch (error) {
      await session.close();
      if (this.#stop.signal.aborted) return;
      this.#become('PENDING_ERROR');
      this.#become('ERROR');
      throw error;
    }
    this.#life = this.#live(session);
    // Whoever asks `ended()` hears of it; nobody has to.
    this.#life.catch(() => undefined);
  }

  /** Sessions one after the other, until told to stop or until the supervisor gives up. */
  async #live(first: Session): Promise<void> {
    const ends: SessionEnd[] = [];
    for (let session: Session | undefined = first; ; session = await this.#reopen(ends)) {
      if (session === undefined) return;
      this.#session = session;
      this.parts.telemetry.session();
      this.#sessions += 1;
      const error = await this.#run(session);
      this.#session = undefined;
      await session.close();
      if (error === undefined || this.#stop.signal.aborted) return;
      this.#become('REBALANCING');
      // Brokers that are away, or a member that was put out, are no fault here.
      const level = kindOf(error) === 'failed' ? 'error' : 'warn';
      this.parts.logger[level]({ err: error }, 'the session is over, a new one is made');
      await this.#endedBy(error, ends);
    }
  }

  /** Subscribes to everything, once. Resolves with undefined when told to stop, else with the error. */
  async #run(session: Session): Promise<unknown> {
    // Told to stop before it was open: there is nothing to drain.
    if (this.#stop.signal.aborted) return undefined;
    return new Promise((resolve) => {
      const subscription: Subscription = everythingOf(session).subscribe({
        error: resolve,
        complete: () => resolve(new Error('a stream of the session ended by itself')),
      });
      const cancelWatch = this.#watch(session);
      const stop = async (): Promise<void> => {
        await session.drain();
        subscription.unsubscribe();
        resolve(undefined);
      };
      const stopping = (): void => void stop();
      this.#stop.signal.addEventListener('abort', stopping, { once: true });
      subscription.add(() => {
        cancelWatch();
        this.#stop.signal.removeEventListener('abort', stopping);
      });
    });
  }

  async #reopen(ends: SessionEnd[]): Promise<Session | undefined> {
    while (!this.#stop.signal.aborted) {
      const session = this.#makeSession();
      try {
        await Promise.race([session.open(), this.#stopped]);
        return session;
      } catch (error) {
        await session.close();
        this.parts.logger.warn({ err: error }, 'a new session could not be opened');
        await this.#endedBy(error, ends);
      }
    }
    return undefined;
  }

  async #endedBy(error: unknown, ends: SessionEnd[]): Promise<void> {
    if (error instanceof TopicsUnusable) return this.#giveUp(error.message, error);
    const kind = kindOf(error);
    if (kind === 'failed' && this.#isToEnd(error)) {
      const why = 'The session has ended and is not to be replaced';
      const message = error instanceof Error ? error.message : String(error);
      return this.#giveUp(`${why}: ${message}`, error, `${why}: ${toldOf(error)}`);
    }
    ends.push({ kind, at: this.parts.clock.monotonic() });
    if (ends.length > ENDS_KEPT) ends.shift();
    const decision = superviseSession(ends, this.parts.config.instanceId);
    if (decision.kind === 'give-up') this.#giveUp(decision.why, error);
    else await sleep(this.parts.clock, decision.delayMs, this.#stop.signal);
  }

  /** What the author of the topology says to it. */
  #isToEnd(error: unknown): boolean {
    const handler = this.parts.topology.config.uncaughtExceptionHandler;
    if (handler === undefined) return error instanceof HandlerSaysFail;
    return handler(error instanceof Error ? error : new Error(String(error))) === 'shutdown';
  }

  #giveUp(why: string, cause: unknown, told = why): never {
    this.#become('PENDING_ERROR');
    this.#become('ERROR');
    throw new StreamsFailed(why, cause, told);
  }

  #makeSession(): Session {
    return new Session({ ...this.parts, topics: this.#topics });
  }

  /** REBALANCING while a task restores, RUNNING when none does. */
  #watch(session: Session): () => void {
    const { clock } = this.parts;
    let cancel: () => void = () => undefined;
    const look = (): void => {
      const settled = session.joined && !session.tasks.holdings.some((holding) => holding.isAwaited);
      if (settled && this.state === 'REBALANCING') this.#become('RUNNING');
      else if (!settled && this.state === 'RUNNING') this.#become('REBALANCING');
      cancel = clock.after(WATCH_MS, look);
    };
    look();
    return () => cancel();
  }

  #become(next: StreamsState): void {
    if (this.state === next) return;
    if (!mayFollow(this.state, next)) {
      // Told to stop while a session ended by itself: the stop goes on.
      if (this.state === 'PENDING_SHUTDOWN') return;
      throw new Error(`Streams cannot go from ${this.state} to ${next}`);
    }
    this.parts.logger.info({ from: this.state, to: next }, 'state');
    this.#state$.next(next);
    if (next === 'NOT_RUNNING' || next === 'ERROR') this.#state$.complete();
  }
}

const WATCH_MS = 100;
/** More than the supervisor looks at. */
const ENDS_KEPT = 100;

/** Only what is broken or taken over counts; brokers that are slow or away are waited for (P6). */
const kindOf = (error: unknown): SessionEnd['kind'] => {
  if (!isKafkaError(error)) return 'failed';
  if (error.kind === 'fenced') return 'fenced';
  return error.kind === 'fatal' || error.kind === 'unusable' ? 'failed' : 'unreachable';
};
