/**
 * Delivers commands: writes them, finds where they went, waits until their tasks have read them, and tells
 * what became of each. A command that was written will be carried out whether or not anybody still waits:
 * what ends the waiting says so.
 */
import { sleep } from '../../ports/nap.js';
import type { Clock } from '../../ports/clock.js';
import { asKafkaError, isKafkaError } from '../../ports/kafka-error.js';
import { partitionName } from '../../ports/topic-partition.js';
import type { Errand, ErrandEnd } from './errand.js';
import { dryObject, errandObject, errandRecord, exitOf, markOf } from './errand.js';
import { EXIT } from '../exit-code.js';
import type { LaneLogView, PartitionLanes } from './lane-log-view.js';
import type { ActionEnd } from './operator-audit.js';
import type { Operator } from './operator.js';
import type { Carrying } from './carrying.js';
import type { Printable } from '../terminal/printable.js';
import { printable, shown } from '../terminal/printable.js';
import type { Stretch } from './topic-reader.js';
import { spanText } from '../terminal/time-text.js';

const LOOK_EVERY_MS = 200;
const RETRY_PAUSE_MS = 500;

/** Resolves when the task has read beyond `offset`, or as soon as the signal is aborted. Rejects with a KafkaError. */
export const untilRead = async (
  view: Pick<LaneLogView, 'catchUp' | 'commandsPosition'>,
  offset: number,
  clock: Clock,
  signal: AbortSignal,
): Promise<void> => {
  while (!signal.aborted && view.commandsPosition <= offset) {
    try {
      await view.catchUp(signal);
      if (view.commandsPosition <= offset) await sleep(clock, LOOK_EVERY_MS, signal);
    } catch (error) {
      if (signal.aborted) return;
      if (!isKafkaError(error) || error.kind !== 'retriable') throw error;
      await sleep(clock, RETRY_PAUSE_MS, signal);
    }
  }
};

type Outcomes = PartitionLanes['outcomes'];

/** What is known of a command that was written. */
const endOf = (
  view: Pick<LaneLogView, 'commandsPosition'>,
  outcomes: Outcomes,
  offset: number,
): ErrandEnd => {
  if (view.commandsPosition <= offset) return { kind: 'waiting', offset };
  const outcome = outcomes.get(offset);
  return outcome === undefined ? { kind: 'unknown', offset } : { kind: 'outcome', offset, outcome };
};

const placeText = ({ view }: Errand, offset: number): Printable =>
  printable(`${view.site.commands}-${view.partition}@${offset}`);

const endLine = (errand: Errand, end: ErrandEnd): Printable => {
  const what = shown`${printable(errand.command.kind)} ${printable(errand.target)}`;
  switch (end.kind) {
    case 'outcome': {
      const { outcome, why } = end.outcome;
      return shown`${what}: ${printable(outcome)}${printable(why === '' ? '' : `: ${why}`, 300)}`;
    }
    case 'sent':
      return shown`${what}: sent, ${placeText(errand, end.offset)}`;
    case 'waiting':
      return shown`${what}: not carried out yet. It is written (${placeText(errand, end.offset)}) and will be carried out when the task of partition ${errand.view.partition} reads it. Does the service run, and does /status say that the partition is refused?`;
    case 'unknown':
      return shown`${what}: it was read (${placeText(errand, end.offset)}), and the lane log does not say what became of it. Look at the lane or the dead letter again.`;
    case 'not sent':
      return shown`${what}: not written. Try again.`;
  }
};

export class Delivery {
  constructor(
    private readonly operator: Operator,
    private readonly carrying: Carrying,
  ) {}

  /** Writes one, waits for it and tells what became of it. */
  async deliver(errand: Errand): Promise<ActionEnd> {
    if (this.carrying.isDryRun) {
      this.tellDry(errand);
      return { exitCode: EXIT.done, numbers: {} };
    }
    const [end = { kind: 'not sent' } as const] = await this.carryOut([errand]);
    this.tell(errand, end);
    const name =
      exitOf(end) === EXIT.done ? 'done' : end.kind === 'outcome' ? ('refused' as const) : ('open' as const);
    return { exitCode: exitOf(end), numbers: { [name]: 1 } };
  }

