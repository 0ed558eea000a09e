/** The two consumers of a simulated process, behind the engine's ports. */
import type { LogConsumer, RebalanceEvent, SourceConsumer } from '../ports/consumer.js';
import { KafkaError } from '../ports/kafka-error.js';
import type { RecordBatch } from '../ports/record-batch.js';
import { partitionName, type TopicPartition, type TopicPartitionOffset } from '../ports/topic-partition.js';
import type { CommitOffset } from '../record/units.js';
import { isBrokerError } from './broker-error.js';
import type { BrokerLink } from './broker-link.js';
import type { SimulatedClientOptions } from './client-options.js';
import type { GroupMetadata } from './group-coordinator.js';
import { GroupMember } from './group-member.js';
import { RecordFetcher } from './record-fetcher.js';

export class SimulatedSourceConsumer implements SourceConsumer {
  readonly #fetcher: RecordFetcher;
  readonly #member: GroupMember;
  #isConnected = false;

  constructor(
    readonly link: BrokerLink,
    readonly options: SimulatedClientOptions,
  ) {
    this.#fetcher = new RecordFetcher(link, false);
    this.#member = new GroupMember(link, options, this.#fetcher);
  }

  /** Itself, as the client knows it now, for a transaction's offsets; refused once it knows that it is lost. */
  lend(): GroupMetadata {
    if (!this.#isConnected) throw new KafkaError('abortable', -172, 'the consumer is not connected');
    if (this.#member.isLost) {
      throw new KafkaError('abortable', 25, `${this.options.groupId}: the member has lost its partitions`);
    }
    return this.#member.metadata;
  }

  async connect(): Promise<void> {
    await this.link.call('connect', () => undefined, this.options.callTimeoutMs);
    this.#isConnected = true;
  }

  subscribe(topics: readonly string[], onRebalance: (event: RebalanceEvent) => void): void {
    this.#member.subscribe(topics, onRebalance);
  }

  poll(max: number, timeoutMs: number): Promise<RecordBatch> {
    const batch = this.#fetcher.poll(max, timeoutMs);
    this.#member.polled();
    return batch;
  }

  pause(partitions: readonly TopicPartition[]): void {
    this.#fetcher.setPaused(partitions, true);
  }

  resume(partitions: readonly TopicPartition[]): void {
    this.#fetcher.setPaused(partitions, false);
  }

  seek(to: TopicPartitionOffset): Promise<void> {
    return this.#fetcher.seek(to);
  }

  committed(
    partitions: readonly TopicPartition[],
    timeoutMs: number,
  ): Promise<readonly (CommitOffset | null)[]> {
    const group = (): (CommitOffset | null)[] =>
      this.link.broker.group(this.options.groupId).offsets.stable(partitions);
    const isUnstable = (error: unknown): boolean => isBrokerError(error, 'unstable-offsets');
    return this.link.callWhenIdle('committed', group, isUnstable, timeoutMs);
  }

  async commit(offsets: readonly TopicPartitionOffset[]): Promise<void> {
    const { metadata } = this.#member;
    const { callTimeoutMs } = this.options;
    await this.link.call(
      'commit-offsets',
      () => this.link.broker.commitOffsets(metadata, offsets),
      callTimeoutMs,
    );
  }

  async close(): Promise<void> {
    await this.#member.close();
    this.#isConnected = false;
    this.#fetcher.close();
  }
}

/** As the adapter's: a pause outlives a new assignment that holds its partition, and ends with any other. */
export class SimulatedLogConsumer implements LogConsumer {
  readonly #fetcher: RecordFetcher;
  readonly #paused = new Set<string>();

  constructor(
    readonly link: BrokerLink,
    readonly options: SimulatedClientOptions,
  ) {
    this.#fetcher = new RecordFetcher(link, true);
  }

  async connect(): Promise<void> {
    await this.link.call('connect', () => undefined, this.options.callTimeoutMs);
  }

  assign(positions: readonly TopicPartitionOffset[]): void {
    const names = new Set(positions.map(partitionName));
    for (const name of this.#paused) if (!names.has(name)) this.#paused.delete(name);
    this.#fetcher.replace(
      positions.map(({ topic, partition, offset }) => ({
        of: { topic, partition },
        at: offset,
        isPaused: this.#paused.has(partitionName({ topic, partition })),
      })),
    );
  }

  poll(max: number, timeoutMs: number): Promise<RecordBatch> {
    return this.#fetcher.poll(max, timeoutMs);
  }

  pause(partitions: readonly TopicPartition[]): void {
    for (const of of partitions) this.#paused.add(partitionName(of));
    this.#fetcher.setPaused(partitions, true);
  }

  resume(partitions: readonly TopicPartition[]): void {
    for (const of of partitions) this.#paused.delete(partitionName(of));
    this.#fetcher.setPaused(partitions, false);
  }

  close(): Promise<void> {
    this.#fetcher.close();
    return Promise.resolve();
  }
}
