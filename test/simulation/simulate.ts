/**
 * Runs one seed to its end: chaos, then calm, then rest, then an orderly stop; checks in between and at
 * the end. The same seed gives the same run and the same answer.
 */
import { SimulationStalled } from '../../src/testing/scheduler.js';
import { ProgressChecks } from './progress-checks.js';
import { Bounds } from './bounds.js';
import { historyOf } from './history.js';
import type { Moment } from './invariants.js';
import { Invariants } from './invariants.js';
import type { Wish } from './scenario.js';
import { scenarioOf } from './scenario.js';
import type { Guarantee } from './settings.js';
import type { Invariant } from './violations.js';
import { World } from './world.js';

export interface Outcome {
  readonly seed: number;
  readonly guarantee: Guarantee;
  /** Equal for equal runs. */
  readonly trace: string;
  readonly steps: number;
  readonly records: number;
  readonly broken: readonly Invariant[];
  /** What was broken, how to run it again, and the history; empty when nothing was. */
  readonly report: string;
}

const PROBE_EVERY_STEPS = 100;
const REST_EVERY_STEPS = 100;
const BOUNDS_EVERY_STEPS = 5;
const MOST_STEPS = 1_000_000;
/** From the last fault until everything is done: refused partitions wait 30 s, back-offs as long, several times over. */
const REST_WITHIN_MS = 1_500_000;
const CLOSE_WITHIN_MS = 120_000;
/** At rest nothing may come any more. */
const STILL_MS = 2000;
/** Longer than the engine takes to write a checkpoint of its own accord. */
const RESTART_AFTER_MS = 120_000;

export const simulate = async (seed: number, wish: Wish = {}): Promise<Outcome> => {
  const scenario = scenarioOf(seed, wish);
  const world = new World(scenario);
  const run = new SimulatedRun(world);
  const crashed = (reason: unknown): void => world.violations.add('crashed', stackOf(reason));
  process.on('unhandledRejection', crashed);
  try {
    await run.toRest();
    if (world.violations.isEmpty) await run.toStop();
  } catch (error) {
    if (error instanceof SimulationStalled)
      world.violations.add('I12', `${error.message.split('\n')[0] ?? ''}; ${run.standing()}`);
    else world.violations.add('crashed', stackOf(error));
  } finally {
    process.off('unhandledRejection', crashed);
  }
  return run.outcome(wish);
};

class SimulatedRun {
  readonly #invariants: Invariants;
  readonly #bounds: Bounds;
  readonly #progress: ProgressChecks;
  #steps = 0;
  #stillAtMs: number | undefined;

  constructor(readonly world: World) {
    this.#bounds = new Bounds(world.scenario, world.violations);
    this.#progress = new ProgressChecks(world.cluster, world.violations);
    this.#invariants = new Invariants(world.journal, world.observations);
  }

