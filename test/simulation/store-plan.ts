/** State stores of a simulated topology, and what of the DSL stands behind its handlers: a run that looks at stores. Pure. */
import { Random } from '../../src/testing/random.js';
import type { Focus } from './focus.js';

/**
 * `count`: of each key; `window`: the same in tumbling windows that nothing is too late for; `final`: those, held back
 * until they close; `table`: the last output of each key, and views of it that are kept; `regroup`: under another key
 * through a repartition topic, and counted there; `reduce`: what depends on the order of each key, by a function that is
 * asynchronous.
 */
export type StoreOperator = 'count' | 'window' | 'final' | 'table' | 'regroup' | 'reduce';

export interface StorePlan {
  /** Whose counter each handler has: that of the record's key, or one of all records. */
  readonly sharing: 'key' | 'all';
  readonly operators: readonly StoreOperator[];
  /** By the wall clock; null: none. */
  readonly punctuateEveryMs: number | null;
  /** How long one takes: it may be overdue again when it ends. */
  readonly punctuationMs: number;
}

const STORES_SALT = 0x570e;
const OPERATORS = [
  'count',
  'window',
  'final',
  'table',
  'regroup',
  'reduce',
] as const satisfies readonly StoreOperator[];
const SERIAL: readonly StoreOperator[] = ['window', 'final'];

/** Drawn apart from everything else, so that runs without stores are what they were. */
export const randomStores = (seed: number, focus: Focus | undefined): StorePlan | null => {
  if (focus !== 'stores') return null;
  const random = new Random(Math.imul(seed, 0x9e3779b1) ^ STORES_SALT);
  const sharing = random.pick(['key', 'key', 'all'] as const);
  const operators = OPERATORS.filter(
    (operator) => random.chance(0.4) && (sharing === 'all' || !SERIAL.includes(operator)),
  );
  const punctuateEveryMs = random.pick([null, 70, 1500]);
  // Longer than its interval where that is short, and never than an attempt may take.
  return {
    sharing,
    operators,
    punctuateEveryMs,
    punctuationMs: random.pick([3, 3, Math.min(punctuateEveryMs ?? 3, 500)]),
  };
};
