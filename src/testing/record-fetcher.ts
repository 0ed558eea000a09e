/**
 * What both simulated consumers read with: positions, pauses and one poll at a time.
 * As with librdkafka: a poll takes its records some time before it answers, so records of a partition that
 * is paused, sought or taken away in between still arrive with it; a position moves when its records are
 * taken; a position outside the log is an error once, and its partition stands still until it is assigned anew.
 */
import { KafkaError, isKafkaError } from '../ports/kafka-error.js';
import type { RecordBatch } from '../ports/record-batch.js';
import { partitionName, type TopicPartition, type TopicPartitionOffset } from '../ports/topic-partition.js';
import { commitOffset, type CommitOffset } from '../record/units.js';
import type { ConsumedRecord } from '../record/record.js';
import { ArrayRecordBatch } from './array-record-batch.js';
import { brokerError, isBrokerError } from './broker-error.js';
import type { BrokerLink } from './broker-link.js';
import type { Fault } from './fault-plan.js';
import type { PartitionLog } from './partition-log.js';

interface Fetched {
  readonly of: TopicPartition;
  position: CommitOffset | 'beginning';
  isPaused: boolean;
  /** By an error, until it is assigned anew. */
  isStopped: boolean;
  reportedEnd: CommitOffset | null;
}

interface Poll {
  readonly max: number;
  readonly fault: Fault;
  /** Set once its records are taken. */
  isTaken: boolean;
  isLooking: boolean;
  /** A planned delay comes after its records are taken, not before. */
  readonly isHeldBack: boolean;
  resolve(batch: RecordBatch): void;
  reject(error: Error): void;
}

export interface Position {
  readonly of: TopicPartition;
  readonly at: CommitOffset | 'beginning';
  readonly isPaused: boolean;
}

export class RecordFetcher {
  readonly #partitions = new Map<string, Fetched>();
  #poll: Poll | null = null;
  #failure: Error | null = null;
  /** Of a position that was outside the log: it may be told once more although the partition was assigned anew. */
  #stale: Error | null = null;
  #isClosed = false;

  constructor(
    readonly link: BrokerLink,
    /** The log consumer's adapter assigns a partition again at once when it has stopped. */
    readonly restartsStopped: boolean,
  ) {}

  get isPolling(): boolean {
    return this.#poll !== null;
  }

