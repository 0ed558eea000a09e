/**
 * The invariants of DESIGN §6 that can be read off what is committed. Pure but for the violations that
 * it adds. `moment` says how much is owed: in every state, while no transaction is open, at rest.
 */
import type { CommittedView, Output, SourceRecord, TaskView } from './committed-view.js';
import { checkpointedPosition, positionOf } from './committed-view.js';
import type { Observations } from './observations.js';
import type { Scenario } from './scenario.js';
import type { Violations } from './violations.js';

export type Moment = 'any' | 'no-open-transaction' | 'rest';

interface Found {
  /** Count by output index. */
  readonly outputs: Map<number, number>;
  deadLetters: number;
}

export class Invariants {
  readonly #isExact: boolean;
  /** The group's offsets may be missing: a task that nothing happens to writes none. */
  readonly #mayExpire: boolean;

  constructor(
    scenario: Scenario,
    readonly observations: Observations,
    readonly violations: Violations,
  ) {
    this.#isExact = scenario.guarantee === 'exactly_once_v2';
    this.#mayExpire = scenario.misfortunes.some(({ what }) => what.kind === 'long-stop');
  }

  check(view: CommittedView, moment: Moment): void {
    const found = this.#count(view);
    this.#order(view);
    this.#epochs(view);
    for (const task of view.tasks) this.#checkpoints(task);
    for (const record of view.sources.values())
      this.#outcome(record, found.get(record.place), owed(view, record, this.#isExact, moment));
    this.#restores(view);
    if (moment === 'rest') for (const task of view.tasks) this.#restsAt(view, task);
  }

