/**
 * The inspector over `@platformatic/kafka`, whose admin client can what node-rdkafka's cannot: describe topics
 * and groups. To be loaded when it is first needed: nothing but inspections uses it.
 */
import {
  Admin,
  ConfigResourceTypes,
  ConfigSources,
  FindCoordinatorKeyTypes,
  IncrementalAlterConfigOperationTypes,
  kGetConnection,
} from '@platformatic/kafka';
import type { AdminOptions, Connection } from '@platformatic/kafka';
import { describeConsumerGroup } from './consumer-group-describe.js';
import { inspectorError } from './inspector-errors.js';
import type {
  ByPartition,
  ClusterInspector,
  ConfigFact,
  Ends,
  GroupFacts,
  TopicPartitionFacts,
} from './inspector.js';

const LATEST = -1n;
const EARLIEST = -2n;

const numbers = (count: number): readonly number[] => Array.from({ length: count }, (_, i) => i);

/** By topic, then by partition, of lists of both. */
const byPartition = <P, T>(
  topics: readonly { readonly name: string; readonly partitions: readonly P[] }[],
  entry: (partition: P) => readonly [number, T],
): ByPartition<T> => {
  const found = new Map<string, Map<number, T>>();
  for (const { name, partitions } of topics) {
    const of = found.get(name) ?? new Map<number, T>();
    for (const partition of partitions) of.set(...entry(partition));
    found.set(name, of);
  }
  return found;
};

export class KafkaInspector implements ClusterInspector {
  private constructor(
    private readonly admin: Admin,
    private readonly where: string,
  ) {}

  /** Rejects when no broker answers. */
  static async connect(options: AdminOptions): Promise<KafkaInspector> {
    const where = options.bootstrapBrokers
      .map((broker) => (typeof broker === 'string' ? broker : `${broker.host}:${broker.port}`))
      .join(',');
    const inspector = new KafkaInspector(new Admin(options), where);
    try {
      await inspector.#call('connecting', () => inspector.admin.metadata({ topics: [] }));
    } catch (error) {
      await inspector.close();
      throw error;
    }
    return inspector;
  }

