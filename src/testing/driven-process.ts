/**
 * One life of the process under a test driver: the real engine on a process of the simulated cluster. It looks
 * at the engine's own memory to say whether anything is under way; it changes nothing there.
 */
import type { Topology } from '../dsl/graph/topology.js';
import type { Clock } from '../ports/clock.js';
import type { Logger } from '../ports/logger.js';
import type { CommitOutcome } from '../ports/telemetry.js';
import { NO_TELEMETRY } from '../ports/telemetry.js';
import type { Tracing } from '../ports/tracing.js';
import type { StreamsConfig } from '../streams-config.js';
import type { TaskStatus } from '../streams-status.js';
import { Streams } from '../streams.js';
import type { Task } from '../task/task.js';
import { GatedClock } from './gated-clock.js';
import type { SimulatedCluster } from './simulated-cluster.js';
import type { SimulatedProcess } from './simulated-process.js';

/** The name of the process, whichever life it is in: faults are planned for it. */
export const PROCESS = 'driver';
/** Only how soon it hears of a rebalance: the cluster's own time costs nothing. */
const HEARTBEAT_MS = 50;

/** The engine itself refuses a task of which nothing can be committed, before that. */
const ABORTS_ALLOWED = 20;

export interface DrivenProcessParts {
  readonly topology: Topology;
  /** The same, with its internal topics called as they are in Kafka. */
  readonly named: Topology;
  readonly config: StreamsConfig;
  readonly cluster: SimulatedCluster;
  /** In the test's hand. */
  readonly clock: Clock;
  readonly logger: Logger;
  readonly tracing: Tracing | undefined;
}

export class DrivenProcess {
  readonly #process: SimulatedProcess;
  readonly #clock: GatedClock;
  readonly #streams: Streams;
  #failure: unknown;
  #interruption: unknown;
  #wasInterrupted = false;
  #commits = 0;
  /** One after the other. */
  #aborts = 0;
  #lastWarning: unknown;

  constructor(private readonly parts: DrivenProcessParts) {
    const { cluster, config, topology } = parts;
    const { applicationId: groupId } = config;
    this.#process = cluster.process(PROCESS, {
      groupId,
      // A restart takes its place over at once: no session time-out is waited for.
      instanceId: PROCESS,
      transactionalId: `${groupId}-${PROCESS}`,
      // Every rebalance takes all partitions away.
      assignor: 'range',
      heartbeatIntervalMs: HEARTBEAT_MS,
      transactionTimeoutMs: config.transactionTimeoutMs,
    });
    this.#clock = new GatedClock(parts.clock);
    this.#streams = new Streams({
      topology,
      config,
      clients: this.#process.clients,
      clock: this.#clock,
      logger: this.#logger(),
      telemetry: { ...NO_TELEMETRY, commit: (outcome) => this.#committed(outcome) },
      tracing: parts.tracing,
    });
    void this.#live();
  }

  /** Of this life, those that run or restore. */
  get tasks(): readonly Task[] {
    return this.#streams.tasks;
  }

  get isCrashed(): boolean {
    return this.#process.isCrashed;
  }

  /** It has joined and has its tasks, each running or refused. */
  get isReady(): boolean {
    const { joined, tasks } = this.#streams.status();
    return joined && tasks.length === this.#tasksWanted && tasks.every(isSettled);
  }

  /** Functions of the topology that have not answered. */
  get inFlight(): number {
    return this.tasks.reduce((sum, { inFlight }) => sum + inFlight, 0);
  }

  get isDirty(): boolean {
    return this.tasks.some(({ ledger, state }) => state === 'running' && ledger.isDirty());
  }

  get isCommitting(): boolean {
    return this.#commits > 0;
  }

  /** Nothing goes on that could go on while time stands still. */
  get isAtRest(): boolean {
    if (this.#isBetweenSessions) return true;
    if (!this.isReady || this.isDirty || this.isCommitting || this.inFlight > 0) return false;
    return !this.tasks.some(({ lanes, state }) => state === 'running' && lanes.isAwaitingRecord);
  }

  /** When the next head is due, on the clock in the test's hand; null: none waits. */
  get nextDueAt(): number | null {
    const dues = this.tasks.flatMap(({ lanes }) => lanes.nextDueAt ?? []);
    return dues.length === 0 ? null : Math.min(...dues);
  }

  /** Why the engine has ended by itself, or why nothing of it can be committed: nothing goes on any more. */
  get failure(): unknown {
    return this.#failure;
  }

  /** Why its session has ended; the next one begins when some time has passed. Told once. */
  takeInterruption(): unknown {
    const interruption = this.#interruption;
    this.#interruption = undefined;
    return interruption;
  }

  /** Why a partition is not processed. */
  get refusal(): Error | undefined {
    const { tasks } = this.#streams.status();
    for (const { id, refused, state } of tasks) {
      if (refused === undefined || state === 'running') continue;
      return new Error(`Task ${id} is refused (${refused.reason}): ${refused.message}`);
    }
    return undefined;
  }

  /** For messages. */
  describe(): string {
    const { state, tasks } = this.#streams.status();
    const text = ({ id, state: of, inFlight, queued, uncommitted, paused }: TaskStatus): string =>
      `${id} ${of}: ${inFlight} in flight, ${queued} queued, ${uncommitted} uncommitted, paused [${paused.join(', ')}]`;
    return [state, ...tasks.map(text)].join('; ');
  }

  commit(): void {
    this.#commits += 1;
    const done = (): void => void (this.#commits -= 1);
    this.#streams.commit().then(done, done);
  }

  /** Kill -9: nothing of it goes on. */
  crash(): void {
    if (this.isCrashed) return;
    this.#process.crash();
    this.#clock.close();
  }

  /** Drains, commits, leaves. */
  close(): Promise<void> {
    return this.#streams.close();
  }

  get #isBetweenSessions(): boolean {
    return this.#wasInterrupted && this.#streams.status().msSincePoll === undefined;
  }

  get #tasksWanted(): number {
    const { cluster, named } = this.parts;
    const counts = named.subtopologies.map(({ sourceTopics: [first = ''] }) => cluster.partitionsOf(first));
    return counts.reduce((sum, count) => sum + count, 0);
  }

  async #live(): Promise<void> {
    try {
      await this.#streams.start();
      await this.#streams.ended();
    } catch (error) {
      this.#failure = error;
    }
  }

  #committed(outcome: CommitOutcome): void {
    this.#aborts = outcome === 'aborted' ? this.#aborts + 1 : 0;
    if (this.#aborts < ABORTS_ALLOWED) return;
    this.#failure = new Error('What the topology does cannot be committed', { cause: this.#lastWarning });
  }

  #logger(): Logger {
    const { logger } = this.parts;
    return {
      debug: (fields, message) => logger.debug(fields, message),
      info: (fields, message) => logger.info(fields, message),
      warn: (fields, message) => {
        logger.warn(fields, message);
        this.#lastWarning = (fields as { readonly err?: unknown }).err ?? message;
        this.#heard(fields, message);
      },
      error: (fields, message) => {
        logger.error(fields, message);
        this.#heard(fields, message);
      },
    };
  }

  #heard(fields: { readonly err?: unknown }, message: string): void {
    if (!message.startsWith('the session is over')) return;
    this.#interruption = fields.err;
    this.#wasInterrupted = true;
  }
}

const isSettled = ({ state, paused }: TaskStatus): boolean =>
  state === 'refused' || (state === 'running' && !paused.includes('restoring'));
