/** Everything about a simulated run that its seed decides before it begins. Pure. */
import type { StreamsConfig } from '../../src/streams-config.js';
import type { SimulatedClientOptions } from '../../src/testing/client-options.js';
import { Random } from '../../src/testing/random.js';
import type { Payload } from './behaviour.js';
import { randomPayload } from './behaviour.js';
import type { BadCall, Focus, PlannedMisfortune } from './fault.js';
import { randomBadCalls, randomMisfortunes } from './fault.js';

export type Guarantee = StreamsConfig['processingGuarantee'];

export interface Input {
  readonly topic: string;
  /** Taken modulo the partitions that there are by then. */
  readonly partition: number;
  readonly key: string | null;
  readonly payload: Payload;
}

/** Inputs written together: at once, or in a transaction, which leaves a gap in the offsets. */
export interface Burst {
  readonly atMs: number;
  readonly inputs: readonly Input[];
  readonly how: 'direct' | 'committed' | 'aborted';
}

export interface Scenario {
  readonly seed: number;
  readonly guarantee: Guarantee;
  /** Source topics of each sub-topology. */
  readonly subtopologies: readonly (readonly string[])[];
  readonly partitions: number;
  readonly outputPartitions: number;
  readonly slots: number;
  /** Static members keep their identity over a restart. */
  readonly isStatic: boolean;
  readonly config: StreamsConfig;
  readonly client: Partial<SimulatedClientOptions>;
  readonly markerDelayMs: readonly [number, number];
  readonly bursts: readonly Burst[];
  readonly chaosMs: number;
  readonly misfortunes: readonly PlannedMisfortune[];
  readonly badCalls: readonly BadCall[];
}

export const GROUP = 'app';
export const OUTPUT = 'out';

/** What internal topics are named after. */
export const sourceNameOf = (sources: readonly string[]): string =>
  sources.length > 1 ? 'sources' : (sources[0] ?? '');

const MOST_TRICKLED = 150;
/** Divisible by every small number of partitions. */
const PARTITION_DRAWS = 12;
/** Keeps the scenario's draws apart from the scheduler's, which starts from the same seed. */
const SCENARIO_SALT = 0x5eed;

/** What a run can be asked to look at; all else is the seed's. */
export interface Wish {
  readonly guarantee?: Guarantee | undefined;
  readonly focus?: Focus | undefined;
}

export const scenarioOf = (seed: number, { guarantee, focus }: Wish = {}): Scenario => {
  const random = new Random(Math.imul(seed, 0x9e3779b1) ^ SCENARIO_SALT);
  const drawn: Guarantee = random.chance(0.8) ? 'exactly_once_v2' : 'at_least_once';
  const subtopologies = random.pick([[['in']], [['in']], [['in']], [['in', 'more']], [['in'], ['more']]]);
  const partitions = random.between(1, 4);
  const slots = random.between(focus === 'eviction' ? 2 : 1, 3);
  const isStatic = random.chance(0.5);
  const chaosMs = random.between(4000, 40_000);
  const timeouts = {
    sessionTimeoutMs: random.between(6000, 12_000),
    transactionTimeoutMs: random.between(focus === 'eviction' ? 12_000 : 4000, 15_000),
  };
  const drawnConfig = configOf(
    random,
    guarantee ?? drawn,
    timeouts,
    partitions * subtopologies.flat().length,
  );
  // What is under way at a rebalance is dropped, not drained.
  const config =
    focus === 'rebalance' ? { ...drawnConfig, drainTimeoutMs: 0, maxUncommitted: 1000 } : drawnConfig;
  const isCoPartitioned = subtopologies.some((sources) => sources.length > 1);
  const client: Partial<SimulatedClientOptions> = {
    ...timeouts,
    assignor: isCoPartitioned || random.chance(focus === 'rebalance' ? 0.8 : 0.3) ? 'range' : 'cooperative',
    maxPollIntervalMs: Math.max(60_000, 2 * (config.drainTimeoutMs + config.transactionTimeoutMs)),
    queueMaxRecords: random.pick([2, 10, 100_000, 100_000]),
    callTimeoutMs: random.pick([5000, 30_000]),
  };
  const space = { chaosMs, slots, ...timeouts };
  return {
    seed,
    guarantee: config.processingGuarantee,
    subtopologies,
    partitions,
    outputPartitions: random.chance(0.7) ? partitions : random.between(1, 4),
    slots,
    isStatic,
    config,
    client,
    markerDelayMs: random.pick([
      [1, 40],
      [1, 40],
      [50, 1500],
    ] as const),
    bursts: burstsOf(random, subtopologies.flat(), chaosMs, config, focus),
    chaosMs,
    misfortunes: randomMisfortunes(random, space, focus),
    badCalls: randomBadCalls(random, space, focus),
  };
};

