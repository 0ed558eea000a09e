/**
 * Operator commands on the simulated cluster, with a service of the test's own: what a task would write to
 * the lane log and the dead letters is written by the test, and commands are answered as it says.
 */
import { loadSettings } from '../../../config/load.js';
import type { ExitCode } from '../../../src/cli/exit-code.js';
import { exitCodeOf, UsageError } from '../../../src/cli/exit-code.js';
import { Operator } from '../../../src/cli/cluster/operator.js';
import type { Carrying } from '../../../src/cli/cluster/carrying.js';
import type { LaneChoice, LanesChange } from '../../../src/cli/lanes/lanes-request.js';
import type { Request } from '../../../src/cli/request.js';
import { performanceOf, type Performance } from '../../../src/cli/perform.js';
import { sitesOf } from '../../../src/cli/cluster/site.js';
import type { ValueSchema } from '../../../src/cli/cluster/value-schema.js';
import type { Command, CommandOutcome } from '../../../src/lanes/command.js';
import { decodeCommand } from '../../../src/lanes/command.js';
import {
  commandKey,
  encodeLane,
  encodeOutcome,
  followerKey,
  laneKeyOf,
  laneLogKey,
} from '../../../src/lanes/lane-log.js';
import type { LaneState } from '../../../src/lanes/lane-state.js';
import { freshHead } from '../../../src/lanes/lane-state.js';
import { encodeRecord } from '../../../src/lanes/record-codec.js';
import type { RecordId } from '../../../src/lanes/record-id.js';
import { idText, sourceId } from '../../../src/lanes/record-id.js';
import type { OperatorAction } from '../../../topology/user-audit/generated/operator-action.js';
import type { ConsumedRecord, ProducedHeader } from '../../../src/record/record.js';
import { epochMs } from '../../../src/record/units.js';
import { CHECKPOINT_KEY } from '../../../src/state/checkpoint.js';
import { Scheduler } from '../../../src/testing/scheduler.js';
import { SimulatedCluster } from '../../../src/testing/simulated-cluster.js';
import { AUDIT, SOURCE } from '../support/records.js';
import { recordingOutput } from './recording-output.js';

export const GROUP = 'app';
export const LANE_LOG = `${GROUP}.${SOURCE}.lanes-changelog`;
export const DEAD_LETTERS = `${GROUP}.${SOURCE}.dlq`;
export const COMMANDS = `${GROUP}.${SOURCE}.commands`;

const SETTINGS = loadSettings({
  env: { KAFKA_BROKERS: 'simulated:9092', KAFKA_GROUP_ID: GROUP, SOURCE_TOPICS: SOURCE, AUDIT_TOPIC: AUDIT },
  argv: [],
  readFile: () => {
    throw new Error('no file is named');
  },
}).settings;

export const CARRYING: Carrying = { isDryRun: false, waitMs: 5000, operator: null };

export const choice = (given: Partial<LaneChoice>): LaneChoice => ({
  key: null,
  head: null,
  partition: null,
  topic: null,
  ...given,
});

export interface Said {
  readonly exitCode: ExitCode;
  readonly lines: readonly string[];
  readonly notes: readonly string[];
  readonly progress: readonly string[];
  /** The message of what it threw; the entry of the process prints it. */
  readonly error: string | null;
  /** Of lines of JSON. */
  readonly objects: readonly Record<string, unknown>[];
}

export type Answer = (command: Command, offset: number) => Pick<CommandOutcome, 'outcome' | 'why'> | null;

export class OperatorBench {
  readonly cluster: SimulatedCluster;
  readonly scheduler: Scheduler;
  readonly stop = new AbortController();
  /** Files by name, in chunks; `-` is stdin. */
  readonly files = new Map<string, readonly (Buffer | string)[]>();
  /** What values must be; null: the topology does not say. */
  schema: ValueSchema | null = { problemOf: () => null };
  /** What somebody at the terminal types; null: nobody sits there. */
  answers: string[] | null = null;
  readonly questions: string[] = [];
  auditTopic = AUDIT;
  /** A test that needs a journal says where. */
  env: Readonly<Record<string, string>> = { XDG_STATE_HOME: '/dev/null' };
  #sequence = 0;
  #answered = new Map<number, number>();
  #marks = 0;

  constructor(partitions = 2, seed = 1) {
    this.scheduler = new Scheduler(seed);
    this.cluster = new SimulatedCluster(this.scheduler);
    for (const topic of [LANE_LOG, DEAD_LETTERS, COMMANDS, SOURCE, AUDIT])
      this.cluster.createTopic(topic, partitions);
    for (let p = 0; p < partitions; p++) this.checkpoint(p, 0);
  }

  get nowMs(): number {
    return this.scheduler.clock.now();
  }

