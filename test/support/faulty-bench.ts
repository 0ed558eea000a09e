/** One application of faulty-topology.ts on a real Kafka: its topics, its processes, what it wrote, what its probes said. */
import { fileURLToPath } from 'node:url';
import { uniqueName } from './broker.js';
import type { FaultyRecord } from './faulty-topology.js';
import type { RecordTool } from './record-tool.js';
import { recordToolFor } from './service-bench.js';
import { ServiceProcess, type ServiceEnvironment } from './service-process.js';

const PROGRAM = fileURLToPath(new URL('faulty-program.js', import.meta.url));

/** The least that STALL_LIMIT_MS may be. */
export const STALL_LIMIT_MS = 10_000;

/** How long the service may take to find out, beside the limit: a round of its patrol, and the clients' statistics. */
export const PATROL_MS = 35_000;

const BASE = {
  KAFKA_SESSION_TIMEOUT_MS: '6000',
  TRANSACTION_TIMEOUT_MS: '2000',
  ATTEMPT_TIMEOUT_MS: '5000',
  STALL_LIMIT_MS: String(STALL_LIMIT_MS),
};

export interface FaultyOptions {
  readonly partitions?: number;
  readonly env?: ServiceEnvironment;
}

export class FaultyBench {
  readonly group = uniqueName('faulty');
  readonly source = uniqueName('faulty.in');
  readonly output = uniqueName('faulty.out');
  #written = 0;

  private constructor(
    readonly tool: RecordTool,
    private readonly bootstrapServers: string,
    private readonly env: ServiceEnvironment,
  ) {}

  static async on(
    { bootstrapServers }: { readonly bootstrapServers: string },
    { partitions = 3, env = {} }: FaultyOptions = {},
  ): Promise<FaultyBench> {
    const tool = await recordToolFor(bootstrapServers);
    const bench = new FaultyBench(tool, bootstrapServers, env);
    await tool.createTopic(bench.source, partitions);
    await tool.createTopic(bench.output, partitions);
    return bench;
  }

  async start(name: string, env: ServiceEnvironment = {}): Promise<ServiceProcess> {
    const all = {
      KAFKA_BROKERS: this.bootstrapServers,
      KAFKA_GROUP_ID: this.group,
      SOURCE_TOPICS: this.source,
      AUDIT_TOPIC: this.output,
      ...BASE,
      ...this.env,
      ...env,
    };
    return ServiceProcess.start(name, all, ['--topology', 'faulty'], PROGRAM);
  }

  async startReady(name: string, env: ServiceEnvironment = {}): Promise<ServiceProcess> {
    const service = await this.start(name, env);
    await service.untilReady();
    return service;
  }

  /** One record; each has a key of its own unless it is given. Resolves with its value when the broker has it. */
  async write(what: FaultyRecord, partition?: number, key?: string): Promise<string> {
    const value = `${what}:${(this.#written += 1)}`;
    const record = { key: Buffer.from(key ?? value), value: Buffer.from(value), headers: [] };
    await this.tool.produce(this.source, record, partition);
    return value;
  }

  async writeMany(what: FaultyRecord, count: number, partition?: number): Promise<readonly string[]> {
    return Promise.all(Array.from({ length: count }, () => this.write(what, partition)));
  }

  /** Values of the output, as often as they are there. */
  async outputs(): Promise<readonly string[]> {
    return (await this.tool.read(this.output)).map(({ value }) => value?.toString('utf8') ?? 'null');
  }

  /** Of one partition of the source, or of all together. */
  async committed(partition?: number): Promise<number> {
    const offsets = await this.tool.committed(this.group, this.source);
    if (partition !== undefined) return offsets.get(partition) ?? 0;
    return [...offsets.values()].reduce((sum, offset) => sum + offset, 0);
  }
}
