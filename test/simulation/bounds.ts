/**
 * I10, looked at after every step: a process holds no more records than it may. What the shares were worth
 * before a rebalance gave it more partitions may stay until it is committed: at most as much again.
 */
import type { NodeProcess } from './node-process.js';
import type { Scenario } from './scenario.js';
import type { Violations } from './violations.js';

/** Less than this per source partition cannot be kept to: one poll is under way while a batch is taken. */
const LEAST_SHARE = 2;

interface Seen {
  tasks: number;
  isShrunk: boolean;
}

export class Bounds {
  readonly #seen = new WeakMap<NodeProcess, Seen>();

  constructor(
    readonly scenario: Scenario,
    readonly violations: Violations,
  ) {}

  check(processes: readonly NodeProcess[]): void {
    for (const process of processes) this.#check(process);
  }

  #check(process: NodeProcess): void {
    const { uncommitted, tasks } = process.status();
    const seen = this.#seen.get(process) ?? { tasks: 0, isShrunk: false };
    this.#seen.set(process, seen);
    const sources = Math.max(...this.scenario.subtopologies.map((topics) => topics.length));
    const most = Math.max(this.scenario.config.maxUncommitted, tasks.length * sources * LEAST_SHARE);
    if (tasks.length > seen.tasks) seen.isShrunk = true;
    else if (tasks.every((task) => task.uncommitted * tasks.length * sources <= most)) seen.isShrunk = false;
    seen.tasks = tasks.length;
    const allowed = seen.isShrunk ? 2 * most : most;
    if (uncommitted > allowed)
      this.violations.add('I10', `${process.name} holds ${uncommitted} records, allowed are ${allowed}`);
  }
}