  async topics(names: readonly string[]): Promise<ReadonlyMap<string, readonly TopicPartitionFacts[]>> {
    return this.#call('describing topics', async () => {
      const all = new Set(await this.admin.listTopics({ includeInternals: true }));
      // Asking for one that is not there is an error to the client.
      const there = names.filter((name) => all.has(name));
      if (there.length === 0) return new Map();
      const { topics } = await this.admin.metadata({ topics: there, forceUpdate: true });
      return new Map(
        there.map((name) => [
          name,
          (topics.get(name)?.partitions ?? []).map(({ leader, replicas, isr }) => ({
            leader,
            replicas,
            inSync: isr,
          })),
        ]),
      );
    });
  }

  async configs(topics: readonly string[]): Promise<ReadonlyMap<string, readonly ConfigFact[]>> {
    if (topics.length === 0) return new Map();
    const described = await this.#call('describing settings of topics', () =>
      this.admin.describeConfigs({
        resources: topics.map((resourceName) => ({ resourceType: ConfigResourceTypes.TOPIC, resourceName })),
      }),
    );
    return new Map(
      described.map(({ resourceName, configs }) => [
        resourceName,
        configs.map(({ name, value, isSensitive, configSource }) => ({
          name,
          value: isSensitive ? null : (value ?? null),
          isOwn: configSource === ConfigSources.TOPIC_CONFIG,
        })),
      ]),
    );
  }

  async setConfigs(topic: string, configs: Readonly<Record<string, string>>): Promise<void> {
    await this.#call(`changing settings of ${topic}`, () =>
      this.admin.incrementalAlterConfigs({
        resources: [
          {
            resourceType: ConfigResourceTypes.TOPIC,
            resourceName: topic,
            configs: Object.entries(configs).map(([name, value]) => ({
              name,
              value,
              configOperation: IncrementalAlterConfigOperationTypes.SET,
            })),
          },
        ],
      }),
    );
  }

  async ends(partitions: ReadonlyMap<string, number>): Promise<ByPartition<Ends>> {
    const offsets = async (timestamp: bigint): Promise<ByPartition<number>> =>
      byPartition(
        await this.admin.listOffsets({
          topics: [...partitions].map(([name, count]) => ({
            name,
            partitions: numbers(count).map((partitionIndex) => ({ partitionIndex, timestamp })),
          })),
        }),
        ({ partitionIndex, offset }) => [partitionIndex, Number(offset)],
      );
    if (partitions.size === 0) return new Map();
    return this.#call('asking for offsets', async () => {
      // The end first: what is deleted in between does not make a partition longer than it is.
      const highs = await offsets(LATEST);
      const lows = await offsets(EARLIEST);
      return new Map(
        [...highs].map(([topic, of]) => [
          topic,
          new Map([...of].map(([p, high]) => [p, { low: lows.get(topic)?.get(p) ?? 0, high }])),
        ]),
      );
    });
  }

  async sizes(partitions: ReadonlyMap<string, number>): Promise<ByPartition<number>> {
    if (partitions.size === 0) return new Map();
    const brokers = await this.#call('asking for sizes', () =>
      this.admin.describeLogDirs({
        topics: [...partitions].map(([name, count]) => ({ name, partitions: [...numbers(count)] })),
      }),
    );
    return byPartition(
      brokers.flatMap(({ results }) => results.flatMap(({ topics }) => topics)),
      ({ partitionIndex, partitionSize }) => [partitionIndex, Number(partitionSize)],
    );
  }

  async group(id: string): Promise<GroupFacts | null> {
    return this.#call('describing the group', async () => {
      const groups = await this.admin.listGroups({ types: ['classic', 'consumer'] });
      const found = groups.get(id);
      if (found === undefined) return null;
      return found.groupType.toLowerCase() === 'consumer' ? this.#consumerGroup(id) : this.#classicGroup(id);
    });
  }

  async committed(group: string): Promise<ByPartition<number>> {
    return this.#call('asking for committed offsets', async () => {
      const [found] = await this.admin.listConsumerGroupOffsets({ groups: [group] });
      return byPartition(found?.topics ?? [], ({ partitionIndex, committedOffset }) => [
        partitionIndex,
        Number(committedOffset),
      ]);
    });
  }

  async close(): Promise<void> {
    await this.admin.close();
  }

  async #classicGroup(id: string): Promise<GroupFacts | null> {
    const group = (await this.admin.describeGroups({ groups: [id] })).get(id);
    if (group === undefined) return null;
    return {
      protocol: 'classic',
      state: group.state,
      assignor: group.protocol,
      members: [...group.members.values()].map(
        ({ id: member, groupInstanceId, clientId, clientHost, assignments }) => ({
          id: member,
          instanceId: groupInstanceId ?? null,
          clientId,
          host: clientHost,
          assigned: new Map([...(assignments ?? [])].map(([topic, { partitions }]) => [topic, partitions])),
        }),
      ),
    };
  }

  async #consumerGroup(id: string): Promise<GroupFacts> {
    const [coordinator] = await this.admin.findCoordinator({
      keyType: FindCoordinatorKeyTypes.GROUP,
      keys: [id],
    });
    if (coordinator === undefined) throw new Error(`no broker coordinates the group ${id}`);
    const { host, port } = coordinator;
    const connection = await new Promise<Connection>((resolve, reject) => {
      this.admin[kGetConnection]({ host, port }, (error, found) =>
        found === undefined ? reject(error ?? new Error('there is no connection')) : resolve(found),
      );
    });
    return describeConsumerGroup(connection, id);
  }

  async #call<T>(what: string, call: () => Promise<T>): Promise<T> {
    try {
      return await call();
    } catch (error) {
      throw inspectorError(what, this.where, error);
    }
  }
}
