/**
 * A ServiceBench with a directory that fails by script and retry topics of about a second: what the tests of
 * ordered retries have in common. Its judgement is that of both checkers, and of the lane log: at rest no lane
 * is left but those that a test knows of.
 */
import type { LocalKafka } from './broker.js';
import { judge, type EndsVerdict, type Input, type Rules } from './checker.js';
import type { DirectoryScript } from './directory-script.js';
import { DirectoryServer } from './directory-server.js';
import { withFates, type Attempts } from './expected-ends.js';
import { expectNoFaults, type Verdict } from './faults.js';
import type { HostileRecord } from './hostile-records.js';
import { LaneCommands } from './lane-commands.js';
import { readLaneLog, type LaneLog } from './lane-log.js';
import { produceAll } from './load.js';
import type { RecordTool, StoredRecord } from './record-tool.js';
import { judgeRetries, type RetryRules, type ZombieSpell } from './retry-checker.js';
import { delayOfTopic } from './retry-record.js';
import { ServiceBench } from './service-bench.js';
import type { ServiceEnvironment, ServiceProcess } from './service-process.js';
import { eventually } from './wait.js';

export interface RetryBenchOptions {
  readonly partitions?: number;
  readonly env?: ServiceEnvironment;
  /** Names as topics have them (`1s`, `500ms`, `2m`). */
  readonly tiers?: readonly string[];
  readonly immediate?: number;
  readonly script?: DirectoryScript;
}

export interface Judging {
  readonly rules?: Rules;
  readonly retries?: Partial<RetryRules>;
  readonly zombies?: readonly ZombieSpell[];
}

const PATIENCE_MS = '600000';
const REST_LIMIT_MS = 120_000;

export class RetryBench {
  readonly commands: LaneCommands;
  /** Every tier that one of its processes was ever given. */
  readonly #tiers: Set<string>;

  private constructor(
    readonly bench: ServiceBench,
    readonly directory: DirectoryServer,
    private readonly options: Required<Pick<RetryBenchOptions, 'tiers' | 'immediate'>> & RetryBenchOptions,
  ) {
    this.#tiers = new Set(options.tiers);
    this.commands = new LaneCommands(bench.tool, this.commandsTopic, () => this.laneLog());
  }

  static async on(kafka: LocalKafka, options: RetryBenchOptions = {}): Promise<RetryBench> {
    const { tiers = ['1s', '2s'], immediate = 0, env = {}, partitions = 3, script } = options;
    const directory = await DirectoryServer.start();
    if (script !== undefined) directory.follow(script);
    const bench = await ServiceBench.on(kafka, {
      partitions,
      env: {
        RETRY_TIERS: tiers.join(','),
        RETRY_IMMEDIATE: String(immediate),
        RETRY_IMMEDIATE_BACKOFF_MS: '20',
        // On a busy machine an answer can be late, and nothing may fail that was not told to.
        DIRECTORY_TIMEOUT_MS: PATIENCE_MS,
        ATTEMPT_TIMEOUT_MS: PATIENCE_MS,
        STALL_LIMIT_MS: '3600000',
        ...env,
      },
      envOf: (caller) => ({ DIRECTORY_URL: directory.urlFor(caller) }),
    });
    return new RetryBench(bench, directory, { ...options, tiers, immediate });
  }

  get tool(): RecordTool {
    return this.bench.tool;
  }

  get source(): string {
    return this.bench.source;
  }

  get commandsTopic(): string {
    return `${this.bench.group}.${this.bench.source}.commands`;
  }

  retryTopic(tier: string): string {
    return `${this.bench.group}.${this.bench.source}.retry.${tier}`;
  }

  get attempts(): Attempts {
    const tierDelaysMs = this.options.tiers.map((tier) => delayOfTopic(this.retryTopic(tier)) ?? Number.NaN);
    return { immediate: this.options.immediate, tierDelaysMs };
  }

  start(name: string): Promise<ServiceProcess> {
    return this.bench.start(name);
  }

  /** With these tiers from now on. */
  async startReady(
    name: string,
    env: ServiceEnvironment = {},
    tiers?: readonly string[],
  ): Promise<ServiceProcess> {
    for (const tier of tiers ?? []) this.#tiers.add(tier);
    return this.bench.startReady(name, { ...(tiers && { RETRY_TIERS: tiers.join(',') }), ...env });
  }

  async produce(records: readonly HostileRecord[], partition?: number): Promise<readonly Input[]> {
    return produceAll(this.tool, this.source, records, partition);
  }

  /** The inputs with the ends that the directory's script gives them. */
  expected(inputs: readonly Input[]): readonly Input[] {
    const { script } = this.options;
    return script === undefined ? inputs : withFates(this.source, inputs, script, this.attempts);
  }

  async laneLog(): Promise<LaneLog> {
    return readLaneLog(await this.tool.read(this.bench.laneLog));
  }

  /** Committed records of all retry topics; one that was never made has none. */
  async retries(): Promise<readonly StoredRecord[]> {
    const all = await Promise.all([...this.#tiers].map((tier) => this.tool.read(this.retryTopic(tier))));
    return all.flat();
  }

  /** Resolves when all of the source is committed and the log has no lanes but `parked` parked ones. */
  async untilAtRest({ parked = 0, limitMs = REST_LIMIT_MS } = {}): Promise<LaneLog> {
    await this.bench.untilAllCommitted(limitMs);
    let last = '';
    try {
      return await eventually(
        'every lane is worked off',
        async () => {
          const log = await this.laneLog();
          const retrying = log.lanes.filter(({ status }) => status === 'retrying');
          const others = log.lanes.length - retrying.length;
          last = `${retrying.length} retrying, ${others} parked, ${log.followers.length} records; ${retrying
            .slice(0, 5)
            .map(({ head, attempts }) => `${head} after ${attempts} attempts`)
            .join(', ')}`;
          const empty = log.followers.length === 0 || parked > 0;
          return retrying.length === 0 && others === parked && empty ? log : undefined;
        },
        limitMs,
      );
    } catch (cause) {
      throw new Error(`lanes were left: ${last}`, { cause });
    }
  }

  /** Of the ends and of the retries. */
  async verdicts(
    inputs: readonly Input[],
    { rules, retries: retryRules, zombies = [] }: Judging = {},
  ): Promise<readonly [EndsVerdict, Verdict]> {
    const [audits, deadLetters, retries] = await Promise.all([
      this.bench.audits(),
      this.bench.letters(),
      this.retries(),
    ]);
    const topic = this.source;
    const { calls } = this.directory;
    const { immediate, tiers } = this.options;
    return [
      judge({ topic, inputs, audits, deadLetters }, rules),
      judgeRetries(
        { topic, inputs, retries, calls, zombies },
        {
          guarantee: 'exactly_once_v2',
          quiet: true,
          retryImmediate: immediate,
          tiers: tiers.length,
          ...retryRules,
        },
      ),
    ];
  }

  /** Throws when anything is missing, doubled, out of order, early, or not what it must be. */
  async expectOrdered(inputs: readonly Input[], judging?: Judging): Promise<readonly [EndsVerdict, Verdict]> {
    const verdicts = await this.verdicts(inputs, judging);
    expectNoFaults(...verdicts);
    return verdicts;
  }
}
