/** The faults of a simulated run, as data: what happens, and when. Drawn from the seed, nothing else. Pure. */
import type { CallKind } from '../../src/testing/fault-plan.js';
import type { Random } from '../../src/testing/random.js';
import { anyCall, nthOf } from './bad-call.js';
import type { Focus } from './focus.js';

export type Trigger =
  | { readonly at: 'time'; readonly ms: number }
  /** The scheduler's n-th step: busy moments have more steps than quiet ones. */
  | { readonly at: 'step'; readonly step: number }
  /** The n-th call of a kind of the slot's process, when it arrives or when it is done and not yet answered. */
  | {
      readonly at: 'call';
      readonly call: CallKind;
      readonly nth: number;
      readonly side: 'before' | 'after';
      readonly slot: number;
    };

export type Misfortune =
  | { readonly kind: 'crash'; readonly slot: number; readonly restartAfterMs: number }
  /**
   * `replaced`: the orchestrator starts another process with the same identity meanwhile. `evicts`: the group puts
   * that member out at once.
   */
  | {
      readonly kind: 'freeze';
      readonly slot: number;
      readonly forMs: number;
      readonly replaced: boolean;
      readonly evicts: number | null;
    }
  /** SIGTERM. */
  | { readonly kind: 'close'; readonly slot: number; readonly restartAfterMs: number }
  | { readonly kind: 'start-another'; readonly forMs: number }
  /** The group puts a member out, which hears of it only by its next call. */
  | { readonly kind: 'evict'; readonly member: number }
  | { readonly kind: 'broker-down'; readonly forMs: number }
  /** Of one process' machine, or of all machines (null). */
  | { readonly kind: 'clock-jump'; readonly byMs: number; readonly slot: number | null }
  /** Of the lane logs; a part of it looks at the older half only. */
  | { readonly kind: 'compact'; readonly isPart: boolean }
  /** From the retry topics, by retention or by hand: all of them, or the older half. */
  | { readonly kind: 'delete-retries'; readonly isPart: boolean }
  /** One process after the other is stopped and started. */
  | { readonly kind: 'rolling-restart' }
  /** The next version of the settings: one process after the other, or all stopped, then all started. */
  | { readonly kind: 'reconfigure'; readonly rolling: boolean }
  /** All stopped, the group's source offsets put back to a part of what they were, then all started. */
  | { readonly kind: 'reset'; readonly to: number }
  | { readonly kind: 'grow' }
  /** Everything is stopped until the group's offsets have expired, then started again. */
  | { readonly kind: 'long-stop'; readonly forgets: 'lane-log' | 'everything' };

export interface PlannedMisfortune {
  readonly when: Trigger;
  readonly what: Misfortune;
  /** From then on some calls of one process are slow: what was under way stays so while the world changes. */
  readonly slowing: Slowing | null;
}

export interface Slowing {
  readonly slot: number;
  readonly call: CallKind;
  readonly ms: number;
  readonly times: number;
}

/** What the draws depend on. */
export interface FaultSpace {
  readonly chaosMs: number;
  readonly slots: number;
  /** Of the settings. */
  readonly versions: number;
  /** An operator puts offsets back. */
  readonly isReset: boolean;
  readonly sessionTimeoutMs: number;
  readonly transactionTimeoutMs: number;
}

const randomTrigger = (random: Random, { chaosMs, slots }: FaultSpace): Trigger => {
  const draw = random.next();
  if (draw < 0.25) return { at: 'time', ms: random.between(0, chaosMs) };
  if (draw < 0.6) return { at: 'step', step: random.between(1, 2500) };
  const call = anyCall(random);
  const side = random.chance(0.5) ? 'before' : 'after';
  return { at: 'call', call, nth: nthOf(random, call), side, slot: random.below(slots) };
};

const randomMisfortune = (random: Random, space: FaultSpace, slot: number): Misfortune => {
  const restartAfterMs = random.pick([0, 50, 1000, 5000, 20_000]);
  const zombieMs = random.pick([
    random.between(50, 3000),
    Math.round(space.sessionTimeoutMs * (1.1 + random.next())),
    Math.round(space.transactionTimeoutMs * (1.2 + random.next())),
  ]);
  const draw = random.next();
  if (draw < 0.22) return { kind: 'crash', slot, restartAfterMs };
  if (draw < 0.39)
    return { kind: 'freeze', slot, forMs: zombieMs, replaced: random.chance(0.3), evicts: null };
  if (draw < 0.46) return { kind: 'close', slot, restartAfterMs };
  if (draw < 0.53) return { kind: 'start-another', forMs: random.between(500, 15_000) };
  if (draw < 0.66) return { kind: 'evict', member: random.below(4) };
  if (draw < 0.73) return { kind: 'broker-down', forMs: random.pick([500, 8000, 20_000, 45_000]) };
  if (draw < 0.78) return clockJump(random, slot);
  if (draw < 0.85) return { kind: 'compact', isPart: random.chance(0.3) };
  if (draw < 0.91) return { kind: 'delete-retries', isPart: random.chance(0.3) };
  if (draw < 0.94) return { kind: 'rolling-restart' };
  if (draw < 0.98) return { kind: 'grow' };
  return { kind: 'long-stop', forgets: random.chance(0.5) ? 'lane-log' : 'everything' };
};

const clockJump = (random: Random, slot: number): Misfortune => ({
  kind: 'clock-jump',
  byMs: random.pick([-7_200_000, -5000, 5000, 7_200_000]),
  slot: random.chance(0.5) ? slot : null,
});

