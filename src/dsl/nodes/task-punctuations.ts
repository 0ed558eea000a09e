/** The punctuations of one task's processors: when one is due, and what it does when it is run. */
import type { DuePunctuation, Effects, Punctuations, Run } from '../execution.js';
import type { UserProcessorNode } from './processor-node.js';
import type { Cancellable, PunctuationType, Punctuator } from '../processor.js';
import { PunctuationSchedule } from './punctuation-schedule.js';
import { RecordPass } from './record-pass.js';
import type { StoreDirectory } from './store-overlay.js';

interface Planned {
  readonly type: PunctuationType;
  readonly intervalMs: number;
  readonly node: UserProcessorNode;
  readonly punctuator: Punctuator<unknown, unknown>;
}

export class TaskPunctuations implements Punctuations {
  readonly #schedule = new PunctuationSchedule<Planned>();

  constructor(
    private readonly stores: StoreDirectory,
    private readonly streamTimeMs: () => number,
  ) {}

  add(planned: Planned, nowMs: number): Cancellable {
    return { cancel: this.#schedule.add(planned, nowMs) };
  }

  get isEmpty(): boolean {
    return this.#schedule.isEmpty;
  }

  isDue(nowMs: number): boolean {
    return !this.#schedule.isEmpty && this.#schedule.isDue(nowMs, this.streamTimeMs());
  }

  takeDue(nowMs: number): DuePunctuation | undefined {
    const due = this.#schedule.take(nowMs, this.streamTimeMs());
    if (due === undefined) return undefined;
    const { node, punctuator } = due.scheduled;
    return { node: node.name, run: (run) => this.#run(node, punctuator, due.timestampMs, run) };
  }

  dueInMs(nowMs: number): number | null {
    return this.#schedule.dueInMs(nowMs);
  }

  #run(
    node: UserProcessorNode,
    punctuator: Punctuator<unknown, unknown>,
    timestampMs: number,
    run: Run,
  ): Effects | Promise<Effects> {
    const pass = new RecordPass(run, null, null, this.stores, this.streamTimeMs());
    const pending = node.punctuate(punctuator, timestampMs, pass);
    return pending === undefined ? pass.end() : pending.then(() => pass.end());
  }
}
