/**
 * One operating system process of a simulated run: an engine on a process of the cluster, from start to
 * its end. A crash ends it without a word: its clock and clients go silent, the engine object is left behind.
 */
import type { Logger } from '../../src/ports/logger.js';
import type { EngineSteps } from '../../src/ports/progress.js';
import { NO_TELEMETRY } from '../../src/ports/telemetry.js';
import { Streams } from '../../src/streams.js';
import type { StreamsStatus } from '../../src/streams-status.js';
import type { SimulatedCluster } from '../../src/testing/simulated-cluster.js';
import type { SimulatedProcess } from '../../src/testing/simulated-process.js';
import type { Task } from '../../src/task/task.js';
import type { StreamsConfig } from '../../src/streams-config.js';
import type { Observations } from './observations.js';
import type { MemoryLane, Restore } from './restore-checks.js';
import type { Scenario } from './scenario.js';
import { GROUP } from './settings.js';
import { simulatedTopology } from './topology.js';
import type { Violations } from './violations.js';

/** Reasons that no fault of the plan explains: log and offsets disagree although nobody touched them. */
const UNEXPLAINED = new Set([
  'sequence-mismatch',
  'offset-mismatch',
  'lane-log-lost',
  'corrupt-lane-log',
  'above-log-end',
  'below-log-start',
  'dead-letter-too-large',
  'lane-record-too-large',
  'offset-reused',
]);

export interface NodeProcessParts {
  /** Of the slot: what faults are planned for. */
  readonly slot: string;
  /** No other process of the run has it. */
  readonly name: string;
  /** What it keeps over a restart when members are static. */
  readonly identity: string;
  readonly scenario: Scenario;
  /** Its settings. */
  readonly config: StreamsConfig;
  readonly cluster: SimulatedCluster;
  readonly observations: Observations;
  readonly violations: Violations;
  readonly restored: (restore: Restore, lanes: readonly MemoryLane[] | null) => void;
  /** It is gone; `why` is null when it was told to stop. */
  readonly ended: (why: unknown) => void;
}

export class NodeProcess {
  readonly process: SimulatedProcess;
  readonly transactionalId: string;
  readonly #streams: Streams;
  #isGone = false;
  #breakerClosedAtMs = -1;

  constructor(private readonly parts: NodeProcessParts) {
    const { cluster, identity, name, scenario, slot } = parts;
    this.transactionalId = `${GROUP}-${identity}`;
    this.process = cluster.process(slot, {
      ...scenario.client,
      groupId: GROUP,
      instanceId: scenario.isStatic ? identity : null,
      transactionalId: this.transactionalId,
    });
    const { clients, clock } = this.process;
    const topology = simulatedTopology({
      process: name,
      clock,
      scenario,
      attemptTimeoutMs: parts.config.attemptTimeoutMs,
      observations: parts.observations,
    });
    const config = { ...parts.config, instanceId: scenario.isStatic ? identity : undefined };
    this.#streams = new Streams({
      topology,
      config,
      clients,
      clock,
      logger: this.#logger(),
      telemetry: NO_TELEMETRY,
    });
    void this.#live();
  }

  get name(): string {
    return this.parts.name;
  }

  /** When its circuit breaker was open the last time; before the run if it never was. */
  get breakerOpenAtMs(): number {
    return this.#streams.isBreakerOpen ? this.process.clock.monotonic() : this.#breakerClosedAtMs;
  }

  get isGone(): boolean {
    return this.#isGone;
  }

  status(): StreamsStatus {
    return this.#streams.status();
  }

  steps(): EngineSteps {
    return this.#streams.steps();
  }

  /** Owes nothing: it runs and reads, all that it took is committed, and no lane waits for another attempt. */
  get isAtRest(): boolean {
    const { state, uncommitted, tasks } = this.status();
    if (state !== 'RUNNING' || uncommitted > 0) return false;
    return tasks.every(
      ({ state: of, lanes, paused }) => of === 'running' && paused.length === 0 && lanes.retrying === 0,
    );
  }

  get tasks(): readonly Task[] {
    return this.#streams.tasks;
  }

  /** In memory, of the tasks that run. */
  lanes(): ReadonlyMap<string, readonly MemoryLane[]> {
    const running = this.tasks.filter(({ state }) => state === 'running');
    return new Map(running.map((task) => [task.id, memoryOf(task)]));
  }

  crash(): void {
    if (this.#isGone) return;
    this.#isGone = true;
    this.process.crash();
    this.parts.observations.crashed(this.name);
  }

  async close(): Promise<void> {
    if (!this.#isGone) await this.#streams.close();
  }

  async #live(): Promise<void> {
    let why: unknown = null;
    try {
      await this.#streams.start();
      await this.#streams.ended();
      // `ended` may be told before the clients are closed; a process ends after that.
      await this.#streams.close();
    } catch (error) {
      why = error;
    }
    if (this.#isGone) return;
    this.#note(`ended${why === null ? '' : `: ${textOf(why)}`}`);
    this.crash();
    this.parts.ended(why);
  }

  #note(event: string): void {
    this.parts.cluster.scheduler.note(`${this.name}: ${event}`);
  }

  #logger(): Logger {
    const tell = (fields: object, message: string): void => {
      if (this.#isGone) return;
      const { err, ...rest } = fields as { err?: unknown };
      this.#note(`${message} ${JSON.stringify(rest)}${err === undefined ? '' : ` ${textOf(err)}`}`);
    };
    return {
      debug: tell,
      warn: tell,
      info: (fields, message) => {
        tell(fields, message);
        if (message === 'circuit breaker closed') this.#breakerClosedAtMs = this.process.clock.monotonic();
        if (message !== 'task is running' || this.#isGone) return;
        const restore = { process: this.name, ...(fields as Omit<Restore, 'process'>) };
        // Null: its session is over, and the process has no such task any more.
        this.parts.restored(restore, this.lanes().get(restore.task) ?? null);
      },
      error: (fields, message) => {
        tell(fields, message);
        const { reason, task } = fields as { reason?: string; task?: string };
        if (!this.#isGone && reason !== undefined && UNEXPLAINED.has(reason))
          this.parts.violations.add('refused', `${this.name} refuses ${task ?? '?'}: ${message}`, []);
      },
    };
  }
}

const memoryOf = ({ lanes }: Task): readonly MemoryLane[] =>
  [...lanes.table].map((lane) => ({
    slot: lane.slot,
    state: lane.state,
    arm: lane.arm,
    records: [...lane].map(({ name }) => name),
  }));

const textOf = (error: unknown): string =>
  error instanceof Error ? `${error.name}: ${error.message}` : JSON.stringify(error);
