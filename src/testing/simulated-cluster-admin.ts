/** The admin client of a simulated process. */
import type { ClusterAdmin, NewTopic, Watermarks } from '../ports/cluster.js';
import type { TopicPartition } from '../ports/topic-partition.js';
import type { BrokerLink } from './broker-link.js';
import type { CallKind } from './fault-plan.js';
import type { TopicCatalog } from './topic-catalog.js';

export class SimulatedClusterAdmin implements ClusterAdmin {
  constructor(
    readonly link: BrokerLink,
    readonly timeoutMs: number,
  ) {}

  connect(): Promise<void> {
    return this.#ask('connect', () => undefined);
  }

  partitionCounts(topics: readonly string[]): Promise<ReadonlyMap<string, number>> {
    return this.#ask(
      'partition-counts',
      (catalog) => new Map(topics.map((topic) => [topic, catalog.partitionsOf(topic)])),
    );
  }

  watermarks(of: TopicPartition): Promise<Watermarks> {
    return this.#ask('watermarks', (catalog) => catalog.watermarks(of));
  }

  createTopic(topic: NewTopic): Promise<void> {
    return this.#ask('create-topic', (catalog) => catalog.create(topic));
  }

  createPartitions(topic: string, total: number): Promise<void> {
    return this.#ask('create-partitions', (catalog) => catalog.grow(topic, total));
  }

  close(): Promise<void> {
    return Promise.resolve();
  }

  #ask<T>(kind: CallKind, arrive: (catalog: TopicCatalog) => T): Promise<T> {
    return this.link.call(kind, () => arrive(this.link.broker.catalog), this.timeoutMs);
  }
}
