/**
 * I8: where a task started is what one committed transaction said, as a whole; and its lanes in memory are
 * those of the lane log, when it starts and at rest.
 */
import { armText } from '../../src/lanes/arm.js';
import type { LaneState } from '../../src/lanes/lane-state.js';
import type { Arm } from '../../src/lanes/arm.js';
import type { Journal } from './journal.js';
import type { TaskFacts } from './task-facts.js';

export interface Restore {
  readonly process: string;
  readonly task: string;
  readonly sequence: number;
  readonly positions: Readonly<Record<string, number>>;
}

/** A lane in the memory of a task. */
export interface MemoryLane {
  readonly slot: string;
  readonly state: LaneState;
  readonly arm: Arm | null;
  /** Names, the head first. */
  readonly records: readonly string[];
}

export class RestoreChecks {
  readonly #isExact: boolean;
  readonly #isSteady: boolean;

  constructor(readonly journal: Journal) {
    const { guarantee, versions } = journal.scenario;
    this.#isExact = guarantee === 'exactly_once_v2';
    this.#isSteady = versions.length === 1;
  }

  /** At the moment at which the task is running. */
  restored({ process, task, sequence, positions }: Restore, lanes: readonly MemoryLane[] | null): void {
    if (!this.#isExact) return;
    const [subtopology = 0, partition = 0] = task.split('_').map(Number);
    this.journal.update();
    const facts = this.journal.task(subtopology, partition);
    const checkpoint = facts?.checkpoints.get(sequence);
    const who = `${process} restored ${task} at sequence ${sequence}`;
    for (const [topic, position] of Object.entries(positions)) {
      const expected = sequence === 0 ? 0 : checkpoint?.source.get(topic);
      if (expected === undefined || position === expected) continue;
      const about = [`${topic}-${partition}`];
      this.journal.violations.add('I8', `${who} to ${topic}@${position}, not ${expected}`, about);
    }
    // A member that was put out while it restored may be behind; nothing of it will be committed.
    if (facts === undefined || (facts.last?.sequence ?? 0) !== sequence) return;
    // Delays that are no longer configured are armed anew.
    if (lanes !== null) this.#compare(facts, lanes, who, this.#isSteady);
  }

  atRest(task: TaskFacts, lanes: readonly MemoryLane[] | null, process: string): void {
    if (this.#isExact && lanes !== null) this.#compare(task, lanes, `${process} at rest`, true);
  }

  #compare(task: TaskFacts, lanes: readonly MemoryLane[], who: string, withStates: boolean): void {
    const told = (slot: string, records: readonly string[], state: LaneState, arm: Arm | null): string =>
      withStates
        ? `${slot}: ${records.join()} ${JSON.stringify(state)} ${arm === null ? 'no arm' : armText(arm)}`
        : `${slot}: ${records.join()}`;
    const memory = lanes.map(({ slot, records, state, arm }) => told(slot, records, state, arm)).sort();
    const log = [...task.lanes]
      .map(([slot, { logged }]) => told(slot, task.recordsOf(slot), logged.state, logged.arm))
      .sort();
    const wrong = [
      ...memory.filter((lane) => !log.includes(lane)).map((lane) => `only memory has ${lane}`),
      ...log.filter((lane) => !memory.includes(lane)).map((lane) => `only the log has ${lane}`),
    ];
    if (wrong.length > 0)
      this.journal.violations.add('I8', `${who}: lanes of ${task.name}: ${wrong.slice(0, 4).join('; ')}`, [
        task.name,
      ]);
  }
}