const randomSlowing = (random: Random, slot: number, { kind }: Misfortune): Slowing | null => {
  if (random.chance(kind === 'grow' ? 0.3 : 0.65)) return null;
  const call = random.pick<CallKind>(
    kind === 'grow'
      ? ['create-partitions']
      : ['produce', 'add-partitions', 'send-offsets', 'commit-transaction', 'fetch', 'send'],
  );
  const ms = random.pick(kind === 'grow' ? [7000, 40_000] : [300, 3000, 7000, 12_000]);
  return { slot, call, ms, times: random.pick([1, 2, 5]) };
};

const anyMisfortune = (random: Random, space: FaultSpace): PlannedMisfortune => {
  const when = randomTrigger(random, space);
  // A process that is struck at one of its own calls is the one that makes the call.
  const slot = when.at === 'call' ? when.slot : random.below(space.slots);
  const what = randomMisfortune(random, space, slot);
  return { when, what, slowing: randomSlowing(random, slot, what) };
};

/** What lanes fear: a log that shrinks while it is read, triggers that are gone, clocks that lie, restarts. */
const anyTroubleOfLanes = (random: Random, space: FaultSpace): PlannedMisfortune => {
  const slot = random.below(space.slots);
  const what = random.pick<Misfortune>([
    { kind: 'compact', isPart: random.chance(0.3) },
    { kind: 'delete-retries', isPart: random.chance(0.3) },
    clockJump(random, slot),
    { kind: 'rolling-restart' },
    { kind: 'crash', slot, restartAfterMs: random.pick([0, 50, 1000]) },
    { kind: 'crash', slot, restartAfterMs: random.pick([0, 50, 1000]) },
    { kind: 'start-another', forMs: random.between(500, 5000) },
  ]);
  const inCommit = random.pick<CallKind>(['send', 'send', 'send', 'produce', 'send-offsets']);
  const inRestore = random.pick<CallKind>(['watermarks', 'committed', 'fetch']);
  const call = what.kind === 'crash' ? inCommit : inRestore;
  const nth = random.between(1, what.kind === 'crash' ? 80 : 6);
  const atCall = { at: 'call', side: 'after', call, nth, slot } as const;
  const when = random.chance(0.5) ? atCall : randomTrigger(random, space);
  return { when, what, slowing: randomSlowing(random, slot, what) };
};

const reset = (random: Random, { chaosMs }: FaultSpace): PlannedMisfortune => ({
  when: { at: 'time', ms: random.between(chaosMs / 4, (chaosMs * 3) / 4) },
  what: { kind: 'reset', to: random.pick([0, 0.5, 0.9]) },
  slowing: null,
});

const reconfigurations = (random: Random, { chaosMs, versions }: FaultSpace): readonly PlannedMisfortune[] =>
  Array.from({ length: versions - 1 }, (_, i) => ({
    when: { at: 'time', ms: Math.round((chaosMs * (i + 0.3 + 0.6 * random.next())) / (versions - 1)) },
    what: { kind: 'reconfigure', rolling: random.chance(0.5) },
    slowing: null,
  }));

/** Offsets were read, and by the time at which the log is, others have gone on; it is a while until it hears so. */
const sleepInRestore = (random: Random, { sessionTimeoutMs, slots }: FaultSpace): PlannedMisfortune => {
  const slot = random.below(slots);
  // It wakes up within its session.
  const forMs = Math.round(sessionTimeoutMs * (0.5 + 0.45 * random.next()));
  return {
    when: { at: 'call', call: 'committed', nth: random.between(1, 6), side: 'after', slot },
    what: { kind: 'freeze', slot, forMs, replaced: false, evicts: random.below(4) },
    slowing: { slot, call: 'heartbeat', ms: 1000, times: 3 },
  };
};

/** Put out of the group inside a transaction or a restore, which then takes so long that others take over. */
const anyEviction = (random: Random, space: FaultSpace): PlannedMisfortune => {
  if (random.chance(0.25)) return sleepInRestore(random, space);
  const call = random.pick<CallKind>([
    'produce',
    'add-partitions',
    'add-partitions',
    'send-offsets',
    'send',
    'watermarks',
  ]);
  return {
    when: { at: 'time', ms: random.between(0, space.chaosMs) },
    what: { kind: 'evict', member: random.below(4) },
    slowing: { slot: random.below(space.slots), call, ms: random.between(3000, 9000), times: 1 },
  };
};

/** Partitions that come and go while a poll is slow. */
const anyRebalance = (random: Random, space: FaultSpace): PlannedMisfortune => ({
  when: { at: 'time', ms: random.between(0, space.chaosMs) },
  what: { kind: 'start-another', forMs: random.between(200, 3000) },
  slowing: { slot: random.below(space.slots), call: 'fetch', ms: random.pick([100, 400, 2000]), times: 8 },
});

export const randomMisfortunes = (
  random: Random,
  space: FaultSpace,
  focus: Focus | undefined,
): readonly PlannedMisfortune[] => {
  const changes = [...reconfigurations(random, space), ...(space.isReset ? [reset(random, space)] : [])];
  const some = (count: number, any: typeof anyMisfortune): readonly PlannedMisfortune[] => [
    ...changes,
    ...Array.from({ length: count }, () => any(random, space)),
  ];
  if (focus === 'eviction') return some(6, anyEviction);
  if (focus === 'rebalance') return some(6, anyRebalance);
  if (focus === 'lanes') return some(6, anyTroubleOfLanes);
  return some(random.pick([0, 1, 2, 3, 4, 6, 10]), anyMisfortune);
};
