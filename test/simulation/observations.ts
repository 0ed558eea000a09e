/**
 * What a simulated run shows from the inside: handler runs, task epochs (one processor instance each),
 * restores. It checks at once what must hold in every state: one handler per key (I4), source order of
 * a key's runs, no record run before its time. Never influences the run.
 */
import type { VirtualClock } from '../../src/testing/virtual-clock.js';
import type { Violations } from './violations.js';

/** One life of a task in one process. */
export interface Epoch {
  readonly id: number;
  readonly process: string;
  task: string;
  closedAtMs: number | null;
}

/** One attempt of one record. */
export interface Run {
  readonly id: number;
  readonly epoch: Epoch;
  /** `topic-partition@offset`. */
  readonly record: string;
  readonly attempt: number;
  readonly beganAtMs: number;
  endedAtMs: number | null;
  abortedAtMs: number | null;
}

export interface Restore {
  readonly process: string;
  readonly task: string;
  readonly sequence: number;
  readonly positions: Readonly<Record<string, number>>;
}

/** After a time-out a key goes on without a handler that ignores its signal for this long (src/task/attempts.ts). */
const GRACE_MS = 1000;
const ROUNDING_MS = 0.01;

interface KeyState {
  readonly running: Set<Run>;
  last: { readonly offset: number; readonly attempt: number } | null;
}

export class Observations {
  readonly epochs: Epoch[] = [];
  readonly runs: Run[] = [];
  readonly restores: Restore[] = [];
  readonly #keys = new Map<string, KeyState>();

  constructor(
    readonly clock: VirtualClock,
    readonly violations: Violations,
  ) {}

  epoch(process: string): Epoch {
    const epoch: Epoch = { id: this.epochs.length, process, task: '?', closedAtMs: null };
    this.epochs.push(epoch);
    return epoch;
  }

  crashed(process: string): void {
    for (const epoch of this.epochs)
      if (epoch.process === process) epoch.closedAtMs ??= this.clock.monotonic();
  }

  /** A handler begins. `key` null: no key, runs beside anything. */
  begin(
    epoch: Epoch,
    key: string | null,
    at: { topic: string; partition: number; offset: number },
    attempt: number,
  ): Run {
    const record = `${at.topic}-${at.partition}@${at.offset}`;
    const beganAtMs = this.clock.monotonic();
    const run: Run = {
      id: this.runs.length,
      epoch,
      record,
      attempt,
      beganAtMs,
      endedAtMs: null,
      abortedAtMs: null,
    };
    this.runs.push(run);
    if (key !== null) this.#check(run, key, at);
    return run;
  }

  end(run: Run): void {
    run.endedAtMs ??= this.clock.monotonic();
  }

  #check(run: Run, key: string, at: { topic: string; partition: number; offset: number }): void {
    const { epoch } = run;
    const running = this.#stateOf(`${epoch.id} ${key}`).running;
    for (const other of running) {
      if (other.endedAtMs !== null) running.delete(other);
      else if (other.abortedAtMs === null || run.beganAtMs - other.abortedAtMs < GRACE_MS - ROUNDING_MS)
        this.violations.add('I4', `${run.record} runs beside ${other.record} of the same key`, [
          run.record,
          other.record,
        ]);
    }
    running.add(run);
    const source = this.#stateOf(`${epoch.id} ${at.topic} ${key}`);
    const { last } = source;
    const isNext = last === null || at.offset > last.offset;
    const isAgain = last?.offset === at.offset && run.attempt === last.attempt + 1;
    if (!isAgain && !(isNext && run.attempt === 1))
      this.violations.add(
        'I4',
        `${run.record} attempt ${run.attempt} runs after offset ${last?.offset ?? -1} attempt ${last?.attempt ?? 0} of its key`,
        [run.record],
      );
    source.last = { offset: at.offset, attempt: run.attempt };
  }

  #stateOf(name: string): KeyState {
    let state = this.#keys.get(name);
    if (state === undefined) this.#keys.set(name, (state = { running: new Set(), last: null }));
    return state;
  }
}
