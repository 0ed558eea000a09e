/**
 * The invariants of DESIGN §6, held against what is committed. The checks are told of each new entry once;
 * what is owed of records is judged while no transaction is open, because the parts of one become visible
 * one after the other.
 */
import { CommandChecks } from './command-checks.js';
import { EpochChecks } from './epoch-checks.js';
import type { Journal } from './journal.js';
import type { Observations } from './observations.js';
import { OrderChecks } from './order-checks.js';
import { OutcomeChecks } from './outcome-checks.js';
import { StoreChecks } from './store-checks.js';
import { PositionChecks } from './position-checks.js';

export type Moment = 'any' | 'no-open-transaction' | 'rest';

export class Invariants {
  readonly #outcomes: OutcomeChecks;
  readonly #order: OrderChecks;
  readonly #epochs: EpochChecks;
  readonly #positions: PositionChecks;
  readonly #commands: CommandChecks;
  readonly stores: StoreChecks;

  constructor(
    readonly journal: Journal,
    observations: Observations,
  ) {
    this.#outcomes = new OutcomeChecks(journal, observations);
    this.#order = new OrderChecks(journal, observations);
    this.#epochs = new EpochChecks(journal, observations);
    this.#positions = new PositionChecks(journal);
    this.#commands = new CommandChecks(journal);
    this.stores = new StoreChecks(journal);
  }

  check(moment: Moment): void {
    this.journal.update();
    const { fresh, tasks } = this.journal;
    const outputs = fresh.outputs.splice(0);
    const letters = fresh.letters.splice(0);
    for (const output of outputs) {
      this.#outcomes.output(output);
      this.#epochs.output(output);
      this.stores.output(output);
    }
    for (const letter of letters) this.#outcomes.letter(letter);
    this.#order.came(outputs, letters);
    for (const task of tasks) this.#positions.checkpoints(task);
    if (moment === 'any') return;
    this.#outcomes.settle(moment === 'rest');
    if (moment !== 'rest') return;
    for (const task of tasks) {
      this.#positions.atRest(task);
      this.#commands.atRest(task);
    }
  }
}
