/**
 * One application on a real Kafka: topics and a group of its own, service processes that run it, and the
 * judgement of all that it did. Everything that a broker test of the service has in common.
 */
import { judge, type EndsVerdict, type Input, type Rules } from './checker.js';
import { expectNoFaults } from './faults.js';
import { uniqueName } from './broker.js';
import { RecordTool, type StoredRecord } from './record-tool.js';
import { ServiceProcess, type ServiceEnvironment } from './service-process.js';
import { runningTasks } from './task-shares.js';
import { eventually, until } from './wait.js';

const tools = new Map<string, Promise<RecordTool>>();

/** One for each broker and process. */
export const recordToolFor = (bootstrapServers: string): Promise<RecordTool> => {
  const tool = tools.get(bootstrapServers) ?? RecordTool.start(bootstrapServers);
  tools.set(bootstrapServers, tool);
  return tool;
};

export interface OperatorActionValue {
  readonly userId: string;
  readonly action: string;
  readonly resource: string;
  readonly status: string;
  readonly metadata: { readonly correlationId: string };
  readonly operator: Readonly<Record<string, unknown>>;
}

const isOperatorAction = ({ headers }: StoredRecord): boolean =>
  headers.some(({ name, value }) => name === 'ce_type' && value?.toString() === 'operator.action');

export interface BenchOptions {
  readonly partitions?: number;
  readonly env?: ServiceEnvironment;
  /** More of it, by who starts: `<name>-<number>`, another for every process. */
  readonly envOf?: (caller: string) => ServiceEnvironment;
}

export class ServiceBench {
  readonly group = uniqueName('audit-app');
  readonly source = uniqueName('user.events');
  readonly audit = uniqueName('system.audit');
  readonly deadLetters = `${this.group}.${this.source}.dlq`;
  readonly laneLog = `${this.group}.${this.source}.lanes-changelog`;
  readonly #env: ServiceEnvironment;
  readonly #callers = new Map<ServiceProcess, string>();

  private constructor(
    readonly tool: RecordTool,
    bootstrapServers: string,
    env: ServiceEnvironment,
    private readonly envOf: (caller: string) => ServiceEnvironment,
  ) {
    this.#env = {
      KAFKA_BROKERS: bootstrapServers,
      KAFKA_GROUP_ID: this.group,
      SOURCE_TOPICS: this.source,
      AUDIT_TOPIC: this.audit,
      ...env,
    };
  }

  /** The source topic is there when it resolves; the service makes the others. */
  static async on(
    { bootstrapServers }: { readonly bootstrapServers: string },
    { partitions = 3, env = {}, envOf = () => ({}) }: BenchOptions = {},
  ): Promise<ServiceBench> {
    const tool = await recordToolFor(bootstrapServers);
    const bench = new ServiceBench(tool, bootstrapServers, env, envOf);
    if (partitions > 0) await bench.tool.createTopic(bench.source, partitions);
    return bench;
  }

  async start(name: string, env: ServiceEnvironment = {}): Promise<ServiceProcess> {
    const caller = `${name}-${this.#callers.size + 1}`;
    const service = await ServiceProcess.start(name, { ...this.#env, ...this.envOf(caller), ...env });
    this.#callers.set(service, caller);
    return service;
  }

  /** As `envOf` was told. */
  callerOf(service: ServiceProcess): string {
    return this.#callers.get(service) ?? service.name;
  }

  async startReady(name: string, env: ServiceEnvironment = {}): Promise<ServiceProcess> {
    const service = await this.start(name, env);
    await service.untilReady();
    return service;
  }

  /** Source records whose outcome the group has committed, all partitions together. */
  async committed(): Promise<number> {
    const offsets = await this.tool.committed(this.group, this.source);
    return [...offsets.values()].reduce((sum, offset) => sum + offset, 0);
  }

  /** Resolves when the group has committed everything that is in the source now. */
  async untilAllCommitted(limitMs = 90_000): Promise<void> {
    const ends = await this.tool.ends(this.source);
    let last = '';
    try {
      await until(
        'everything is committed',
        async () => {
          const committed = await this.tool.committed(this.group, this.source);
          last = [...ends]
            .map(([partition, end]) => `${partition}: ${committed.get(partition) ?? 0}/${end}`)
            .join(', ');
          return [...ends].every(([partition, end]) => end === 0 || committed.get(partition) === end);
        },
        limitMs,
      );
    } catch (cause) {
      throw new Error(`the group had not committed everything: ${last}`, { cause });
    }
  }

  /** Resolves when these processes together run a task for every partition, each one. */
  async untilAllRunning(
    services: readonly ServiceProcess[],
    partitions = 3,
    limitMs = 60_000,
  ): Promise<void> {
    await until(
      `${services.map(({ name }) => name).join(', ')} run ${partitions} partitions`,
      async () => (await this.running(services)).length === partitions,
      limitMs,
    );
  }

  /** The partitions whose tasks run, over these processes. */
  async running(services: readonly ServiceProcess[]): Promise<readonly number[]> {
    return (await runningTasks(services)).flat().map(({ partition }) => partition);
  }

  /** What the service wrote: not what operators did. */
  async audits(): Promise<readonly StoredRecord[]> {
    return (await this.tool.read(this.audit)).filter((record) => !isOperatorAction(record));
  }

  /** The values of what operators did, in the order of their writing. */
  async operatorActions(): Promise<readonly OperatorActionValue[]> {
    const actions = (await this.tool.read(this.audit)).filter(isOperatorAction);
    return actions.map(({ value }) => JSON.parse(value?.toString() ?? '') as OperatorActionValue);
  }

  async letters(): Promise<readonly StoredRecord[]> {
    return this.tool.read(this.deadLetters);
  }

  async verdict(inputs: readonly Input[], rules?: Rules): Promise<EndsVerdict> {
    const [audits, deadLetters] = await Promise.all([this.audits(), this.letters()]);
    return judge({ topic: this.source, inputs, audits, deadLetters }, rules);
  }

  /** Throws when anything is missing, doubled, out of order, or not what it must be. */
  async expectExactlyOnce(inputs: readonly Input[]): Promise<EndsVerdict> {
    const stored = await this.tool.read(this.source);
    if (stored.length !== inputs.length) {
      throw new Error(`the load wrote ${inputs.length} records, the source has ${stored.length}`);
    }
    const verdict = await this.verdict(inputs);
    expectNoFaults(verdict);
    return verdict;
  }

  /** Waits for `count` audit events and dead letters together. */
  async untilWritten(count: number, limitMs?: number): Promise<void> {
    await eventually(
      `${count} records are written`,
      async () => {
        const ends = await Promise.all([this.audits(), this.letters()]);
        return ends[0] !== undefined && ends[1] !== undefined && ends[0].length + ends[1].length >= count
          ? true
          : undefined;
      },
      limitMs,
    );
  }
}
