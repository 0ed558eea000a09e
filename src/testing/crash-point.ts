/**
 * Where a test lets the process die, once: `before-process`, it has read the record and its functions have not
 * been called; `before-commit`, they have, and nothing is written; `mid-transaction`, written and not committed
 * (at least once: outputs are acknowledged, and nothing else is); `after-commit`, committed, and it dies before
 * it is told; `now`, while nothing is under way.
 */
import type { StreamsConfig } from '../streams-config.js';
import type { CallKind, Moment } from './fault-plan.js';

export type CrashPoint = 'before-process' | 'before-commit' | 'mid-transaction' | 'after-commit' | 'now';

/** A call of its clients that marks a point; those of the other points the driver sees itself. */
export interface CrashCall {
  readonly call: CallKind | Moment;
  readonly when: 'before' | 'after';
}

type Guarantee = StreamsConfig['processingGuarantee'];

const CALLS = {
  exactly_once_v2: {
    'before-process': { call: 'receive', when: 'before' },
    'mid-transaction': { call: 'commit-transaction', when: 'before' },
    'after-commit': { call: 'commit-transaction', when: 'after' },
  },
  at_least_once: {
    'before-process': { call: 'receive', when: 'before' },
    'mid-transaction': { call: 'send', when: 'after' },
    'after-commit': { call: 'commit-offsets', when: 'after' },
  },
} as const satisfies Record<Guarantee, Partial<Record<CrashPoint, CrashCall>>>;

export const crashCalls = (guarantee: Guarantee): readonly (readonly [CrashPoint, CrashCall])[] =>
  Object.entries(CALLS[guarantee]) as [CrashPoint, CrashCall][];
