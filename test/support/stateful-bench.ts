/** One application of stateful-topologies.ts on a real Kafka: its topics, its processes, and what it wrote. */
import { fileURLToPath } from 'node:url';
import { uniqueName } from './broker.js';
import type { RecordTool, StoredRecord } from './record-tool.js';
import { recordToolFor } from './service-bench.js';
import { ServiceProcess, type ServiceEnvironment } from './service-process.js';
import type { StatefulName } from './stateful-topologies.js';
import { runningTasks } from './task-shares.js';
import { until } from './wait.js';

const PROGRAM = fileURLToPath(new URL('stateful-program.js', import.meta.url));
const LIMIT_MS = 120_000;

export interface StatefulOptions {
  readonly topology: StatefulName;
  /** By topic of the source: partitions of each. A name that is given is that of a topic which is there. */
  readonly sources: readonly (number | string)[];
  readonly outputs: Readonly<Record<string, number>>;
  readonly env?: ServiceEnvironment;
}

export interface KeyValueTime {
  readonly key: string | null;
  readonly value: string | null;
  readonly timestamp?: number;
}

const bytes = (text: string | null): Buffer | null => (text === null ? null : Buffer.from(text));
export const textOf = (data: Buffer | null): string => (data === null ? 'null' : data.toString('utf8'));

export class StatefulBench {
  readonly group = uniqueName('stateful');
  readonly #env: ServiceEnvironment;

  private constructor(
    readonly tool: RecordTool,
    bootstrapServers: string,
    private readonly options: StatefulOptions,
    readonly sources: readonly string[],
  ) {
    this.#env = {
      KAFKA_BROKERS: bootstrapServers,
      KAFKA_GROUP_ID: this.group,
      SOURCE_TOPICS: sources.join(','),
      AUDIT_TOPIC: this.group,
      KAFKA_SESSION_TIMEOUT_MS: '6000',
      TRANSACTION_TIMEOUT_MS: '6000',
      ...options.env,
    };
  }

  static async on(
    { bootstrapServers }: { readonly bootstrapServers: string },
    options: StatefulOptions,
  ): Promise<StatefulBench> {
    const tool = await recordToolFor(bootstrapServers);
    const sources = options.sources.map((source) =>
      typeof source === 'string' ? source : uniqueName('source'),
    );
    const bench = new StatefulBench(tool, bootstrapServers, options, sources);
    for (const [at, source] of options.sources.entries())
      if (typeof source === 'number') await tool.createTopic(bench.source(at), source);
    for (const [name, partitions] of Object.entries(options.outputs))
      await tool.createTopic(bench.output(name), partitions);
    return bench;
  }

  source(at = 0): string {
    const source = this.sources[at];
    if (source === undefined) throw new RangeError(`there is no source ${at}`);
    return source;
  }

  output(name: string): string {
    return `${this.group}.${name}`;
  }

  async start(name: string, env: ServiceEnvironment = {}): Promise<ServiceProcess> {
    return this.startTopology(this.options.topology, name, env);
  }

  async startTopology(
    topology: StatefulName,
    name: string,
    env: ServiceEnvironment = {},
  ): Promise<ServiceProcess> {
    const args = ['--topology', topology];
    return ServiceProcess.start(name, { ...this.#env, ...env }, args, PROGRAM);
  }

  /** Ids of the tasks that run. */
  async running(services: readonly ServiceProcess[]): Promise<readonly string[]> {
    return (await runningTasks(services)).flat().map(({ id }) => id);
  }

  /** Writes them in this order, each where Java's producer puts its key. */
  async write(records: readonly KeyValueTime[], topic = this.source()): Promise<void> {
    await Promise.all(
      records.map(({ key, value, timestamp }) =>
        this.tool.produce(topic, { key: bytes(key), value: bytes(value), headers: [] }, undefined, timestamp),
      ),
    );
  }

  async read(name: string): Promise<readonly StoredRecord[]> {
    return this.tool.read(this.output(name));
  }

  /** Records of a topic that the group has committed, all partitions together. */
  async committed(topic = this.source()): Promise<number> {
    const offsets = await this.tool.committed(this.group, topic);
    return [...offsets.values()].reduce((sum, offset) => sum + offset, 0);
  }

  /** Resolves when the group has committed everything that is in the topic now. */
  async untilCommitted(topic = this.source()): Promise<void> {
    const ends = await this.tool.ends(topic);
    await until(
      `${this.group} has committed all of ${topic}`,
      async () => {
        const committed = await this.tool.committed(this.group, topic);
        return [...ends].every(([partition, end]) => end === 0 || committed.get(partition) === end);
      },
      LIMIT_MS,
    );
  }

  async untilWritten(name: string, count: number): Promise<void> {
    let last = 0;
    const found = async (): Promise<boolean> => (last = (await this.read(name)).length) >= count;
    await until(`${count} records in ${name}`, found, LIMIT_MS).catch((cause: unknown) => {
      throw new Error(`${last} of ${count} records in ${name}`, { cause });
    });
  }
}
