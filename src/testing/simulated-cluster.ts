/**
 * A Kafka cluster in memory and virtual time, behind the engine's ports. Read this first.
 * A test makes processes, whose clients it gives to the engine, drives the scheduler, plans faults, and
 * looks at what a read_committed reader would see. What is done through this object happens at once;
 * what is done through clients takes virtual time. The contract suite holds it against a real broker.
 */
import { partitionName, type TopicPartition } from '../ports/topic-partition.js';
import type { ConsumedRecord, Header, ProducedHeader } from '../record/record.js';
import { partitionForKey } from '../record/murmur2.js';
import { serializedBytes } from '../record/serde.js';
import {
  commitOffset,
  epochMs,
  offset as toOffset,
  partition as toPartition,
  type CommitOffset,
  type Offset,
} from '../record/units.js';
import type { DelayMs, Latency } from './broker-context.js';
import { clientOptions, type SimulatedClientOptions } from './client-options.js';
import { FaultPlan } from './fault-plan.js';
import type { Group } from './group-coordinator.js';
import type { Compaction, PartitionLog } from './partition-log.js';
import type { Scheduler } from './scheduler.js';
import { SimulatedBroker } from './simulated-broker.js';
import { SimulatedProcess } from './simulated-process.js';
import type { RecordsAppended } from './topic-catalog.js';

export interface SimulatedClusterOptions {
  /** Bounds the replication factor; everything else is one broker. */
  readonly brokers?: number;
  readonly markerDelayMs?: DelayMs;
  /** Default: random. */
  readonly latency?: Latency;
}

export interface InputRecord {
  readonly key: Buffer | string | null;
  readonly value: Buffer | string | null;
  readonly headers?: readonly (Header | ProducedHeader)[];
  readonly timestampMs?: number;
}

export class SimulatedCluster {
  readonly faults = new FaultPlan();
  readonly #broker: SimulatedBroker;

  constructor(
    readonly scheduler: Scheduler,
    { brokers = 1, markerDelayMs = [1, 40], latency = 'random' }: SimulatedClusterOptions = {},
  ) {
    this.#broker = new SimulatedBroker(scheduler, brokers, markerDelayMs, latency);
  }

  process(name: string, options: Partial<SimulatedClientOptions> = {}): SimulatedProcess {
    return new SimulatedProcess(name, clientOptions(name, options), this.#broker, this.faults);
  }

  /** Calls wait until it is up again or they time out; sessions and transactions do not time out meanwhile. */
  brokerDown(): void {
    this.#broker.down();
  }

  brokerUp(): void {
    this.#broker.up();
  }

  createTopic(name: string, partitions: number, config: Readonly<Record<string, string>> = {}): void {
    this.#broker.catalog.create({ name, partitions, replicationFactor: 1, config });
  }

  createPartitions(topic: string, total: number): void {
    this.#broker.catalog.grow(topic, total);
  }

  deleteTopic(topic: string): void {
    this.#broker.catalog.delete(topic);
  }

  partitionsOf(topic: string): number {
    return this.#broker.catalog.partitionsOf(topic);
  }

  /** Appends one record outside any transaction; `partition` null: by key as Java does, 0 without a key. */
  produce(topic: string, partition: number | null, input: InputRecord): Offset {
    const { catalog, clock } = this.#broker;
    const key = serializedBytes(input.key);
    const value = serializedBytes(input.value);
    const to = partition ?? (key ? partitionForKey(key, catalog.partitionsOf(topic)) : 0);
    const of = { topic, partition: toPartition(to) };
    const timestamp = epochMs(input.timestampMs ?? clock.now());
    const record = { ...of, key, value, headers: input.headers ?? [], timestamp };
    return catalog.append(of, [record], null, clock.now());
  }

  /** What a read_committed reader has seen that started at the log's start; of one partition or of all. */
  read(topic: string, partition?: number): readonly ConsumedRecord[] {
    const all = Array.from({ length: this.partitionsOf(topic) }, (_, index) => index);
    const wanted = partition === undefined ? all : [partition];
    return wanted.flatMap((index) => {
      const of = { topic, partition: toPartition(index) };
      const log = this.#broker.catalog.log(of);
      return log
        .readCommitted(log.low, Infinity)
        .records.map(({ offset, timestamp, key, value, headers }): ConsumedRecord => ({
          ...of,
          offset: toOffset(offset),
          timestamp,
          key,
          value,
          headers,
        }));
    });
  }

  /** The log itself, for a reader that goes on from where it was. */
  logOf(topic: string, partition: number): PartitionLog {
    return this.#log(topic, partition);
  }

  /** The log's end, records of open transactions and markers counted. */
  endOffset(topic: string, partition: number): CommitOffset {
    return this.#log(topic, partition).highWatermark;
  }

  lastStableOffset(topic: string, partition: number): CommitOffset {
    return this.#log(topic, partition).lastStableOffset;
  }

  /** By `topic-partition`; pending ones do not count. */
  committedOffsets(groupId: string): ReadonlyMap<string, CommitOffset> {
    const { offsets } = this.#broker.group(groupId);
    return new Map(offsets.all().map((at) => [partitionName(at), at.offset]));
  }

  committedOffset(groupId: string, topic: string, partition: number): CommitOffset | undefined {
    return this.#broker.group(groupId).offsets.of({ topic, partition: toPartition(partition) });
  }

  /** What the expiry of a group's offsets does. */
  forgetOffsets(groupId: string, topic?: string): void {
    this.#broker.group(groupId).offsets.forget(topic);
  }

  /** What an operator's offset reset does. */
  resetOffset(groupId: string, of: TopicPartition, to: number): void {
    this.#broker.group(groupId).offsets.commit([{ ...of, offset: commitOffset(to) }]);
  }

  /** Generation, members, and `evict` and `enforceRebalance`, which members notice by their next heartbeat or commit. */
  group(
    groupId: string,
  ): Pick<Group, 'generation' | 'memberIds' | 'isStable' | 'evict' | 'enforceRebalance'> {
    return this.#broker.group(groupId);
  }

  /** A transaction of this id is open, or some of its markers are not written yet. */
  isTransactionBusy(transactionalId: string): boolean {
    return this.#broker.transactions.isBusy(transactionalId);
  }

  /** What retention and DeleteRecords do. */
  deleteRecords(topic: string, partition: number, before: number): void {
    this.#log(topic, partition).deleteBefore(commitOffset(before));
  }

  compact(topic: string, how?: Compaction): void {
    for (let index = 0; index < this.partitionsOf(topic); index++) this.compactPartition(topic, index, how);
  }

  compactPartition(topic: string, partition: number, how?: Compaction): void {
    this.#log(topic, partition).compact(how);
  }

  /** Told of every append when it happens, committed later or not. */
  watchAppends(tell: RecordsAppended): void {
    this.#broker.catalog.watchRecords(tell);
  }

  #log(topic: string, partition: number): ReturnType<SimulatedBroker['catalog']['log']> {
    return this.#broker.catalog.log({ topic, partition: toPartition(partition) });
  }
}
