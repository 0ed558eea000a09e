/** I6: the sequence is gap-free over owners, positions never go back and are never forgotten. */
import type { Journal } from './journal.js';
import type { LoggedCheckpoint, TaskFacts } from './task-facts.js';

export class PositionChecks {
  readonly #isExact: boolean;
  /** The group's offsets may be missing: a task that nothing happens to writes none. */
  readonly #mayExpire: boolean;
  readonly #seen = new Map<TaskFacts, LoggedCheckpoint>();

  constructor(readonly journal: Journal) {
    const { guarantee, misfortunes } = journal.scenario;
    this.#isExact = guarantee === 'exactly_once_v2';
    this.#mayExpire = misfortunes.some(({ what }) => what.kind === 'long-stop');
  }

  /** Under at_least_once nothing is fenced, so the log proves nothing. */
  checkpoints(task: TaskFacts): void {
    const before = this.#seen.get(task);
    if (!this.#isExact || task.last === null || task.last === before) return;
    for (let sequence = before?.sequence ?? 0; sequence < task.last.sequence; sequence++)
      this.#follows(task, task.checkpoints.get(sequence), task.checkpoints.get(sequence + 1), sequence);
    if (before !== undefined && task.last.sequence <= before.sequence)
      this.#wrong(task, `sequence ${task.last.sequence} follows ${before.sequence}`);
    this.#seen.set(task, task.last);
  }

  #follows(
    task: TaskFacts,
    before: LoggedCheckpoint | undefined,
    after: LoggedCheckpoint | undefined,
    sequence: number,
  ): void {
    if (after === undefined) return this.#wrong(task, `there is no sequence ${sequence + 1}`);
    for (const [topic, position] of [...(before?.source ?? []), ...(before?.inputs ?? [])]) {
      const now = after.source.get(topic) ?? after.inputs.get(topic) ?? -1;
      if (now < position) this.#wrong(task, `the position of ${topic} goes back from ${position} to ${now}`);
    }
  }

  /** At rest log and offsets say the same, unless the offsets have expired; and everything is read. */
  atRest(task: TaskFacts): void {
    const { journal } = this;
    const sequence = journal.groupOffset(task.laneLog, task.partition);
    const isKnown = sequence !== undefined || !this.#mayExpire;
    if (this.#isExact && isKnown && task.last?.sequence !== sequence)
      this.#wrong(
        task,
        `the group has sequence ${sequence ?? 'none'}, the log ${task.last?.sequence ?? 'none'}`,
      );
    for (const topic of task.sources) {
      const checkpointed = task.position(topic);
      const position = journal.groupOffset(topic, task.partition) ?? checkpointed;
      if (this.#isExact && position !== checkpointed)
        this.#wrong(task, `the group is at ${topic}@${position}, the checkpoint at ${checkpointed}`);
    }
    for (const facts of journal.records.values()) {
      if (facts.task !== task) continue;
      const position = journal.groupOffset(facts.topic, task.partition) ?? task.position(facts.topic);
      if (facts.offset >= position)
        journal.violations.add('I2', `${facts.place} is still to be read at rest`, [facts.place]);
    }
  }

  #wrong(task: TaskFacts, what: string): void {
    this.journal.violations.add('I6', `${task.name}: ${what}`, [task.name]);
  }
}