  async toRest(): Promise<void> {
    const { chaosMs } = this.world.scenario;
    const isOver = (): boolean => {
      this.#step();
      return !this.world.violations.isEmpty || (this.#steps % REST_EVERY_STEPS === 0 && this.#isAtRest());
    };
    await this.world.scheduler.run(isOver, { maxSteps: MOST_STEPS, maxVirtualMs: chaosMs + REST_WITHIN_MS });
    if (!this.world.violations.isEmpty) return;
    await this.world.scheduler.advance(STILL_MS);
    // An idle task may write a checkpoint of its own accord.
    await this.world.scheduler.run(() => !this.world.isAnyTransactionOpen);
    this.#check('rest');
    this.#compareMemory();
  }

  async toStop(): Promise<void> {
    this.world.stop();
    const isOver = (): boolean => this.world.fleet.processes.length === 0 && !this.world.isAnyTransactionOpen;
    await this.world.scheduler.run(isOver, { maxVirtualMs: CLOSE_WITHIN_MS });
    this.#check('rest');
  }

  outcome({ guarantee, focus }: Wish): Outcome {
    const { journal, scenario, scheduler, violations } = this.world;
    const broken = [...new Set(violations.all.map(({ invariant }) => invariant))];
    const { seed } = scenario;
    const options = [
      ...(guarantee === undefined ? [] : [`--guarantee ${guarantee}`]),
      ...(focus === undefined ? [] : [`--focus ${focus}`]),
    ];
    const replay = ['npm run simulate -- --seeds 1 --from', seed, ...options].join(' ');
    const [first] = violations.all;
    const report =
      first === undefined
        ? ''
        : [
            `seed ${seed} (${scenario.guarantee}) breaks ${broken.join(', ')}; again with: ${replay}`,
            ...violations.all.slice(0, 8).map(({ invariant, what }) => `  ${invariant}: ${what}`),
            historyOf(this.world, first),
          ].join('\n');
    return {
      seed,
      guarantee: scenario.guarantee,
      trace: scheduler.trace,
      steps: this.#steps,
      records: journal.records.size,
      broken,
      report,
    };
  }

  /** Where everybody stands, for a run that does not come to rest. */
  standing(): string {
    return this.world.fleet.processes
      .map((process) => {
        const { state, uncommitted, tasks, breaker } = process.status();
        const each = tasks.map(
          ({ id, state: of, refused, paused, lanes }) =>
            `${id} ${of} ${refused?.reason ?? ''}[${paused.join()}] ${lanes.retrying} retrying, due in ${lanes.nextDueInMs ?? 'never'}`,
        );
        return `${process.name} ${state} breaker ${breaker} uncommitted ${uncommitted} ${each.join(', ')}`;
      })
      .join('; ');
  }

  #step(): void {
    this.#steps += 1;
    this.world.stepped();
    if (this.#steps % BOUNDS_EVERY_STEPS === 0) this.#bounds.check(this.world.fleet.processes);
    this.#progress.step(this.world.scheduler.clock.monotonic(), this.world.fleet.processes);
    if (this.#steps % PROBE_EVERY_STEPS !== 0) return;
    this.#bounds.checkLanes(this.world.fleet.processes);
    this.#check(this.world.isAnyTransactionOpen ? 'any' : 'no-open-transaction');
  }

  #check(moment: Moment): void {
    this.#invariants.check(moment);
  }

  /** I8 at rest: nothing is under way any more, so memory is what the log says. */
  #compareMemory(): void {
    for (const process of this.world.fleet.processes) {
      for (const [id, lanes] of process.lanes()) {
        const [subtopology = 0, partition = 0] = id.split('_').map(Number);
        const task = this.world.journal.task(subtopology, partition);
        if (task !== undefined) this.world.restores.atRest(task, lanes, process.name);
      }
    }
    this.#invariants.stores.atRest(this.world.fleet.processes.flatMap(({ tasks }) => tasks));
  }

  /**
   * Nothing is under way, and yet the log says otherwise: a process that was put out and not fenced has written
   * after its successor read the log. Whoever reads it next sees to it (at_least_once promises no more).
   */
  #restartIfStill(): void {
    const nowMs = this.world.scheduler.clock.monotonic();
    this.#stillAtMs ??= nowMs;
    if (nowMs - this.#stillAtMs < RESTART_AFTER_MS) return;
    this.#stillAtMs = undefined;
    this.world.fleet.restart();
  }

  #isAtRest(): boolean {
    const { world } = this;
    const { journal } = world;
    if (!world.isCalm || world.isAnyTransactionOpen || !world.fleet.hasOnlyItsOwn) return false;
    if (!world.fleet.processes.every((process) => process.isAtRest)) return false;
    journal.update();
    if (!this.#invariants.stores.isAtRest) return false;
    for (const { topic, partition, offset, task } of journal.records.values())
      if ((journal.groupOffset(topic, partition) ?? task.position(topic)) <= offset) return false;
    if (journal.tasks.every((task) => task.retrying === 0 && task.hasAnswered && !task.hasOrphans))
      return true;
    if (world.scenario.guarantee === 'at_least_once') this.#restartIfStill();
    return false;
  }
}

const stackOf = (error: unknown): string =>
  error instanceof Error ? (error.stack ?? error.message) : String(error);