  /** I2 and I5: every entry speaks of a source record, says what was expected, and lies where it must. */
  #count({ sources, outputs, deadLetters }: CommittedView): ReadonlyMap<string, Found> {
    const found = new Map<string, Found>();
    const of = (place: string): Found => {
      let entry = found.get(place);
      if (entry === undefined) found.set(place, (entry = { outputs: new Map(), deadLetters: 0 }));
      return entry;
    };
    for (const { at, value } of outputs) {
      const entry = of(value.record);
      entry.outputs.set(value.index, (entry.outputs.get(value.index) ?? 0) + 1);
      const source = sources.get(value.record);
      if (source?.expected.kind !== 'outputs' || value.index >= source.expected.count)
        this.violations.add('I2', `an output of ${value.record} that is not expected`, [value.record]);
      else if ((at.key?.toString() ?? null) !== source.key)
        this.violations.add('I5', `an output of ${value.record} has another key`, [value.record]);
    }
    for (const { at, record, reason } of deadLetters) {
      of(record).deadLetters += 1;
      const source = sources.get(record);
      if (source?.expected.kind !== 'dead-letter' || source.expected.reason !== reason)
        this.violations.add('I2', `a dead letter of ${record} (${reason}) that is not expected`, [record]);
      else if (at.partition !== source.partition)
        this.violations.add('I5', `the dead letter of ${record} lies in partition ${at.partition}`, [record]);
    }
    return found;
  }

  #outcome({ place, expected }: SourceRecord, found: Found | undefined, debt: Debt): void {
    const about = [place];
    const letters = found?.deadLetters ?? 0;
    const counts =
      expected.kind === 'outputs'
        ? Array.from({ length: expected.count }, (_, index) => found?.outputs.get(index) ?? 0)
        : [letters];
    const most = Math.max(0, ...counts);
    const least = Math.min(Infinity, ...counts);
    if (this.#isExact && most > 1) this.violations.add('I2', `${place} came out ${most} times`, about);
    if (debt === 'all' && least === 0)
      this.violations.add(
        'I2',
        `${place} is lost: its position is committed, its effects are not all there`,
        about,
      );
    if (debt === 'nothing' && most > 0)
      this.violations.add('I2', `${place} came out although its position is not committed`, about);
  }

  /** I1: in each log, the first occurrences of a key's outputs are in source order, and so are a whole source partition's. */
  #order({ sources, outputs, deadLetters }: CommittedView): void {
    const keyOf = (place: string): string | null => sources.get(place)?.key ?? null;
    const last = new Map<string, { place: string; offset: number; index: number }>();
    const seen = new Set<string>();
    const next = (log: string, place: string, index: number, invariant: 'I1' | 'order'): void => {
      const source = sources.get(place);
      if (!source) return;
      const before = last.get(log);
      const isLater =
        !before || source.offset > before.offset || (source.offset === before.offset && index > before.index);
      if (!isLater)
        this.violations.add(
          invariant,
          `${place} (output ${index}) came after ${before.place} (output ${before.index})`,
          [place, before.place],
        );
      else last.set(log, { place, offset: source.offset, index });
    };
    const entries = [
      ...outputs.map(({ at, value }) => ({ at, record: value.record, index: value.index })),
      ...deadLetters.map(({ at, record }) => ({ at, record, index: 0 })),
    ];
    for (const { at, record, index } of entries) {
      const log = `${at.topic}-${at.partition} from ${record.slice(0, record.lastIndexOf('@'))}`;
      const again = seen.size === seen.add(`${at.topic} ${record} ${index}`).size;
      // A repeated entry is a matter of I2; under at_least_once only first occurrences have an order.
      if (again) continue;
      const key = keyOf(record);
      if (key !== null) next(`${log} ${key}`, record, index, 'I1');
      if (this.#isExact) next(log, record, index, 'order');
    }
  }

  /** I14: what is committed was made by a task that was alive when it was made, in an attempt that was not given up. */
  #epochs({ outputs }: CommittedView): void {
    const newest = new Map<string, { readonly output: Output; readonly epoch: number }>();
    for (const output of outputs) {
      const { record, run: id } = output.value;
      const run = this.observations.runs[id];
      if (run?.record !== record || run.endedAtMs === null) {
        this.violations.add('I14', `an output of ${record} comes from a run that has not ended`, [record]);
        continue;
      }
      const { closedAtMs } = run.epoch;
      if (closedAtMs !== null && run.endedAtMs > closedAtMs)
        this.violations.add('I14', `an output of ${record} was made after its task was closed`, [record]);
      if (run.abortedAtMs !== null && run.abortedAtMs < run.endedAtMs)
        this.violations.add('I14', `an output of ${record} was made by an attempt that was given up`, [
          record,
        ]);
      if (!this.#isExact) continue;
      const log = `${output.at.partition} ${record.slice(0, record.lastIndexOf('@'))}`;
      const before = newest.get(log);
      if (before && before.epoch > run.epoch.id)
        this.violations.add(
          'I14',
          `an output of ${record} by epoch ${run.epoch.id} follows one of ${before.output.value.record} by epoch ${before.epoch}`,
          [record],
        );
      else newest.set(log, { output, epoch: run.epoch.id });
    }
  }

  /** I6. Under at_least_once nothing is fenced, so the log proves nothing. */
  #checkpoints({ name, checkpoints }: TaskView): void {
    if (!this.#isExact) return;
    checkpoints.forEach((checkpoint, i) => {
      const before = checkpoints[i - 1];
      if (before && checkpoint.sequence !== before.sequence + 1)
        this.violations.add('I6', `${name}: sequence ${checkpoint.sequence} follows ${before.sequence}`, [
          name,
        ]);
      for (const [topic, position] of before?.source ?? [])
        if ((checkpoint.source.get(topic) ?? -1) < position)
          this.violations.add('I6', `${name}: the position of ${topic} goes back from ${position}`, [name]);
    });
  }

  /** I8: where a task started is what one committed transaction said, as a whole. */
  #restores({ tasks }: CommittedView): void {
    if (!this.#isExact) return;
    for (const { process, task, sequence, positions } of this.observations.restores) {
      const [subtopology, partition] = task.split('_').map(Number);
      const view = tasks.filter((one) => one.partition === partition)[subtopology ?? 0];
      const checkpoint = view?.checkpoints.find((one) => one.sequence === sequence);
      for (const [topic, position] of Object.entries(positions)) {
        // Compaction takes old checkpoints away.
        const expected = sequence === 0 ? 0 : checkpoint?.source.get(topic);
        if (expected !== undefined && position !== expected)
          this.violations.add(
            'I8',
            `${process} restored ${task} at sequence ${sequence} to ${topic}@${position}, not ${expected}`,
            [`${topic}-${partition ?? 0}`],
          );
      }
    }
  }

  /** At rest log and offsets say the same, unless the offsets have expired; and everything is read. */
  #restsAt(view: CommittedView, { checkpoints, laneLog, name, partition, sources }: TaskView): void {
    const last = checkpoints.at(-1);
    const sequence = view.groupOffsets.get(`${laneLog}-${partition}`);
    const isKnown = sequence !== undefined || !this.#mayExpire;
    if (this.#isExact && isKnown && last?.sequence !== sequence)
      this.violations.add(
        'I6',
        `${name}: the group has sequence ${sequence ?? 'none'}, the log ${last?.sequence ?? 'none'}`,
        [name],
      );
    for (const topic of sources) {
      const position = positionOf(view, topic, partition);
      const checkpointed = checkpointedPosition(view, topic, partition);
      if (this.#isExact && position !== checkpointed)
        this.violations.add(
          'I6',
          `${name}: the group is at ${topic}@${position}, the checkpoint at ${checkpointed}`,
          [name],
        );
    }
    for (const record of view.sources.values())
      if (record.offset >= positionOf(view, record.topic, record.partition))
        this.violations.add('I2', `${record.place} is still to be read at rest`, [record.place]);
  }
}

type Debt = 'all' | 'nothing' | 'unknown';

/** What must be there of a record: a position and the effects before it are one transaction. */
const owed = (view: CommittedView, record: SourceRecord, isExact: boolean, moment: Moment): Debt => {
  const { topic, partition, offset } = record;
  if (moment === 'rest') return 'all';
  if (!isExact) return (view.groupOffsets.get(`${topic}-${partition}`) ?? 0) > offset ? 'all' : 'unknown';
  if (moment === 'any') return 'unknown';
  return checkpointedPosition(view, topic, partition) > offset ? 'all' : 'nothing';
};
