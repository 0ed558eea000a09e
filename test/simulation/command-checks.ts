/**
 * At rest every command has its outcome, and it is true: a skip that was done has its dead letter and any
 * other has none; a dead letter is redriven once (review F11, F12).
 */
import type { Journal } from './journal.js';
import type { TaskFacts } from './task-facts.js';

export class CommandChecks {
  readonly #isExact: boolean;

  constructor(readonly journal: Journal) {
    this.#isExact = journal.scenario.guarantee === 'exactly_once_v2';
  }

  atRest(task: TaskFacts): void {
    if (task.commandsPassed < task.asked.size)
      this.#wrong(task, `of ${task.asked.size} commands the checkpoint has passed ${task.commandsPassed}`);
    const skipped = new Map<string, number>();
    const redriven = new Map<number, number>();
    for (const [offset, command] of task.asked) {
      const outcome = task.outcomes.get(offset);
      const kind = command?.kind ?? 'unknown';
      if (outcome === undefined) this.#wrong(task, `nothing is known of the command ${offset}`);
      else if (outcome.command !== kind)
        this.#wrong(task, `the command ${offset} is ${kind}, its outcome one of ${outcome.command}`);
      if (command === null && outcome?.outcome === 'done')
        this.#wrong(task, `the command ${offset} cannot be read, and was done`);
      if (command === null || outcome?.outcome !== 'done') continue;
      if (command.kind === 'skip') skipped.set(command.head, (skipped.get(command.head) ?? 0) + 1);
      if (command.kind === 'redrive')
        redriven.set(command.deadLetter, (redriven.get(command.deadLetter) ?? 0) + 1);
    }
    for (const [letter, times] of redriven)
      if (times > 1 && this.#isExact)
        this.#wrong(task, `the dead letter ${letter} was redriven ${times} times`);
    this.#skips(task, skipped);
  }

  #skips(task: TaskFacts, asked: Map<string, number>): void {
    if (!this.#isExact) return;
    const found = new Map<string, number>();
    for (const letter of this.journal.letters)
      if (letter.task === task && letter.reason === 'skipped')
        found.set(letter.id, (found.get(letter.id) ?? 0) + 1);
    for (const name of new Set([...asked.keys(), ...found.keys()])) {
      const [wanted, there] = [asked.get(name) ?? 0, found.get(name) ?? 0];
      if (wanted !== there)
        this.#wrong(task, `${wanted} skips of ${name} were done, and it has ${there} dead letters of them`);
    }
  }

  #wrong(task: TaskFacts, what: string): void {
    this.journal.violations.add('command', `${task.name}: ${what}`, [task.name]);
  }
}
