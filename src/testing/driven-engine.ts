/**
 * The cluster and the process of a test driver, over all lives of the process: starts it anew whenever it has
 * crashed, crashes it where the test asks for it, and has committed what is decided.
 */
import type { Topology } from '../dsl/graph/topology.js';
import type { Logger } from '../ports/logger.js';
import type { Tracing } from '../ports/tracing.js';
import type { StreamsConfig } from '../streams-config.js';
import type { Task } from '../task/task.js';
import { ClusterClock } from './cluster-clock.js';
import type { CrashPoint } from './crash-point.js';
import { crashCalls } from './crash-point.js';
import type { Driven } from './driven-time.js';
import { DrivenProcess, PROCESS } from './driven-process.js';
import { DrivenTime } from './driven-time.js';
import { Scheduler } from './scheduler.js';
import { SimulatedCluster } from './simulated-cluster.js';
import { VirtualClock } from './virtual-clock.js';

/** Nothing is left to chance: any seed will do. */
const SEED = 0;

export class DrivenEngine implements Driven {
  readonly clock: VirtualClock;
  readonly cluster: SimulatedCluster;
  readonly time: DrivenTime;
  /** The topology, with its internal topics called as they are in Kafka. */
  readonly named: Topology;
  readonly #armed = new Set<CrashPoint>();
  #process: DrivenProcess | undefined;

  constructor(
    readonly topology: Topology,
    readonly config: StreamsConfig,
    startMs: number | undefined,
    private readonly logger: Logger,
    private readonly tracing?: Tracing,
  ) {
    this.named = topology.forApplication(config.applicationId);
    this.clock = new VirtualClock(startMs);
    const clusterClock = new ClusterClock(this.clock);
    const scheduler = new Scheduler(SEED, clusterClock);
    this.cluster = new SimulatedCluster(scheduler, { markerDelayMs: [0, 0], latency: 'none' });
    this.time = new DrivenTime(this.clock, clusterClock, this);
    for (const [point, { call, when }] of crashCalls(config.processingGuarantee)) {
      this.cluster.faults.at(call, when, () => this.#reach(point), { process: PROCESS, times: Infinity });
    }
  }

  get isStarted(): boolean {
    return this.#process !== undefined;
  }

  /** Those of the process as it is now. */
  get tasks(): readonly Task[] {
    return this.#process?.tasks ?? [];
  }

  get isAtRest(): boolean {
    return this.#process?.isAtRest ?? true;
  }

  get inFlight(): number {
    return this.#process?.inFlight ?? 0;
  }

  get nextDueAt(): number | null {
    return this.#process?.nextDueAt ?? null;
  }

  /** Of the consumer group. */
  get generation(): number {
    return this.cluster.group(this.config.applicationId).generation;
  }

  /** Why a partition is not processed, or nothing is for now; undefined: all is well. */
  takeTrouble(): Error | undefined {
    const interruption = this.#process?.takeInterruption();
    if (interruption === undefined) return this.#process?.refusal;
    return new Error(`The session has ended: ${textOf(interruption)}`, { cause: interruption });
  }

  /** Unless it has been. */
  start(): void {
    this.#process ??= this.#begin();
  }

  arm(point: CrashPoint): void {
    this.#armed.add(point);
  }

  crash(): void {
    this.#process?.crash();
  }

  async close(): Promise<void> {
    this.#armed.clear();
    const process = this.#process;
    if (process === undefined) return;
    await this.time.complete(process.close());
    process.crash();
  }

  enforceRebalance(): void {
    this.cluster.group(this.config.applicationId).enforceRebalance();
  }

  goOn(): boolean {
    const process = this.#process;
    if (process === undefined) return false;
    if (process.isCrashed) this.#process = this.#begin();
    else if (!process.isDirty || process.isCommitting) return false;
    else if (!this.#reach('before-commit')) process.commit();
    return true;
  }

  interrupts(): boolean {
    return (this.nextDueAt ?? Infinity) <= this.clock.monotonic() && this.#reach('before-process');
  }

  verify(): void {
    const failure = this.#process?.failure;
    if (failure === undefined) return;
    throw new Error(`The engine has ended: ${textOf(failure)}`, { cause: failure });
  }

  describe(): string {
    return this.#process?.describe() ?? 'not started';
  }

  /** True: the process has crashed there, as it was told to. */
  #reach(point: CrashPoint): boolean {
    if (!this.#armed.delete(point)) return false;
    this.crash();
    return true;
  }

  #begin(): DrivenProcess {
    const { cluster, clock, config, logger, named, topology, tracing } = this;
    return new DrivenProcess({ topology, named, config, cluster, clock, logger, tracing });
  }
}

const textOf = (error: unknown): string =>
  error instanceof Error ? error.message : 'what was thrown is no Error';
