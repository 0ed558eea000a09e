/**
 * Commands about the cluster with a cluster of the test's own: topics are made on the simulated one, and what that
 * cannot answer (leaders, settings, groups) is answered from what was made there and what the test says.
 */
import { loadSettings } from '../../../config/load.js';
import type { Application } from '../../../src/cli/cluster/application.js';
import { applicationOf } from '../../../src/cli/cluster/application.js';
import { Inspection } from '../../../src/cli/cluster/inspection.js';
import type {
  ByPartition,
  ClusterInspector,
  ConfigFact,
  Ends,
  GroupFacts,
  TopicPartitionFacts,
} from '../../../src/cli/cluster/inspector.js';
import type { ExitCode } from '../../../src/cli/exit-code.js';
import { exitCodeOf } from '../../../src/cli/exit-code.js';
import { performanceOf } from '../../../src/cli/perform.js';
import type { Request } from '../../../src/cli/request.js';
import type { ClusterAdmin, NewTopic } from '../../../src/ports/cluster.js';
import { Scheduler } from '../../../src/testing/scheduler.js';
import { SimulatedCluster } from '../../../src/testing/simulated-cluster.js';
import { recordingOutput } from './recording-output.js';

export const GROUP = 'app';
export const SOURCE = 'user.events';
export const AUDIT = 'system.audit';
export const LANE_LOG = `${GROUP}.${SOURCE}.lanes-changelog`;

export interface Said {
  readonly exitCode: ExitCode;
  readonly lines: readonly string[];
  readonly notes: readonly string[];
  readonly error: string | null;
  readonly objects: readonly Record<string, unknown>[];
}

interface RunOptions {
  readonly isJson?: boolean;
  /** What is typed on a terminal; absent: there is none. */
  readonly typed?: string;
}

export class InspectionBench {
  readonly cluster: SimulatedCluster;
  readonly scheduler: Scheduler;
  readonly stop = new AbortController();
  readonly application: Application;
  readonly configs = new Map<string, Record<string, string>>();
  readonly #replicas = new Map<string, number>();
  group: GroupFacts | null = null;
  /** What each look sees: the last one stays. */
  looks: readonly { readonly committed: ByPartition<number>; readonly ends: ByPartition<Ends> }[] = [];
  #look = 0;
  #marks = 0;

  readonly #settings;

  constructor(env: Readonly<Record<string, string>> = {}, argv: readonly string[] = []) {
    this.scheduler = new Scheduler(1);
    this.cluster = new SimulatedCluster(this.scheduler);
    const sources = { KAFKA_BROKERS: 'b:9092', KAFKA_GROUP_ID: GROUP, ...env };
    this.#settings = loadSettings({ env: sources, argv, readFile: () => '' }).settings;
    this.application = applicationOf(this.#settings);
  }

  make(topic: NewTopic): void {
    this.cluster.createTopic(topic.name, topic.partitions);
    this.configs.set(topic.name, { ...topic.config });
    this.#replicas.set(topic.name, topic.replicationFactor);
  }

  async run(request: Request, { isJson = false, typed }: RunOptions = {}): Promise<Said> {
    const { output, said } = recordingOutput(isJson);
    const process = this.cluster.process('cli');
    const inspection = new Inspection({
      settings: this.#settings,
      application: this.application,
      clock: process.clock,
      stop: this.stop.signal,
      output,
      user: 'ann@host',
      unique: () => `00000000-0000-4000-8000-${String((this.#marks += 1)).padStart(12, '0')}`,
      ask: typed === undefined ? null : () => Promise.resolve(typed.trim()),
      connectInspector: () => Promise.resolve(this.#inspector()),
      createClients: () =>
        Promise.resolve({
          ...process.clients,
          clusterAdmin: () => this.#remembering(process.clients.clusterAdmin()),
        }),
    });
    const performance = await performanceOf(request);
    if (performance.needs !== 'inspection') throw new Error(`${request.kind} is no inspection`);
    const done = performance
      .run(inspection)
      .then(
        (exitCode) => ({ exitCode, error: null }),
        (error: unknown) => ({ exitCode: exitCodeOf(error), error: (error as Error).message }),
      )
      .finally(() => inspection.close());
    const end = await this.scheduler.complete(done);
    return {
      ...end,
      ...said,
      objects: isJson ? said.lines.map((line) => JSON.parse(line) as Record<string, unknown>) : [],
    };
  }

  /** The simulated cluster has no settings of topics. */
  #remembering(admin: ClusterAdmin): ClusterAdmin {
    return {
      connect: () => admin.connect(),
      partitionCounts: (topics) => admin.partitionCounts(topics),
      watermarks: (of) => admin.watermarks(of),
      createTopic: async (topic) => {
        await admin.createTopic(topic);
        this.configs.set(topic.name, { ...topic.config });
        this.#replicas.set(topic.name, topic.replicationFactor);
      },
      createPartitions: (topic, total) => admin.createPartitions(topic, total),
      close: () => admin.close(),
    };
  }

  #facts(name: string): readonly TopicPartitionFacts[] {
    const replicas = Array.from({ length: this.#replicas.get(name) ?? 1 }, (_, i) => i + 1);
    return Array.from({ length: this.cluster.partitionsOf(name) }, () => ({
      leader: 1,
      replicas,
      inSync: replicas,
    }));
  }

  #inspector(): ClusterInspector {
    const there = (name: string): boolean => this.configs.has(name);
    const facts = (configs: Readonly<Record<string, string>>): ConfigFact[] =>
      Object.entries(configs).map(([name, value]) => ({ name, value, isOwn: true }));
    return {
      topics: (names) =>
        Promise.resolve(new Map(names.filter(there).map((name) => [name, this.#facts(name)]))),
      configs: (names) =>
        Promise.resolve(new Map(names.map((name) => [name, facts(this.configs.get(name) ?? {})]))),
      setConfigs: (topic, configs) => {
        Object.assign(this.configs.get(topic) ?? {}, configs);
        return Promise.resolve();
      },
      ends: (partitions) =>
        Promise.resolve(
          this.looks[Math.min(this.#look++, this.looks.length - 1)]?.ends ??
            new Map(
              [...partitions].map(([topic, count]) => [
                topic,
                new Map(Array.from({ length: count }, (_, p) => [p, { low: 0, high: 0 }])),
              ]),
            ),
        ),
      sizes: () => Promise.resolve(new Map()),
      group: () => Promise.resolve(this.group),
      committed: () =>
        Promise.resolve(this.looks[Math.min(this.#look, this.looks.length - 1)]?.committed ?? new Map()),
      close: () => Promise.resolve(),
    };
  }
}
