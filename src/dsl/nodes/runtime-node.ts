/**
 * A node of a sub-topology as it runs: compiled once per task, it calls its children directly. On the
 * synchronous path it makes no promise and no closure; from the first promise of a user's function on,
 * the rest of that record's path is awaited, in the same order.
 * Holds no state of a record: several are under way at once. That is in the RecordPass.
 */
import type { RecordPass } from './record-pass.js';
import type { Record } from '../record.js';

export type FlowRecord = Record<unknown, unknown>;

/** undefined: done. Otherwise done when it resolves. */
export type Pending = Promise<void> | undefined;

export const isThenable = (value: unknown): value is PromiseLike<unknown> =>
  typeof value === 'object' && value !== null && typeof (value as { then?: unknown }).then === 'function';

export abstract class RuntimeNode {
  private children: readonly RuntimeNode[] = [];
  private readonly byName = new Map<string, RuntimeNode>();

  abstract process(record: FlowRecord, pass: RecordPass): Pending;

  adopt(child: RuntimeNode, name: string): void {
    this.children = [...this.children, child];
    this.byName.set(name, child);
  }

  /** Undefined: it has no such child. */
  childNamed(name: string): RuntimeNode | undefined {
    return this.byName.get(name);
  }

  get childNames(): readonly string[] {
    return [...this.byName.keys()];
  }

  /** Each child is done with the record before the next one gets it. */
  forward(record: FlowRecord, pass: RecordPass): Pending {
    const { children } = this;
    const first = children[0];
    // Most have one child.
    if (first !== undefined && children.length === 1) return first.process(record, pass);
    let at = 0;
    for (const child of children) {
      at += 1;
      const pending = child.process(record, pass);
      if (pending !== undefined)
        return at === children.length ? pending : this.forwardAfter(pending, at, record, pass);
    }
    return undefined;
  }

  /** Several records, one after the other. */
  forwardAll(records: Iterable<FlowRecord>, pass: RecordPass): Pending {
    const rest = records[Symbol.iterator]();
    for (let next = rest.next(); next.done !== true; next = rest.next()) {
      const pending = this.forward(next.value, pass);
      if (pending !== undefined) return this.forwardRest(pending, rest, pass);
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

  private async forwardRest(
    first: Promise<void>,
    rest: Iterator<FlowRecord>,
    pass: RecordPass,
  ): Promise<void> {
    await first;
    for (let next = rest.next(); next.done !== true; next = rest.next()) {
      pass.throwIfAborted();
      await this.forward(next.value, pass);
    }
  }
}
