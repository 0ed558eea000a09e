/**
 * What a write-set says to its task's changelog: absolute values by key, so that of several changes of one
 * key only the last is written. Pure. It does not know what the entries mean.
 *
 * Written in three stages: entries that others will speak of (`append`), entries that speak of them (`put`),
 * then removals in the order of their keys. In a transaction the order does not matter; without one a crash
 * leaves a beginning of it, and no entry of such a beginning speaks of one that is not there (review F13).
 */
import type { ProducedRecord } from '../record/record.js';

/** What is known only when the transaction begins: its checkpoint's sequence, and a count within it. */
export interface Stamp {
  readonly sequence: number;
  readonly ordinal: number;
}

/** A value, and a record that goes to another topic in the same transaction and bears the same stamp. */
export interface Stamped {
  readonly value: Buffer;
  readonly trigger: ProducedRecord | null;
}

/** Asked once for each write-set, when it is taken to be committed; `stamp` gives the next one at each call. */
export type Stamping = (stamp: () => Stamp) => Stamped;

export interface SealedWrites {
  readonly triggers: readonly ProducedRecord[];
  /** In the order in which they must be acknowledged where there is no transaction. */
  readonly stages: readonly (readonly ChangelogEntry[])[];
}

export interface ChangelogEntry {
  readonly key: Buffer;
  readonly value: Buffer | null;
}

interface Keyed<T> {
  readonly key: Buffer;
  readonly what: T;
}

export class ChangelogWrites {
  readonly #appended = new Map<string, Keyed<Buffer>>();
  readonly #put = new Map<string, Keyed<Stamping>>();
  readonly #removed = new Map<string, Keyed<null>>();

  get size(): number {
    return this.#appended.size + this.#put.size + this.#removed.size;
  }

  append(key: Buffer, value: Buffer): void {
    const name = key.toString('latin1');
    this.#removed.delete(name);
    this.#appended.set(name, { key, what: value });
  }

  put(key: Buffer, stamping: Stamping): void {
    const name = key.toString('latin1');
    this.#removed.delete(name);
    this.#put.set(name, { key, what: stamping });
  }

  remove(key: Buffer): void {
    const name = key.toString('latin1');
    this.#appended.delete(name);
    this.#put.delete(name);
    this.#removed.set(name, { key, what: null });
  }

  seal(sequence: number): SealedWrites {
    let ordinal = 0;
    const triggers: ProducedRecord[] = [];
    const stamp = (): Stamp => ({ sequence, ordinal: (ordinal += 1) });
    const puts = [...this.#put.values()].map(({ key, what }) => {
      const { value, trigger } = what(stamp);
      if (trigger !== null) triggers.push(trigger);
      return { key, value };
    });
    const removals = [...this.#removed.values()].sort((one, other) => Buffer.compare(one.key, other.key));
    return {
      triggers,
      stages: [
        [...this.#appended.values()].map(({ key, what }) => ({ key, value: what })),
        puts,
        removals.map(({ key }) => ({ key, value: null })),
      ].filter((stage) => stage.length > 0),
    };
  }
}
