/**
 * Commits units in one transaction (KIP-98, KIP-447): begin → produce → flush → offsets → commit.
 * The flush comes before the offsets so that a failed delivery shows while the transaction can still be
 * aborted; whatever `commit` answers after that leaves the outcome unknown. Never carries anything over
 * from one commit to the next: that is the tasks' matter.
 */
import type { Clock } from '../ports/clock.js';
import { sleep } from '../ports/nap.js';
import type { SourceConsumer } from '../ports/consumer.js';
import { KafkaError, asKafkaError } from '../ports/kafka-error.js';
import type { TransactionalProducer } from '../ports/producer.js';
import type { RecordList } from '../record/record-list.js';
import type { CommitResult, CommitUnit } from '../ports/commit.js';
import type { Committer } from './committer.js';

/** Wait for room in the client's queue. */
const QUEUE_FULL_PAUSE_MS = 5;
/** Fewer of a task are copied into a common list. */
const MANY_RECORDS = 512;

class Lost extends Error {}

export class ExactlyOnceCommitter implements Committer {
  constructor(
    private readonly producer: TransactionalProducer,
    private readonly consumer: SourceConsumer,
    private readonly clock: Clock,
    /** Producing may take half of the transaction's time; the other half is for the commit. */
    private readonly transactionTimeoutMs: number,
  ) {}

  async commit(units: readonly CommitUnit[]): Promise<CommitResult> {
    const began = this.clock.monotonic();
    const result = await this.#transaction(units);
    if (result.kind !== 'unknown' && result.kind !== 'fatal') return result;
    const openMs = this.clock.monotonic() - began;
    if (result.cause.kind !== 'fenced' || openMs < this.transactionTimeoutMs) return result;
    // The coordinator ended it for its age and took the epoch: nobody else has this identity.
    const message = `The transaction was open for ${Math.round(openMs)} ms, longer than TRANSACTION_TIMEOUT_MS (${this.transactionTimeoutMs}): ${result.cause.message}`;
    const cause = new KafkaError('retriable', result.cause.code, message, { cause: result.cause });
    return { ...result, cause };
  }

  async #transaction(units: readonly CommitUnit[]): Promise<CommitResult> {
    try {
      await this.producer.begin();
    } catch (error) {
      const cause = asKafkaError(error);
      return isOver(cause) ? { kind: 'fatal', cause } : { kind: 'aborted', cause };
    }
    try {
      await this.#fill(units);
    } catch (error) {
      return this.#abort(error instanceof Lost ? 'lost' : asKafkaError(error));
    }
    try {
      await this.producer.commit();
      return { kind: 'committed' };
    } catch (error) {
      return { kind: 'unknown', cause: asKafkaError(error) };
    }
  }

  async #fill(units: readonly CommitUnit[]): Promise<void> {
    const deadline = this.clock.monotonic() + this.transactionTimeoutMs / 2;
    // In one list, as each call of the client waits for its turn in the event loop: what is many is worth it, and not copied.
    const records = this.producer.buffer();
    for (const unit of units) {
      if (unit.records.length >= MANY_RECORDS) await this.#produce(unit.records, deadline);
      else records.addAll(unit.records);
      for (const stage of unit.changelog) records.addAll(stage);
      records.add(unit.checkpoint);
    }
    await this.#produce(records, deadline);
    // Not after a failure: a call that was given up may still read it. A task's own list is released once it is committed.
    records.release();
    await this.producer.flush();
    refuseLost(units);
    await this.producer.sendOffsets(
      units.flatMap((unit) => unit.offsets),
      this.consumer,
    );
    refuseLost(units);
  }

  async #produce(records: RecordList, deadline: number): Promise<void> {
    let sent = 0;
    for (;;) {
      sent += await this.producer.produce(records, sent);
      if (sent >= records.length) return;
      if (this.clock.monotonic() > deadline) {
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

const isOver = (error: KafkaError): boolean => error.kind === 'fatal' || error.kind === 'fenced';
