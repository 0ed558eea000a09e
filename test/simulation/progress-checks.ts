/**
 * P6, looked at while it runs: the watch that would have a process restarted never speaks of one that is healthy,
 * whatever the faults of the plan do to it. They all end well within the limit, so whoever stands for that long does for
 * want of a rule in the watch, or in the engine.
 */
import { ProgressWatch } from '../../src/observability/progress-watch.js';
import type { SimulatedCluster } from '../../src/testing/simulated-cluster.js';
import type { NodeProcess } from './node-process.js';
import type { Violations } from './violations.js';

/** STALL_LIMIT_MS as it is by default. */
const LIMIT_MS = 120_000;
/** As often as the service looks. */
const LOOK_EVERY_MS = 1000;

export class ProgressChecks {
  readonly #watches = new WeakMap<NodeProcess, ProgressWatch>();
  #lookedAtMs = -Infinity;

  constructor(
    private readonly cluster: SimulatedCluster,
    private readonly violations: Violations,
  ) {}

  step(nowMs: number, processes: readonly NodeProcess[]): void {
    if (nowMs - this.#lookedAtMs < LOOK_EVERY_MS) return;
    this.#lookedAtMs = nowMs;
    for (const process of processes) this.#check(process);
  }

  #check(process: NodeProcess): void {
    const watch = this.#watches.get(process) ?? new ProgressWatch(LIMIT_MS);
    this.#watches.set(process, watch);
    const steps = process.steps();
    const sources = steps.tasks.flatMap(({ intake }) => intake);
    const seen = new Map(
      sources.map((of) => {
        const [readable, end] = [
          this.cluster.lastStableOffset(of.topic, of.partition),
          this.cluster.endOffset(of.topic, of.partition),
        ];
        return [`${of.topic}-${of.partition}`, { readable, end }] as const;
      }),
    );
    watch.look(process.process.clock.monotonic(), steps, { brokersLost: false, fatalClients: [], seen });
    const [stall] = watch.stalls;
    if (stall === undefined) return;
    const about = sources.map(({ topic, partition }) => `${topic}-${partition}`);
    this.violations.add('P6', `${process.name} ${stall.task ?? ''} is said to stand: ${stall.what}`, about);
  }
}
