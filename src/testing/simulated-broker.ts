/**
 * The simulated broker: topics, transactions and groups behind one clock that stands still while it is
 * down. One broker stands for the whole cluster. Requests are functions that a link runs here on arrival.
 */
import { partitionName, type TopicPartition, type TopicPartitionOffset } from '../ports/topic-partition.js';
import type { ProducedRecord } from '../record/record.js';
import { drawDelayMs, type BrokerContext, type DelayMs, type Latency } from './broker-context.js';
import { GatedClock } from './gated-clock.js';
import { Group, type GroupMetadata } from './group-coordinator.js';
import type { ProducerEpoch } from './partition-log.js';
import { NoChance, type Random } from './random.js';
import type { Scheduler } from './scheduler.js';
import { TopicCatalog } from './topic-catalog.js';
import { TransactionCoordinator } from './transaction-coordinator.js';

export class SimulatedBroker implements BrokerContext {
  readonly clock: GatedClock;
  readonly random: Random;
  readonly catalog: TopicCatalog;
  readonly transactions: TransactionCoordinator;
  readonly #groups = new Map<string, Group>();
  readonly #waitingForIt = new Set<() => void>();

  constructor(
    readonly scheduler: Scheduler,
    brokers: number,
    readonly markerDelayMs: DelayMs,
    readonly latency: Latency,
  ) {
    this.clock = new GatedClock(scheduler.clock);
    this.random = latency === 'none' ? new NoChance() : scheduler.random.fork();
    this.catalog = new TopicCatalog(brokers);
    this.transactions = new TransactionCoordinator(this);
  }

  get isUp(): boolean {
    return this.clock.isOpen;
  }

  down(): void {
    this.note('broker down');
    this.clock.shut();
  }

  up(): void {
    if (this.isUp) return;
    this.note('broker up');
    for (const group of this.#groups.values()) group.restartSessions();
    this.clock.open();
    const waiting = [...this.#waitingForIt];
    this.#waitingForIt.clear();
    for (const arrive of waiting) this.later([0, 50], () => this.whenUp(arrive));
    this.catalog.changed();
  }

  /** At once, or when it is up again. */
  whenUp(then: () => void): void {
    if (this.isUp) then();
    else this.#waitingForIt.add(then);
  }

  later(delay: DelayMs, then: () => void): void {
    this.clock.after(drawDelayMs(delay, this.random, this.latency), then);
  }

  note(event: string): void {
    this.scheduler.note(event);
  }

  group(id: string): Group {
    const known = this.#groups.get(id);
    if (known) return known;
    const group = new Group(id, this);
    this.#groups.set(id, group);
    return group;
  }

  append(of: TopicPartition, records: readonly ProducedRecord[], by: ProducerEpoch | null): void {
    if (by) this.transactions.verify(by, partitionName(of));
    const base = this.catalog.append(of, records, by, this.clock.now());
    const who = by ? ` by producer ${by.producerId} epoch ${by.epoch}` : '';
    this.note(`append ${partitionName(of)}@${base} x${records.length}${who}`);
  }

  addOffsets(by: ProducerEpoch, meta: GroupMetadata, offsets: readonly TopicPartitionOffset[]): void {
    const group = this.group(meta.groupId);
    this.transactions.addGroup(by, meta.groupId, group);
    group.commitPending(meta, by, offsets);
    this.note(
      `offsets ${meta.groupId} by ${meta.memberId || 'nobody'}/${meta.generation}: ${named(offsets)}`,
    );
  }

  commitOffsets(meta: GroupMetadata, offsets: readonly TopicPartitionOffset[]): void {
    const group = this.group(meta.groupId);
    group.validate(meta, false);
    group.offsets.commit(offsets);
    this.note(`commit ${meta.groupId} by ${meta.memberId}: ${named(offsets)}`);
  }
}

const named = (offsets: readonly TopicPartitionOffset[]): string =>
  offsets.map((at) => `${partitionName(at)}@${at.offset}`).join(' ');