const configOf = (
  random: Random,
  processingGuarantee: Guarantee,
  timeouts: { sessionTimeoutMs: number; transactionTimeoutMs: number },
  sources: number,
): StreamsConfig => ({
  applicationId: GROUP,
  processingGuarantee,
  commitIntervalMs: random.pick([20, 100, 100, 500]),
  ...timeouts,
  drainTimeoutMs: random.pick([0, 500, 3000, 15_000]),
  // Two records per source partition are the least that can be kept to.
  maxUncommitted: random.pick([2, 3, 8, 200]) * sources,
  taskMaxBufferBytes: random.pick([600, 5000, 1_000_000]),
  maxInFlight: random.pick([1, 2, 4, 16]),
  ordering: random.chance(0.8) ? 'key' : 'partition',
  attemptTimeoutMs: random.pick([800, 3000]),
  retryImmediate: random.between(0, 2),
  retryImmediateBackoffMs: random.pick([0, 20, 400]),
  retryTiers: [],
  emissionPatienceMs: 250,
  laneMaxFollowers: 100,
  breaker: { ratio: 1, minAttempts: 1000, windowMs: 1000 },
  maxMessageBytes: 2000,
  deadLetterPolicy: 'skip',
  deadLetterHeaders: 'kafka-streams',
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
});

const burstsOf = (
  random: Random,
  topics: readonly string[],
  chaosMs: number,
  { attemptTimeoutMs }: StreamsConfig,
  focus: Focus | undefined,
): readonly Burst[] => {
  const keys = Array.from({ length: random.between(1, 6) }, (_, i) => `k${i}`);
  const nullShare = random.pick([0, 0, 0.1]);
  const weights = {
    longestMs: random.pick([5, 60, attemptTimeoutMs / 4]),
    asyncShare: focus === 'rebalance' ? 1 : random.pick([0, 0.3, 0.8, 1]),
    failureShare: random.pick([0, 0.1, 0.35]),
  };
  const input = (): Input => {
    const payload = randomPayload(random, weights);
    const key = random.chance(nullShare) ? null : random.pick(keys);
    return { topic: random.pick(topics), partition: random.below(PARTITION_DRAWS), key, payload };
  };
  const transactional = random.pick([0, 0, 0.3]);
  const bursts = Array.from({ length: random.between(1, 20) }, (): Burst => {
    // Some are there before anything is started.
    const atMs = random.chance(0.2) ? 0 : random.between(0, chaosMs);
    const size = random.pick([1, 1, 3, 8, 20]);
    const how = random.chance(transactional) ? random.pick(['committed', 'aborted'] as const) : 'direct';
    return { atMs, how, inputs: Array.from({ length: size }, input) };
  });
  // A steady trickle, so that whatever happens, happens to something.
  const everyMs = random.pick([60, 200, 600, Infinity]);
  for (let i = 1; i * everyMs < chaosMs && i <= MOST_TRICKLED; i++)
    bursts.push({ atMs: i * everyMs, how: 'direct', inputs: [input()] });
  return bursts;
};
