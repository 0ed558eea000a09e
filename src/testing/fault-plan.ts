/**
 * The faults that a test asks for, by kind of call: fail it, delay it, or do something (a crash, say) when
 * it reaches the broker or when the broker has done it. Each fault counts the calls it matches and acts
 * on the `nth` and the `times` - 1 after it. Without faults, a simulated cluster is a healthy one.
 */
import type { KafkaError } from '../ports/kafka-error.js';

export type CallKind =
  | 'connect'
  | 'init-transactions'
  | 'add-partitions'
  | 'produce'
  | 'send-offsets'
  | 'commit-transaction'
  | 'abort-transaction'
  | 'send'
  | 'fetch'
  | 'seek'
  | 'join'
  | 'heartbeat'
  | 'leave'
  | 'committed'
  | 'commit-offsets'
  | 'partition-counts'
  | 'watermarks'
  | 'create-topic'
  | 'create-partitions';

/** Not a call: `receive`, the source consumer has taken records and has not told them yet. Only `before` acts. */
export type Moment = 'receive';

export interface FaultMatch {
  /** The process by name; any when absent. */
  readonly process?: string;
  /** The first matching call to be hit, counted from 1, from when the fault was planned. */
  readonly nth?: number;
  /** How many calls are hit from then on. */
  readonly times?: number;
}

export interface Fault {
  readonly delayMs: number;
  readonly error: KafkaError | null;
  /** The broker does what was asked, and the caller gets the error all the same: an unknown outcome. */
  readonly applied: boolean;
  /** Run when the request arrives, and when the broker has done it but has not answered. */
  readonly before: readonly (() => void)[];
  readonly after: readonly (() => void)[];
}

interface Rule extends Required<Omit<FaultMatch, 'process'>> {
  readonly kind: CallKind | Moment;
  readonly process: string | undefined;
  readonly fault: Partial<Fault>;
  seen: number;
}

const NO_FAULT: Fault = { delayMs: 0, error: null, applied: false, before: [], after: [] };

export class FaultPlan {
  #rules: Rule[] = [];

  /** `applied`: the broker does it nevertheless. */
  fail(kind: CallKind, error: KafkaError, match: FaultMatch & { readonly applied?: boolean } = {}): void {
    this.#plan(kind, match, { error, applied: match.applied ?? false });
  }

  delay(kind: CallKind, delayMs: number, match: FaultMatch = {}): void {
    this.#plan(kind, match, { delayMs });
  }

  /** Runs something at that moment, for instance `() => process.crash()`. */
  at(kind: CallKind | Moment, when: 'before' | 'after', run: () => void, match: FaultMatch = {}): void {
    this.#plan(kind, match, { [when]: [run] });
  }

  /** Forgets every fault that is planned: from here on the cluster is healthy. */
  clear(): void {
    this.#rules = [];
  }

  /** Called once per simulated call. */
  take(kind: CallKind | Moment, process: string): Fault {
    let taken = NO_FAULT;
    for (const rule of this.#rules) {
      if (rule.kind !== kind || (rule.process !== undefined && rule.process !== process)) continue;
      rule.seen += 1;
      if (rule.seen < rule.nth || rule.seen >= rule.nth + rule.times) continue;
      taken = join(taken, rule.fault);
    }
    return taken;
  }

  #plan(kind: CallKind | Moment, { process, nth = 1, times = 1 }: FaultMatch, fault: Partial<Fault>): void {
    this.#rules.push({ kind, process, nth, times, fault, seen: 0 });
  }
}

const join = (one: Fault, other: Partial<Fault>): Fault => ({
  delayMs: one.delayMs + (other.delayMs ?? 0),
  error: one.error ?? other.error ?? null,
  applied: one.error ? one.applied : (other.applied ?? false),
  before: [...one.before, ...(other.before ?? [])],
  after: [...one.after, ...(other.after ?? [])],
});
