/**
 * Commits units in one transaction (KIP-98, KIP-447): begin → produce → flush → offsets → commit. For units that are
 * sent ahead it begins and produces earlier: the broker asks the coordinator about each partition that a transaction
 * comes to, one after the other, and that is most of what a small commit takes.
 * The flush comes before the offsets so that a failed delivery shows while the transaction can still be aborted; whatever `commit` answers after that leaves the outcome unknown. Never carries anything over
 * from one transaction to the next: that is the tasks' matter.
 */
import type { Clock } from '../ports/clock.js';
import { sleep } from '../ports/nap.js';
import type { SourceConsumer } from '../ports/consumer.js';
import { KafkaError, asKafkaError } from '../ports/kafka-error.js';
import type { TransactionalProducer } from '../ports/producer.js';
import { partitionName, type TopicPartitionOffset } from '../ports/topic-partition.js';
import type { RecordList } from '../record/record-list.js';
import type { MonotonicMs } from '../record/units.js';
import type { CommitResult, CommitUnit } from '../ports/commit.js';
import type { Committer } from './committer.js';

/** Wait for room in the client's queue. */
const QUEUE_FULL_PAUSE_MS = 5;
/** Fewer of a task are copied into a common list. */
const MANY_RECORDS = 512;
/** Lists that are given to the client at a time: its threads are everybody's. */
const SIDE_BY_SIDE = 4;

class Lost extends Error {}

export class ExactlyOnceCommitter implements Committer {
  /** Of the transaction that is open. */
  #beganAt: MonotonicMs | undefined;
  /** When all of it must have been taken. */
  #filledBy = 0;

  constructor(
    private readonly producer: TransactionalProducer,
    private readonly consumer: SourceConsumer,
    private readonly clock: Clock,
    /** Producing may take half of the transaction's time; the other half is for the commit. */
    private readonly transactionTimeoutMs: number,
  ) {}

  async sendAhead(units: readonly CommitUnit[]): Promise<CommitResult | undefined> {
    const failed = (await this.#begin()) ?? (await this.#fill(() => this.#write(units)));
    return failed === undefined ? undefined : this.#end(failed);
  }

  async commit(units: readonly CommitUnit[], ahead: readonly CommitUnit[]): Promise<CommitResult> {
    const failed = this.#beganAt === undefined ? await this.#begin() : undefined;
    return this.#end(
      failed ?? (await this.#fill(() => this.#finish(units, ahead))) ?? (await this.#commit()),
    );
  }

  async #begin(): Promise<CommitResult | undefined> {
    this.#beganAt = this.clock.monotonic();
    try {
      await this.producer.begin();
      this.#filledBy = this.clock.monotonic() + this.transactionTimeoutMs / 2;
      return undefined;
    } catch (error) {
      const cause = asKafkaError(error);
      return isOver(cause) ? { kind: 'fatal', cause } : { kind: 'aborted', cause };
    }
  }

  /** Undefined when all of it succeeded; else the transaction is over. */
  async #fill(steps: () => Promise<void>): Promise<CommitResult | undefined> {
    try {
      await steps();
      return undefined;
    } catch (error) {
      return this.#abort(error instanceof Lost ? 'lost' : asKafkaError(error));
    }
  }

  async #commit(): Promise<CommitResult> {
    try {
      await this.producer.commit();
      return { kind: 'committed' };
    } catch (error) {
      return { kind: 'unknown', cause: asKafkaError(error) };
    }
  }

  #end(result: CommitResult): CommitResult {
    const openMs = this.clock.monotonic() - (this.#beganAt ?? 0);
    this.#beganAt = undefined;
    if (result.kind !== 'unknown' && result.kind !== 'fatal') return result;
    if (result.cause.kind !== 'fenced' || openMs < this.transactionTimeoutMs) return result;
    // The coordinator ended it for its age and took the epoch: nobody else has this identity.
    const message = `The transaction was open for ${Math.round(openMs)} ms, longer than TRANSACTION_TIMEOUT_MS (${this.transactionTimeoutMs}): ${result.cause.message}`;
    const cause = new KafkaError('retriable', result.cause.code, message, { cause: result.cause });
    return { ...result, cause };
  }

  async #finish(units: readonly CommitUnit[], ahead: readonly CommitUnit[]): Promise<void> {
    await this.#write(units);
    await this.producer.flush();
    const all = [...ahead, ...units];
    refuseLost(all);
    await this.producer.sendOffsets(lastOffsets(all), this.consumer);
    refuseLost(all);
  }

  /**
   * What is few goes in one list, what is many is not copied. Of each task the records of one topic are in one list: only
   * between lists is there no order.
   */
  async #write(units: readonly CommitUnit[]): Promise<void> {
    if (units.length === 0) return;
    const lists: RecordList[] = [];
    const few = this.producer.buffer();
    for (const unit of units) {
      if (unit.records.length >= MANY_RECORDS) lists.push(unit.records);
      else few.addAll(unit.records);
      for (const stage of unit.changelog) few.addAll(stage);
      few.add(unit.checkpoint);
    }
    await this.#produceAll([...lists, few]);
    // After a failure, which is rare, it is left to the collector. A task's own list is released once it is committed.
    few.release();
  }

  /**
   * Several at a time: each call of the client comes back with a turn of the event loop, and one that is busy takes long for
   * a turn. When it fails none of them is under way any more, or the transaction would be ended while records enter it.
   */
  async #produceAll(lists: readonly RecordList[]): Promise<void> {
    const failures: unknown[] = [];
    const hasFailed = (): boolean => failures.length > 0;
    const left = lists.values();
    const oneByOne = async (): Promise<void> => {
      for (const records of left) await this.#produce(records, hasFailed);
    };
    const chains = Array.from({ length: Math.min(SIDE_BY_SIDE, lists.length) }, oneByOne);
    await Promise.all(chains.map((chain) => chain.catch((error: unknown) => failures.push(error))));
    if (hasFailed()) throw failures[0];
  }

  /** `isOver`: what is not sent yet need not be any more. */
  async #produce(records: RecordList, isOver: () => boolean): Promise<void> {
    let sent = 0;
    while (!isOver()) {
      sent += await this.producer.produce(records, sent);
      if (sent >= records.length) return;
      if (this.clock.monotonic() > this.#filledBy) {
        const message = `The transaction could not be filled within half of TRANSACTION_TIMEOUT_MS (${sent} of ${records.length} records were taken): the broker is slow or away`;
        throw new KafkaError('abortable', -185, message);
      }
      await sleep(this.clock, QUEUE_FULL_PAUSE_MS);
    }
  }

  async #abort(cause: KafkaError | 'lost'): Promise<CommitResult> {
    if (cause !== 'lost' && isOver(cause)) return { kind: 'fatal', cause };
    try {
      await this.producer.abort();
      return { kind: 'aborted', cause };
    } catch (error) {
      return { kind: 'fatal', cause: asKafkaError(error) };
    }
  }
}

const refuseLost = (units: readonly CommitUnit[]): void => {
  if (units.some((unit) => unit.isLost())) throw new Lost();
};

/** Of each partition the last: units that were sent ahead are followed by younger ones of their tasks. */
const lastOffsets = (units: readonly CommitUnit[]): readonly TopicPartitionOffset[] => {
  const last = new Map<string, TopicPartitionOffset>();
  for (const { offsets } of units) for (const of of offsets) last.set(partitionName(of), of);
  return [...last.values()];
};

const isOver = (error: KafkaError): boolean => error.kind === 'fatal' || error.kind === 'fenced';
