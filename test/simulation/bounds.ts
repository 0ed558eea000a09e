/**
 * I10, looked at while it runs: a process holds no more records than it may, and a lane no more followers.
 * What the shares were worth before a rebalance gave it more partitions may stay until it is committed: at
 * most as much again.
 */
import type { Task } from '../../src/task/task.js';
import type { NodeProcess } from './node-process.js';
import type { Scenario } from './scenario.js';
import type { Violations } from './violations.js';

/** Less than this per source partition cannot be kept to: one poll is under way while a batch is taken. */
const LEAST_SHARE = 2;
/** More than a record of a scenario weighs in a lane. */
const RECORD_BYTES = 1500;

interface Seen {
  tasks: number;
  isShrunk: boolean;
}

export class Bounds {
  readonly #seen = new WeakMap<NodeProcess, Seen>();
  readonly #sources: number;
  readonly #mostUncommitted: number;
  readonly #mostFollowers: number;
  readonly #mostParked: number;
  readonly #mostLaneBytes: number;

  constructor(
    scenario: Scenario,
    readonly violations: Violations,
  ) {
    const most = (of: (version: Scenario['versions'][number]) => number): number =>
      Math.max(...scenario.versions.map(of));
    this.#sources = Math.max(...scenario.subtopologies.map((topics) => topics.length));
    this.#mostUncommitted = most(({ maxUncommitted }) => maxUncommitted);
    this.#mostParked = most(({ laneMaxFollowers }) => laneMaxFollowers) - 1;
    // What was taken before a lane was full may still join it; a redrive asks for no room.
    const redrives = scenario.commands.some(({ kind }) => kind === 'redrive') ? Infinity : 0;
    const late = 2 * this.#mostUncommitted + redrives;
    this.#mostFollowers = most(({ laneMaxFollowers }) => laneMaxFollowers) + late;
    this.#mostLaneBytes = most(({ taskMaxBufferBytes }) => taskMaxBufferBytes) / 2 + late * RECORD_BYTES;
  }

  check(processes: readonly NodeProcess[]): void {
    for (const process of processes) this.#check(process);
  }

  /** Looks at each lane: less often. */
  checkLanes(processes: readonly NodeProcess[]): void {
    for (const process of processes) for (const task of process.tasks) this.#lanes(process, task);
  }

  #lanes(process: NodeProcess, { id, lanes }: Task): void {
    const { table } = lanes;
    if (table.bytes > this.#mostLaneBytes)
      this.#wrong(
        `${process.name} ${id}: lanes hold ${table.bytes} bytes, allowed are ${this.#mostLaneBytes}`,
      );
    for (const { followers, state } of table) {
      // A parked lane that is full is emptied at once.
      const most = state.status === 'parked' ? this.#mostParked : this.#mostFollowers;
      if (followers > most)
        this.#wrong(`${process.name} ${id}: a ${state.status} lane of ${followers}, allowed are ${most}`);
    }
  }

  #check(process: NodeProcess): void {
    const { tasks } = process;
    const seen = this.#seen.get(process) ?? { tasks: 0, isShrunk: false };
    this.#seen.set(process, seen);
    const most = Math.max(this.#mostUncommitted, tasks.length * this.#sources * LEAST_SHARE);
    let uncommitted = 0;
    let isWithin = true;
    for (const { ledger } of tasks) {
      uncommitted += ledger.uncommitted;
      if (ledger.uncommitted * tasks.length * this.#sources > most) isWithin = false;
    }
    if (tasks.length > seen.tasks) seen.isShrunk = true;
    else if (isWithin) seen.isShrunk = false;
    seen.tasks = tasks.length;
    const allowed = seen.isShrunk ? 2 * most : most;
    if (uncommitted > allowed)
      this.#wrong(`${process.name} holds ${uncommitted} records, allowed are ${allowed}`);
  }

  #wrong(what: string): void {
    this.violations.add('I10', what);
  }
}
