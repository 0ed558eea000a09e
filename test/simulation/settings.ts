/** The engine's settings of a simulated run, as its seed draws them, and what a restart may change of them. Pure. */
import type { StreamsConfig } from '../../src/streams-config.js';
import type { Random } from '../../src/testing/random.js';
import type { Focus } from './focus.js';

export type Guarantee = StreamsConfig['processingGuarantee'];

export const GROUP = 'app';

type Tiers = StreamsConfig['retryTiers'];

const TIER_NAMES = new Map([
  [300, '300ms'],
  [700, '700ms'],
  [1000, '1s'],
  [3000, '3s'],
  [7000, '7s'],
]);

const tiersOf = (...delays: readonly number[]): Tiers =>
  delays.map((delayMs) => ({ name: TIER_NAMES.get(delayMs) ?? `${delayMs}ms`, delayMs }));

const TIERS: readonly Tiers[] = [
  tiersOf(300, 1000, 3000),
  tiersOf(300, 1000, 3000),
  tiersOf(300, 700),
  tiersOf(1000),
  tiersOf(700, 3000, 7000),
  tiersOf(),
];

/** Far beyond any run: never. */
const NEVER_MS = 3_600_000;

export interface Timeouts {
  readonly sessionTimeoutMs: number;
  readonly transactionTimeoutMs: number;
}

export const randomConfig = (
  random: Random,
  processingGuarantee: Guarantee,
  timeouts: Timeouts,
  sources: number,
  focus: Focus | undefined,
): StreamsConfig => {
  const isStormy = focus === 'storm';
  return {
    applicationId: GROUP,
    processingGuarantee,
    commitIntervalMs: random.pick([20, 100, 100, 500]),
    ...timeouts,
    // What is under way at a rebalance is dropped, not drained.
    drainTimeoutMs: focus === 'rebalance' ? 0 : random.pick([0, 500, 3000, 15_000]),
    // Two records per source partition are the least that can be kept to.
    maxUncommitted: focus === 'rebalance' ? 1000 : random.pick([2, 3, 8, 200]) * sources,
    taskMaxBufferBytes: random.pick([5000, 20_000, 1_000_000]),
    maxInFlight: random.pick([1, 2, 4, 16]),
    ordering: random.chance(0.85) ? 'key' : 'partition',
    emissionPatienceMs: random.pick([10, 50, 250, NEVER_MS]),
    laneMaxFollowers: random.pick([1, 3, 10, 10_000]),
    attemptTimeoutMs: random.pick([800, 3000]),
    retryImmediate: random.between(0, 2),
    retryImmediateBackoffMs: random.pick([0, 20, 400]),
    retryTiers: random.pick(TIERS),
    maxMessageBytes: 2000,
    deadLetterPolicy: random.chance(focus === 'operator' ? 0.3 : 0.7) ? 'skip' : 'park',
    deadLetterHeaders: 'kafka-streams',
    breaker: isStormy
      ? { ratio: 0.5, minAttempts: random.pick([4, 10]), windowMs: random.pick([3000, 10_000]) }
      : random.pick([
          { ratio: 0.5, minAttempts: 20, windowMs: 10_000 },
          { ratio: 1, minAttempts: 1_000_000, windowMs: 1000 },
        ]),
    startFrom: 'earliest',
    offsetMismatch: 'refuse',
    topics: {
      autoCreate: true,
      partitions: 1,
      replicationFactor: 1,
      retentionSourceMs: 1,
      retentionOutputMs: 1,
      retentionRetryMs: 1,
      retentionDeadLettersMs: 1,
    },
    instanceId: undefined,
  };
};

/** What an operator changes before a restart. `maySwitch`: the guarantee too. */
export const changedConfig = (random: Random, config: StreamsConfig, maySwitch: boolean): StreamsConfig => {
  const changed = { ...config };
  const draw = random.next();
  if (draw < 0.55) changed.retryTiers = random.pick(TIERS);
  if (draw > 0.45 && draw < 0.7)
    changed.deadLetterPolicy = config.deadLetterPolicy === 'skip' ? 'park' : 'skip';
  if (draw > 0.65 && draw < 0.8) changed.retryImmediate = random.between(0, 2);
  if (draw > 0.75 && draw < 0.85) changed.ordering = config.ordering === 'key' ? 'partition' : 'key';
  if (draw > 0.8 && maySwitch)
    changed.processingGuarantee =
      config.processingGuarantee === 'exactly_once_v2' ? 'at_least_once' : 'exactly_once_v2';
  return withRoomForParked(changed);
};

/** Parked lanes stay until somebody acts: their bytes must not fill the task. */
export const withRoomForParked = (config: StreamsConfig): StreamsConfig =>
  config.deadLetterPolicy === 'park' ? { ...config, taskMaxBufferBytes: 1_000_000 } : config;
