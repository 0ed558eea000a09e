/** Calls to the brokers that are answered late, or with an error, in a simulated run. Drawn from the seed. Pure. */
import type { KafkaErrorClass } from '../../src/ports/kafka-error.js';
import type { CallKind } from '../../src/testing/fault-plan.js';
import type { Random } from '../../src/testing/random.js';
import type { Focus } from './focus.js';

export interface BadCall {
  readonly call: CallKind;
  readonly nth: number;
  readonly times: number;
  readonly slot: number;
  readonly fault:
    | { readonly kind: 'delay'; readonly ms: number }
    | {
        readonly kind: 'error';
        readonly error: KafkaErrorClass;
        /** The broker does it all the same. */
        readonly applied: boolean;
        readonly permanent: boolean;
      };
}

/** Kinds of error that each call may be answered with. */
const ERRORS = {
  connect: ['retriable', 'unusable'],
  'init-transactions': ['retriable', 'fenced', 'fatal'],
  'add-partitions': ['retriable', 'abortable', 'fenced', 'fatal'],
  produce: ['retriable', 'abortable', 'fenced', 'unusable'],
  'send-offsets': ['retriable', 'abortable', 'fenced', 'fatal'],
  'commit-transaction': ['retriable', 'abortable', 'fenced', 'fatal', 'unusable'],
  'abort-transaction': ['retriable', 'fenced', 'fatal'],
  send: ['retriable', 'unusable', 'fatal'],
  fetch: ['retriable', 'unusable', 'fatal', 'fenced'],
  seek: ['retriable', 'fatal'],
  join: ['retriable'],
  heartbeat: ['retriable'],
  leave: ['retriable'],
  committed: ['retriable', 'unusable', 'fatal'],
  'commit-offsets': ['retriable', 'unusable', 'fatal'],
  'partition-counts': ['retriable'],
  watermarks: ['retriable', 'unusable', 'fatal'],
  'create-topic': ['retriable'],
  'create-partitions': ['retriable'],
} as const satisfies Record<CallKind, readonly KafkaErrorClass[]>;

const CALLS = Object.keys(ERRORS) as CallKind[];
/** Where most of what can go wrong goes wrong. */
const COMMIT_CALLS: readonly CallKind[] = [
  'produce',
  'add-partitions',
  'send-offsets',
  'commit-transaction',
  'commit-transaction',
  'abort-transaction',
  'send',
  'commit-offsets',
];
const RESTORE_CALLS: readonly CallKind[] = ['committed', 'watermarks', 'seek', 'join', 'init-transactions'];

/** Most often one of those where most can go wrong. */
export const anyCall = (random: Random): CallKind => {
  const draw = random.next();
  if (draw < 0.6) return random.pick(COMMIT_CALLS);
  return random.pick(draw < 0.8 ? RESTORE_CALLS : CALLS);
};

export const nthOf = (random: Random, call: CallKind): number =>
  RESTORE_CALLS.includes(call) ? random.between(1, 8) : random.between(1, 40);

export const randomBadCalls = (
  random: Random,
  slots: number,
  focus: Focus | undefined,
): readonly BadCall[] => {
  const count = focus === 'commit' ? 8 : random.pick([0, 0, 1, 2, 3, 5]);
  return Array.from({ length: count }, () =>
    badCall(random, slots, focus === 'commit' ? 'commit-transaction' : anyCall(random)),
  );
};

const badCall = (random: Random, slots: number, call: CallKind): BadCall => {
  const nth = nthOf(random, call);
  const slot = random.below(slots);
  if (random.chance(0.3)) {
    const ms = random.pick([50, 500, 3000, 12_000, 40_000]);
    return { call, nth, slot, times: random.pick([1, 1, 5]), fault: { kind: 'delay', ms } };
  }
  const error = random.pick<KafkaErrorClass>(ERRORS[call]);
  const applied = random.chance(0.4);
  const permanent = error === 'unusable';
  return {
    call,
    nth,
    slot,
    times: random.pick([1, 1, 1, 2, 4]),
    fault: { kind: 'error', error, applied, permanent },
  };
};
