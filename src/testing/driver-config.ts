/** The engine's settings under a test driver: those of the service, but for what would need time to pass. Pure. */
import type { RetryTier } from '../record/retry-tier.js';
import type { StreamsConfig } from '../streams-config.js';

type Adjustable =
  | 'processingGuarantee'
  | 'ordering'
  | 'maxInFlight'
  | 'emissionPatienceMs'
  | 'retryImmediate'
  | 'attemptTimeoutMs'
  | 'deadLetterPolicy'
  | 'deadLetterHeaders'
  | 'laneMaxFollowers'
  | 'taskMaxBufferBytes'
  | 'maxUncommitted'
  | 'maxMessageBytes'
  | 'breaker';

/**
 * What a test may set; see docs/configuration.md. The rest has no meaning while time stands still: a commit
 * follows at once, and so does the next attempt in memory.
 */
export interface DriverConfig extends Partial<Pick<StreamsConfig, Adjustable>> {
  /** Delays of the retry topics, shortest first; a number is milliseconds. Default: 5 s, 30 s, 2 minutes. */
  readonly retryTiers?: readonly (RetryTier | number)[];
}

const DEFAULT_TIERS: readonly number[] = [5000, 30_000, 120_000];
const DAY_MS = 86_400_000;

const UNITS = [
  ['d', DAY_MS],
  ['h', 3_600_000],
  ['m', 60_000],
  ['s', 1000],
] as const;

/** As the setting RETRY_TIERS spells it. */
const tierOf = (tier: RetryTier | number): RetryTier => {
  if (typeof tier !== 'number') return tier;
  const [unit, ms] = UNITS.find(([, unitMs]) => tier >= unitMs && tier % unitMs === 0) ?? ['ms', 1];
  return { name: `${tier / ms}${unit}`, delayMs: tier };
};

const tiersOf = (tiers: readonly (RetryTier | number)[]): readonly RetryTier[] => {
  const all = tiers.map(tierOf);
  all.forEach(({ delayMs }, index) => {
    const before = all[index - 1]?.delayMs ?? 0;
    if (Number.isFinite(delayMs) && delayMs > before) return;
    throw new RangeError(`retryTiers must rise and be above 0: ${delayMs} after ${before}`);
  });
  return all;
};

export const driverConfig = (
  applicationId: string,
  partitions: number,
  { retryTiers = DEFAULT_TIERS, ...given }: DriverConfig,
): StreamsConfig => ({
  applicationId,
  processingGuarantee: 'exactly_once_v2',
  // The driver asks for each commit.
  commitIntervalMs: Infinity,
  transactionTimeoutMs: 15_000,
  sessionTimeoutMs: 45_000,
  drainTimeoutMs: 15_000,
  maxUncommitted: 60_000,
  taskMaxBufferBytes: 64_000_000,
  maxInFlight: 64,
  ordering: 'key',
  emissionPatienceMs: 250,
  laneMaxFollowers: 10_000,
  attemptTimeoutMs: 10_000,
  retryImmediate: 1,
  retryImmediateBackoffMs: 0,
  maxMessageBytes: 1_000_000,
  deadLetterPolicy: 'skip',
  deadLetterHeaders: 'kafka-streams',
  // Closed for good: failures of a whole test would count as those of one moment.
  breaker: { ratio: 1, minAttempts: Number.MAX_SAFE_INTEGER, windowMs: 10_000 },
  startFrom: 'earliest',
  offsetMismatch: 'refuse',
  ...given,
  retryTiers: tiersOf(retryTiers),
  topics: {
    autoCreate: true,
    partitions,
    replicationFactor: 1,
    retentionSourceMs: 7 * DAY_MS,
    retentionOutputMs: 30 * DAY_MS,
    retentionRetryMs: 7 * DAY_MS,
    retentionDeadLettersMs: 30 * DAY_MS,
  },
  instanceId: undefined,
});
