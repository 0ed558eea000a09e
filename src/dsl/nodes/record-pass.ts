/** One unit of work on its way through the nodes of a sub-topology, and what it has done so far: its effects. */
import type { OutputRecord } from '../../record/output-record.js';
import type { ConsumedRecord } from '../../record/record.js';
import { placeOf } from '../../record/record.js';
import type { Serde } from '../../record/serde.js';
import type { Effects, RecordRun, Run, StoreChange } from '../execution.js';
import type { StoreDirectory, StoreView } from './store-overlay.js';
import { StoreOverlay } from './store-overlay.js';

/** One attempt to process a record, or one run of a punctuation. */
export class RecordPass implements Effects {
  /** Most have one: a list that grows from nothing takes room for seventeen. */
  #outputs: OutputRecord[] | undefined;
  readonly isDropped = false;
  /** The run may be the same object for every attempt of its record; this is the one that is ours. */
  readonly attempt: number;
  /** As it was read, before any node could change it. */
  sourceKey: unknown = null;
  #overlay: StoreOverlay | undefined;
  #isOver = false;

  constructor(
    readonly run: Run,
    /** The same run, when it is that of a record; null: a punctuation's. */
    readonly recordRun: RecordRun | null,
    /** The one that has read the key: a sink with the same serde writes the key's bytes as they are. */
    readonly keySerde: Serde<unknown> | null,
    private readonly stores: StoreDirectory,
    /** Of the task, the record's own included; -1: none yet. */
    readonly streamTimeMs: number,
  ) {
    this.attempt = recordRun?.attempt ?? 1;
  }

  get record(): ConsumedRecord | null {
    return this.recordRun?.record ?? null;
  }

  /** What is under way, for messages. */
  get place(): string {
    return this.recordRun === null ? 'a punctuation' : placeOf(this.recordRun.record);
  }

  /** Never the signal of a later attempt, which says nothing about this one. */
  get signal(): AbortSignal {
    return (this.recordRun?.attempt ?? 1) === this.attempt ? this.run.signal : OVERTAKEN;
  }

  /**
   * Called whenever a user's promise has resolved: nothing more of an attempt may start once the task
   * has given it up, or it would run beside the next attempt of the same record.
   */
  throwIfAborted(): void {
    this.signal.throwIfAborted();
  }

  /** A store as this unit of work sees it. */
  store(name: string): StoreView {
    return (this.#overlay ??= new StoreOverlay(this.stores, this.#isOver)).view(name);
  }

  get outputs(): readonly OutputRecord[] {
    return this.#outputs ?? NO_OUTPUTS;
  }

  add(output: OutputRecord): void {
    if (this.#outputs === undefined) this.#outputs = [output];
    else this.#outputs.push(output);
  }

  get changes(): readonly StoreChange[] {
    return this.#overlay?.changes ?? NO_CHANGES;
  }

  get reads(): readonly StoreChange[] {
    return this.#overlay?.reads ?? NO_CHANGES;
  }

  /** Its effects are what they are: nothing is written to a store any more. */
  end(): this {
    this.#isOver = true;
    this.#overlay?.end();
    return this;
  }
}

const NO_OUTPUTS: readonly OutputRecord[] = [];
const NO_CHANGES: readonly StoreChange[] = [];
const OVERTAKEN = AbortSignal.abort(new Error('a later attempt of the same record has begun'));
