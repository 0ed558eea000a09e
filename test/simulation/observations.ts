/**
 * What a simulated run shows from the inside: handler runs, task epochs (one processor instance each), clocks
 * that jumped. Never influences the run.
 */
import type { VirtualClock } from '../../src/testing/virtual-clock.js';
import type { RunChecks } from './run-checks.js';

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
  readonly key: string | null;
  readonly attempt: number;
  readonly beganAtMs: number;
  endedAtMs: number | null;
  abortedAtMs: number | null;
  /** By what its handler threw; a run that was given up has failed too. */
  failure: 'retryable' | 'final' | null;
  /** Nothing of its own made it fail. */
  inStorm: boolean;
}

export interface Place {
  readonly topic: string;
  readonly partition: number;
  readonly offset: number;
}

interface Jump {
  readonly atMs: number;
  readonly byMs: number;
  /** Null: the clocks of all machines. */
  readonly process: string | null;
}

export class Observations {
  readonly epochs: Epoch[] = [];
  readonly runs: Run[] = [];
  readonly #byRecord = new Map<string, Run[]>();
  readonly #failedKeys = new Set<string>();
  readonly #jumps: Jump[] = [];
  /** Set once there is a journal to compare with. */
  checks: RunChecks | null = null;

  constructor(readonly clock: VirtualClock) {}

  epoch(process: string): Epoch {
    const epoch: Epoch = { id: this.epochs.length, process, task: '?', closedAtMs: null };
    this.epochs.push(epoch);
    return epoch;
  }

  crashed(process: string): void {
    for (const epoch of this.epochs)
      if (epoch.process === process) epoch.closedAtMs ??= this.clock.monotonic();
  }

  jumped(byMs: number, process: string | null): void {
    this.#jumps.push({ atMs: this.clock.monotonic(), byMs, process });
  }

  /** A wall clock may have said that it is later than it is for what was written at `sinceMs`. */
  mayDeceive(sinceMs: number): boolean {
    return this.#jumps.some(({ atMs, byMs, process }) => process !== null || (byMs > 0 && atMs >= sinceMs));
  }

  /** A handler begins. `key` null: no key, runs beside anything. */
  begin(epoch: Epoch, key: string | null, at: Place, attempt: number): Run {
    const record = `${at.topic}-${at.partition}@${at.offset}`;
    const run: Run = {
      id: this.runs.length,
      epoch,
      record,
      key,
      attempt,
      beganAtMs: this.clock.monotonic(),
      endedAtMs: null,
      abortedAtMs: null,
      failure: null,
      inStorm: false,
    };
    this.runs.push(run);
    const runs = this.#byRecord.get(record);
    if (runs === undefined) this.#byRecord.set(record, [run]);
    else runs.push(run);
    this.checks?.begin(run, at);
    return run;
  }

  end(run: Run): void {
    run.endedAtMs ??= this.clock.monotonic();
    if (hasFailed(run)) this.#failedKeys.add(keyName(run.record, run.key));
    this.checks?.end(run);
  }

  /** A punctuation of a task runs: no record of it may. */
  punctuates(epoch: Epoch): void {
    for (const run of this.runs)
      if (
        run.epoch === epoch &&
        run.endedAtMs === null &&
        run.abortedAtMs === null &&
        epoch.closedAtMs === null
      )
        this.checks?.beside(run);
  }

  runsOf(record: string): readonly Run[] {
    return this.#byRecord.get(record) ?? [];
  }

  failedAttemptsOf(record: string): ReadonlySet<number> {
    return new Set(this.runsOf(record).flatMap((run) => (hasFailed(run) ? [run.attempt] : [])));
  }

  hasFailedInStorm(record: string): boolean {
    return this.runsOf(record).some((run) => run.inStorm);
  }

  /** A run of the record had ended well by then, in a task that lived. */
  hasSucceeded(record: string, byMs: number): boolean {
    return this.runsOf(record).some(
      (run) =>
        run.endedAtMs !== null &&
        run.endedAtMs <= Math.min(byMs, run.epoch.closedAtMs ?? byMs) &&
        !hasFailed(run),
    );
  }

  /** A run of the record, or of another with its key, has failed. */
  hasFailed({ place, key }: { readonly place: string; readonly key: string | null }): boolean {
    return this.#failedKeys.has(keyName(place, key));
  }
}

const hasFailed = (run: Run): boolean => run.failure !== null || run.abortedAtMs !== null;

/** Over all topics of a task, as lanes are; a record without a key stands for itself. */
export const keyName = (place: string, key: string | null): string =>
  key === null ? place : `${place.slice(place.lastIndexOf('-'), place.lastIndexOf('@'))} ${key}`;
