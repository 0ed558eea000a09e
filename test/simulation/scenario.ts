/** Everything about a simulated run that its seed decides before it begins. Pure. */
import type { StreamsConfig } from '../../src/streams-config.js';
import type { SimulatedClientOptions } from '../../src/testing/client-options.js';
import { Random } from '../../src/testing/random.js';
import type { Payload } from './behaviour.js';
import { randomPayload } from './behaviour.js';
import type { BadCall } from './bad-call.js';
import { randomBadCalls } from './bad-call.js';
import type { PlannedMisfortune } from './fault.js';
import { randomMisfortunes } from './fault.js';
import type { Focus } from './focus.js';
import type { PlannedCommand } from './operator.js';
import { randomCommands } from './operator.js';
import type { Guarantee } from './settings.js';
import type { StorePlan } from './store-plan.js';
import { randomStores } from './store-plan.js';
import { changedConfig, randomConfig, withRoomForParked } from './settings.js';

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

/** A time in which every run of a handler fails, as when the dependency of all is down. */
export interface Storm {
  readonly fromMs: number;
  readonly toMs: number;
}

export interface Scenario {
  readonly seed: number;
  /** What the run can be held to: exact only if every version of the settings is, and nobody resets offsets. */
  readonly guarantee: Guarantee;
  /** Source topics of each sub-topology. */
  readonly subtopologies: readonly (readonly string[])[];
  readonly partitions: number;
  readonly outputPartitions: number;
  readonly slots: number;
  /** Static members keep their identity over a restart. */
  readonly isStatic: boolean;
  /** The first one; then what restarts change it to. */
  readonly versions: readonly StreamsConfig[];
  readonly client: Partial<SimulatedClientOptions>;
  readonly markerDelayMs: readonly [number, number];
  readonly bursts: readonly Burst[];
  readonly storms: readonly Storm[];
  readonly commands: readonly PlannedCommand[];
  readonly chaosMs: number;
  readonly misfortunes: readonly PlannedMisfortune[];
  readonly badCalls: readonly BadCall[];
  /** null: its topology keeps nothing. */
  readonly stores: StorePlan | null;
}

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
  const sources = partitions * subtopologies.flat().length;
  // What is read again comes out again: such a run cannot be held to once.
  const isReset = focus === 'settings' && guarantee !== 'exactly_once_v2' && random.chance(0.25);
  const offsetMismatch = isReset ? 'adopt' : 'refuse';
  const first = {
    ...randomConfig(random, guarantee ?? drawn, timeouts, sources, focus),
    offsetMismatch,
  } as const;
  const versions = versionsOf(random, first, guarantee, focus);
  const [config] = versions;
  const isCoPartitioned = subtopologies.some((topics) => topics.length > 1);
  const client: Partial<SimulatedClientOptions> = {
    ...timeouts,
    assignor: isCoPartitioned || random.chance(focus === 'rebalance' ? 0.8 : 0.3) ? 'range' : 'cooperative',
    maxPollIntervalMs: Math.max(60_000, 2 * (config.drainTimeoutMs + config.transactionTimeoutMs)),
    queueMaxRecords: random.pick([2, 10, 100_000, 100_000]),
    callTimeoutMs: random.pick([5000, 30_000]),
  };
  const space = { chaosMs, slots, versions: versions.length, isReset, ...timeouts };
  const isExact =
    !isReset && versions.every(({ processingGuarantee }) => processingGuarantee === 'exactly_once_v2');
  return {
    seed,
    guarantee: isExact ? 'exactly_once_v2' : 'at_least_once',
    subtopologies,
    partitions,
    outputPartitions: random.chance(0.7) ? partitions : random.between(1, 4),
    slots,
    isStatic,
    versions,
    client,
    markerDelayMs: random.pick([
      [1, 40],
      [1, 40],
      [50, 1500],
    ] as const),
    bursts: burstsOf(random, subtopologies.flat(), chaosMs, config, focus),
    storms: stormsOf(random, chaosMs, focus),
    commands: randomCommands(random, chaosMs, focus),
    chaosMs,
    misfortunes: randomMisfortunes(random, space, focus),
    badCalls: randomBadCalls(random, slots, focus),
    stores: randomStores(seed, focus),
  };
};

type Versions = readonly [StreamsConfig, ...StreamsConfig[]];

const versionsOf = (
  random: Random,
  first: StreamsConfig,
  guarantee: Guarantee | undefined,
  focus: Focus | undefined,
): Versions => {
  const changes = focus === 'settings' ? random.between(1, 3) : random.pick([0, 0, 0, 0, 1]);
  const versions: [StreamsConfig, ...StreamsConfig[]] = [withRoomForParked(first)];
  // A run that was asked for one guarantee keeps it.
  const maySwitch = guarantee !== 'exactly_once_v2';
  for (let i = 0; i < changes; i++) versions.push(changedConfig(random, versions.at(-1) ?? first, maySwitch));
  return versions;
};

const stormsOf = (random: Random, chaosMs: number, focus: Focus | undefined): readonly Storm[] => {
  if (focus !== 'storm' && !random.chance(0.1)) return [];
  const fromMs = random.between(0, chaosMs / 2);
  return [{ fromMs, toMs: fromMs + random.between(500, chaosMs / 2) }];
};

const burstsOf = (
  random: Random,
  topics: readonly string[],
  chaosMs: number,
  { attemptTimeoutMs, emissionPatienceMs, retryTiers }: StreamsConfig,
  focus: Focus | undefined,
): readonly Burst[] => {
  const keys = Array.from({ length: random.between(1, 6) }, (_, i) => `k${i}`);
  const nullShare = random.pick([0, 0, 0.1]);
  // One key may have most of the records, or all that fail.
  const hotShare = random.pick([0, 0, 0, 0.7]);
  const isLaned = focus === 'lanes' || focus === 'operator' || focus === 'settings';
  const weights = {
    longestMs: random.pick([
      5,
      60,
      attemptTimeoutMs / 4,
      Math.min(3 * emissionPatienceMs, 0.8 * attemptTimeoutMs),
    ]),
    asyncShare: focus === 'rebalance' ? 1 : random.pick([0, 0.3, 0.8, 1]),
    // A breaker that opens soon lets what fails by itself pass one by one.
    failureShare: focus === 'storm' ? 0.05 : random.pick(isLaned ? [0.2, 0.5] : [0, 0.1, 0.35]),
    poisonShare: random.pick([1, 0.3]),
    tooLargeShare: focus === 'operator' ? 0.1 : 0.02,
    retryAfterMs: [200, 1500, 60_000, ...retryTiers.map(({ delayMs }) => delayMs)],
  };
  const input = (): Input => {
    const payload = randomPayload(random, weights);
    const drawn = random.chance(hotShare) ? 'k0' : random.pick(keys);
    const key = random.chance(nullShare) ? null : drawn;
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
