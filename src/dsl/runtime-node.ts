/**
 * A node of a sub-topology as it runs: compiled once per task, it calls its children directly. On the
 * synchronous path it makes no promise and no closure; from the first promise of a user's function on,
 * the rest of that record's path is awaited, in the same order.
 * Holds no state of a record: several are under way at once. That is in the RecordPass.
 */
import type { ProducedRecord } from '../record/record.js';
import type { Serde } from '../record/serde.js';
import type { RecordRun } from './execution.js';
import type { FixedKeyRecord } from './fixed-key-record.js';

export type FlowRecord = FixedKeyRecord<unknown, unknown>;

/** undefined: done. Otherwise done when it resolves. */
export type Pending = Promise<void> | undefined;

/** One attempt on its way through the nodes, and what it has written so far. */
export class RecordPass {
  readonly outputs: ProducedRecord[] = [];
  /** The run may be the same object for every attempt of its record; this is the one that is ours. */
  readonly attempt: number;

  constructor(
    readonly run: RecordRun,
    /** The one that has read the key: a sink with the same serde writes the key's bytes as they are. */
    readonly keySerde: Serde<unknown>,
  ) {
    this.attempt = run.attempt;
  }

  /** Never the signal of a later attempt, which says nothing about this one. */
  get signal(): AbortSignal {
    return this.run.attempt === this.attempt ? this.run.signal : OVERTAKEN;
  }

  /**
   * Called whenever a user's promise has resolved: nothing more of an attempt may start once the task
   * has given it up, or it would run beside the next attempt of the same record.
   */
  throwIfAborted(): void {
    this.signal.throwIfAborted();
  }
}

const OVERTAKEN = AbortSignal.abort(new Error('a later attempt of the same record has begun'));

export const isThenable = (value: unknown): value is PromiseLike<unknown> =>
  typeof value === 'object' && value !== null && typeof (value as { then?: unknown }).then === 'function';

export abstract class RuntimeNode {
  private children: readonly RuntimeNode[] = [];

  abstract process(record: FlowRecord, pass: RecordPass): Pending;

  adopt(child: RuntimeNode): void {
    this.children = [...this.children, child];
  }

  /** Each child is done with the record before the next one gets it. */
  forward(record: FlowRecord, pass: RecordPass): Pending {
    const { children } = this;
    let at = 0;
    for (const child of children) {
      at += 1;
      const pending = child.process(record, pass);
      if (pending !== undefined)
        return at === children.length ? pending : this.forwardAfter(pending, at, record, pass);
    }
    return undefined;
  }

  private async forwardAfter(
    first: Promise<void>,
    from: number,
    record: FlowRecord,
    pass: RecordPass,
  ): Promise<void> {
    await first;
    for (const child of this.children.slice(from)) {
      pass.throwIfAborted();
      await child.process(record, pass);
    }
  }
}