  /** Their ends, in the same order. Rejects when none was written. */
  async carryOut(errands: readonly Errand[]): Promise<readonly ErrandEnd[]> {
    if (errands.length === 0) return [];
    const offsets = await this.#write(errands);
    const { waitMs } = this.carrying;
    if (waitMs === null)
      return errands.map(({ mark }) => {
        const offset = offsets.get(mark);
        return offset === undefined ? { kind: 'not sent' } : { kind: 'sent', offset };
      });
    await this.#wait(errands, offsets, waitMs);
    const nowMs = this.operator.parts.clock.now();
    // A log is long: it is looked through once for all of them.
    const outcomes = new Map<LaneLogView, Outcomes>();
    return errands.map(({ view, mark }) => {
      const offset = offsets.get(mark);
      if (offset === undefined) return { kind: 'not sent' };
      let ofView = outcomes.get(view);
      if (ofView === undefined) outcomes.set(view, (ofView = view.read(nowMs).outcomes));
      return endOf(view, ofView, offset);
    });
  }

  tell(errand: Errand, end: ErrandEnd): void {
    const { output } = this.operator;
    if (output.isJson) output.json(errandObject(errand, end));
    else output.line(endLine(errand, end));
  }

  tellDry(errand: Errand): void {
    const { output } = this.operator;
    if (output.isJson) output.json(dryObject(errand));
    else
      output.line(
        shown`dry run: ${printable(errand.command.kind)} ${printable(errand.target)} would be written to ${printable(errand.view.site.commands)}, partition ${errand.view.partition}`,
      );
  }

  /** Offsets by mark. Rejects when none was written. */
  async #write(errands: readonly Errand[]): Promise<ReadonlyMap<string, number>> {
    const { operator } = this;
    const ends = new Map<string, Stretch>();
    for (const { view } of errands) {
      const of = { topic: view.site.commands, partition: view.partition };
      if (ends.has(partitionName(of))) continue;
      await operator.partitionsOf(of.topic);
      const { high } = await operator.watermarks(of);
      ends.set(partitionName(of), { ...of, from: high, end: high });
    }
    const producer = await operator.producer();
    let failure: Error | undefined;
    try {
      await producer.send(errands.map(errandRecord));
    } catch (error) {
      failure = asKafkaError(error);
    }
    const offsets = await this.#locate([...ends.values()]);
    if (failure === undefined) return offsets;
    if (!errands.some(({ mark }) => offsets.has(mark))) throw failure;
    operator.output.note(printable(failure.message));
    return offsets;
  }

  async #locate(before: readonly Stretch[]): Promise<ReadonlyMap<string, number>> {
    const { operator } = this;
    const offsets = new Map<string, number>();
    const stretches: Stretch[] = [];
    for (const stretch of before)
      stretches.push({ ...stretch, end: (await operator.watermarks(stretch)).high });
    const reader = await operator.reader();
    await reader.read(
      stretches,
      ({ headers, offset }) => {
        const mark = markOf(headers);
        // A second one of the same mark would be a producer's repetition: the first is what the task reads first.
        if (mark !== undefined && !offsets.has(mark)) offsets.set(mark, offset);
      },
      operator.parts.stop,
    );
    return offsets;
  }

  /** Together, no longer than `waitMs`. */
  async #wait(
    errands: readonly Errand[],
    offsets: ReadonlyMap<string, number>,
    waitMs: number,
  ): Promise<void> {
    const { clock, output, stop } = this.operator.parts;
    const last = new Map<LaneLogView, number>();
    for (const { view, mark } of errands) {
      const offset = offsets.get(mark);
      if (offset !== undefined) last.set(view, Math.max(offset, last.get(view) ?? -1));
    }
    const late = new AbortController();
    const cancel = clock.after(waitMs, () => late.abort());
    output.progress(shown`waiting for the service, at most ${spanText(waitMs)}`);
    try {
      const signal = AbortSignal.any([stop, late.signal]);
      await Promise.all([...last].map(([view, offset]) => untilRead(view, offset, clock, signal)));
    } finally {
      cancel();
      output.progress(shown``);
    }
  }
}
