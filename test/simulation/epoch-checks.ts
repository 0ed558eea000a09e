/** I14: what is committed was made by a task that was alive when it was made, in an attempt that was not given up. */
import type { Journal, Output } from './journal.js';
import type { Observations } from './observations.js';

export class EpochChecks {
  readonly #newest = new Map<string, { readonly output: Output; readonly epoch: number }>();
  readonly #isExact: boolean;

  constructor(
    readonly journal: Journal,
    readonly observations: Observations,
  ) {
    this.#isExact = journal.scenario.guarantee === 'exactly_once_v2';
  }

  output(output: Output): void {
    const { violations } = this.journal;
    const { record, run: id } = output.value;
    const run = this.observations.runs[id];
    if (run?.record !== record || run.endedAtMs === null)
      return violations.add('I14', `an output of ${record} comes from a run that has not ended`, [record]);
    const { closedAtMs } = run.epoch;
    if (closedAtMs !== null && run.endedAtMs > closedAtMs)
      violations.add('I14', `an output of ${record} was made after its task was closed`, [record]);
    if (run.abortedAtMs !== null && run.abortedAtMs < run.endedAtMs)
      violations.add('I14', `an output of ${record} was made by an attempt that was given up`, [record]);
    if (!this.#isExact) return;
    const log = `${output.at.partition} ${record.slice(0, record.lastIndexOf('@'))}`;
    const before = this.#newest.get(log);
    if (before && before.epoch > run.epoch.id)
      violations.add(
        'I14',
        `an output of ${record} by epoch ${run.epoch.id} follows one of ${before.output.value.record} by epoch ${before.epoch}`,
        [record],
      );
    else this.#newest.set(log, { output, epoch: run.epoch.id });
  }
}