  get assigned(): readonly TopicPartition[] {
    return [...this.#partitions.values()].map(({ of }) => of);
  }

  /** Reports an error in the place of a record: to the poll under way, else to the next. */
  fail(error: Error): void {
    this.#failure = error;
    this.#look();
  }

  add(positions: readonly Position[]): void {
    for (const { of, at, isPaused } of positions) {
      this.#partitions.set(partitionName(of), {
        of,
        position: at,
        isPaused,
        isStopped: false,
        reportedEnd: null,
      });
    }
    this.#look();
  }

  remove(partitions: readonly TopicPartition[]): void {
    for (const of of partitions) this.#partitions.delete(partitionName(of));
  }

  /** Replaces everything. What a poll under way would return then is promised nowhere. */
  replace(positions: readonly Position[]): void {
    if (this.#poll) throw new Error('assign was called while a poll of the same consumer is under way');
    this.#partitions.clear();
    this.add(positions);
    if (this.#stale && this.link.random.chance(0.3)) this.#failure = this.#stale;
    this.#stale = null;
  }

  setPaused(partitions: readonly TopicPartition[], isPaused: boolean): void {
    for (const of of partitions) {
      const fetched = this.#partitions.get(partitionName(of));
      if (fetched) fetched.isPaused = isPaused;
    }
    this.#look();
  }

  async seek({ topic, partition, offset }: TopicPartitionOffset): Promise<void> {
    await this.link.call('seek', () => undefined);
    const fetched = this.#partitions.get(partitionName({ topic, partition }));
    const where = `seek of ${topic}-${partition}`;
    if (!fetched) throw new KafkaError('retriable', -172, `${where}: it is not assigned, or not yet`);
    if (fetched.isStopped) throw brokerError('state', `${where}, which has stopped for want of a position`);
    Object.assign(fetched, { position: offset, reportedEnd: null });
    this.#look();
  }

  poll(max: number, timeoutMs: number): Promise<RecordBatch> {
    if (this.#poll) throw new Error('poll was called while another poll of the same consumer is under way');
    if (this.#isClosed) return Promise.reject(brokerError('state', 'poll of a closed consumer'));
    return new Promise((resolve, reject) => {
      const fault = this.link.faults.take('fetch', this.link.process);
      const stopWatching = this.link.broker.catalog.watchAppend(() => this.#look());
      const cancelTimeout = this.link.clock.after(timeoutMs, () => {
        if (!poll.isTaken) poll.resolve(new ArrayRecordBatch([]));
      });
      const end = (): void => {
        stopWatching();
        cancelTimeout();
        this.#poll = null;
      };
      const poll: Poll = {
        max,
        fault,
        isTaken: false,
        isLooking: false,
        isHeldBack: this.link.random.chance(0.5),
        resolve: (batch) => {
          end();
          resolve(batch);
        },
        reject: (error) => {
          end();
          reject(error);
        },
      };
      this.#poll = poll;
      // The client may have had records waiting for this call.
      if (fault.delayMs === 0 && this.link.random.chance(0.3)) this.#take(poll);
      if (!poll.isTaken) this.#look();
    });
  }

  /** A poll under way answers with nothing. */
  close(): void {
    this.#isClosed = true;
    this.#partitions.clear();
    this.#poll?.resolve(new ArrayRecordBatch([]));
  }

  /** Looks for records a little later, if a poll waits for some. */
  #look(): void {
    const poll = this.#poll;
    if (!poll || poll.isTaken || poll.isLooking || !this.#mayFind(poll)) return;
    poll.isLooking = true;
    const delayMs = poll.isHeldBack ? 0 : poll.fault.delayMs;
    this.link.later([0.1 + delayMs, 2 + delayMs], () => {
      poll.isLooking = false;
      if (poll === this.#poll && !poll.isTaken) this.#take(poll);
    });
  }

  /** False when a look would find nothing: whoever changes that calls for another look. */
  #mayFind({ fault }: Poll): boolean {
    if (this.#failure || fault.error || fault.before.length > 0) return true;
    for (const fetched of this.#partitions.values()) {
      if (fetched.isPaused || fetched.isStopped) continue;
      const log = this.#logOf(fetched.of);
      if (!log) continue;
      const end = log.lastStableOffset;
      const { position, reportedEnd } = fetched;
      if (position === 'beginning' || position < log.low || position < end || reportedEnd !== position)
        return true;
      if (position > log.highWatermark) return true;
    }
    return false;
  }

  #take(poll: Poll): void {
    const failure = this.#failure;
    if (failure) {
      this.#failure = null;
      return this.#answer(poll, () => poll.reject(failure));
    }
    if (!this.link.broker.isUp) return;
    for (const run of poll.fault.before) run();
    const { error: planned } = poll.fault;
    if (planned) return this.#answer(poll, () => poll.reject(planned));
    const records: ConsumedRecord[] = [];
    const ends: TopicPartitionOffset[] = [];
    for (const fetched of this.#inRandomOrder()) {
      try {
        this.#takeFrom(fetched, poll.max, records, ends);
      } catch (error) {
        if (records.length + ends.length > 0) break;
        this.#stop(fetched);
        // The log consumer's error may come before the client knows which partition it is about, and comes again.
        const isNamed = !this.restartsStopped || this.link.random.chance(0.5);
        const told = isNamed ? stoppedAt(error, fetched.of) : asError(error);
        if (this.restartsStopped) this.#stale = told;
        return this.#answer(poll, () => poll.reject(told));
      }
    }
    if (records.length + ends.length === 0) return;
    if (records.length > 0 && !this.restartsStopped) {
      for (const run of this.link.faults.take('receive', this.link.process).before) run();
    }
    const batch = new ArrayRecordBatch(records, ends);
    this.#answer(poll, () => poll.resolve(batch));
  }

  /** Assigned again, the error comes again, and so do all ends. */
  #stop(fetched: Fetched): void {
    if (!this.restartsStopped) fetched.isStopped = true;
    else for (const one of this.#partitions.values()) one.reportedEnd = null;
  }

  /** Mostly at once; a client that goes on collecting holds back what it has taken. */
  #answer(poll: Poll, leave: () => void): void {
    poll.isTaken = true;
    const heldMs = poll.isHeldBack ? poll.fault.delayMs : this.link.random.chance(0.03) ? 300 : 0;
    this.link.later([0.1, 1 + heldMs], () => {
      if (poll === this.#poll) leave();
    });
  }

  #takeFrom(fetched: Fetched, max: number, records: ConsumedRecord[], ends: TopicPartitionOffset[]): void {
    const log = this.#logOf(fetched.of);
    if (!log || fetched.isPaused || fetched.isStopped) return;
    const from = fetched.position === 'beginning' ? log.low : fetched.position;
    const room = max - records.length;
    if (room <= 0) return;
    // Not always all there is: a real fetch may end anywhere.
    const read = log.readCommitted(
      from,
      this.link.random.chance(0.3) ? this.link.random.between(1, room) : room,
    );
    for (const record of read.records) records.push({ ...fetched.of, ...record });
    fetched.position = read.position;
    const isAtEnd = read.position >= log.lastStableOffset;
    if (!isAtEnd || fetched.reportedEnd === read.position) return;
    // Told by the next poll, as when the broker's next answer is the empty one.
    if (read.records.length > 0 && this.link.random.chance(0.5)) return;
    fetched.reportedEnd = read.position;
    ends.push({ ...fetched.of, offset: commitOffset(read.position) });
  }

  #logOf(of: TopicPartition): PartitionLog | null {
    try {
      return this.link.broker.catalog.log(of);
    } catch (error) {
      if (isBrokerError(error, 'unknown-partition')) return null;
      throw error;
    }
  }

  #inRandomOrder(): readonly Fetched[] {
    const all = [...this.#partitions.values()];
    for (let at = all.length - 1; at > 0; at--) {
      const other = this.link.random.below(at + 1);
      const [one, two] = [all[at], all[other]];
      if (one && two) [all[at], all[other]] = [two, one];
    }
    return all;
  }
}

const asError = (error: unknown): Error => error as Error;

const stoppedAt = (error: unknown, stopped: TopicPartition): Error => {
  if (!isKafkaError(error)) return asError(error);
  return new KafkaError(error.kind, error.code, error.message, { stopped, cause: error });
};