  async run(request: Request, { isJson = false }: { readonly isJson?: boolean } = {}): Promise<Said> {
    const { output, said } = recordingOutput(isJson);
    const process = this.cluster.process('cli');
    const operator = new Operator({
      clients: process.clients,
      clock: process.clock,
      stop: this.stop.signal,
      sites: sitesOf(GROUP, [{ sourceName: SOURCE, sourceTopics: [SOURCE] }]),
      settings: { ...SETTINGS, topics: { ...SETTINGS.topics, audit: this.auditTopic } },
      output,
      input: (name) => this.#input(name),
      user: 'ann@host',
      unique: () => `00000000-0000-4000-8000-${String((this.#marks += 1)).padStart(12, '0')}`,
      schema: () => this.schema,
      ask:
        this.answers === null
          ? null
          : (question) => {
              this.questions.push(question);
              return Promise.resolve(this.answers?.shift() ?? '');
            },
      env: this.env,
    });
    // Its files and modules come in real time: before the virtual one begins.
    const performance = await performanceOf(request).catch((error: unknown): Performance => {
      if (!(error instanceof Error)) throw error;
      return { needs: 'operator', run: () => Promise.reject(error) };
    });
    if (performance.needs !== 'operator') throw new Error(`${request.kind} needs no operator`);
    const done = performance
      .run(operator)
      .then(
        (exitCode) => ({ exitCode, error: null }),
        (error: unknown) => ({ exitCode: exitCodeOf(error), error: (error as Error).message }),
      )
      .finally(() => operator.close());
    const end = await this.scheduler.complete(done);
    return {
      ...end,
      ...said,
      objects: isJson ? said.lines.map((line) => JSON.parse(line) as Record<string, unknown>) : [],
    };
  }

  release(of: Partial<LaneChoice>, carrying: Partial<Carrying> = {}): LanesChange {
    return { kind: 'lanes release', lane: choice(of), carrying: { ...CARRYING, ...carrying } };
  }

  /** Writes what a task writes of a lane: its followers, then the lane. The first record is the head. */
  lane(
    records: readonly ConsumedRecord[],
    state: Partial<LaneState> = {},
    idOf: (record: ConsumedRecord) => RecordId = sourceId,
  ): void {
    const [head] = records;
    if (head === undefined) throw new RangeError('a lane has a head');
    const { partition } = head;
    for (const record of records)
      this.cluster.produce(LANE_LOG, partition, {
        key: followerKey(idOf(record)),
        value: encodeRecord(record),
      });
    this.cluster.produce(LANE_LOG, partition, {
      key: laneLogKey(laneKeyOf(head.key, idOf(head))),
      value: encodeLane({
        state: { ...freshHead(epochMs(this.nowMs)), ...state },
        head: idText(idOf(head)),
        arm: null,
      }),
    });
  }

  letter(
    partition: number,
    of: { readonly key?: Buffer | string | null; readonly value?: Buffer | string | null },
    headers: Readonly<Record<string, string>>,
  ): number {
    const list: ProducedHeader[] = Object.entries(headers).map(([name, value]) => ({ name, value }));
    return this.cluster.produce(DEAD_LETTERS, partition, { key: 'k', value: 'v', ...of, headers: list });
  }

  outcome(partition: number, offset: number, of: Omit<CommandOutcome, 'askedAt' | 'at'>): void {
    const at = epochMs(this.nowMs);
    const value = encodeOutcome({ ...of, askedAt: at, at });
    this.cluster.produce(LANE_LOG, partition, { key: commandKey(offset), value });
  }

  checkpoint(partition: number, commands: number): void {
    this.#sequence += 1;
    const value = JSON.stringify({
      version: 2,
      sequence: this.#sequence,
      guarantee: 'exactly_once_v2',
      source: { [SOURCE]: 0 },
      inputs: { [COMMANDS]: commands },
    });
    this.cluster.produce(LANE_LOG, partition, { key: CHECKPOINT_KEY, value });
  }

  /** From now on a task reads each command after a while; null: it says nothing of it. */
  answerWith(answer: Answer): void {
    const look = (): void => {
      this.#answer(answer);
      this.scheduler.later(50, 400, look);
    };
    this.scheduler.later(50, 400, look);
  }

  /** In the order of their partitions. */
  commands(partition?: number): readonly Command[] {
    return this.cluster.read(COMMANDS, partition).map(({ value }) => {
      const command = decodeCommand(value);
      if (typeof command === 'string') throw new Error(command);
      return command;
    });
  }

  async *#input(name: string): AsyncGenerator<Buffer> {
    const chunks = this.files.get(name);
    if (chunks === undefined) throw new UsageError(`${name} cannot be read`);
    for (const chunk of chunks) yield Buffer.from(chunk);
  }

  /** What operators did, as the audit topic has it. */
  actions(): readonly OperatorAction[] {
    return this.cluster.read(AUDIT).map(({ value }) => JSON.parse(value?.toString() ?? '') as OperatorAction);
  }

  #answer(answer: Answer): void {
    for (let p = 0; p < this.cluster.partitionsOf(COMMANDS); p++) {
      const from = this.#answered.get(p) ?? 0;
      for (const { offset, value } of this.cluster.read(COMMANDS, p).slice(from)) {
        const command = decodeCommand(value);
        if (typeof command === 'string') throw new Error(command);
        const found = answer(command, offset);
        if (found !== null)
          this.outcome(p, offset, { command: command.kind, deadLetter: command.deadLetter, ...found });
        this.#answered.set(p, offset + 1);
        this.checkpoint(p, offset + 1);
      }
    }
  }
}
