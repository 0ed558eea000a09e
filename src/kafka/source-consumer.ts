/**
 * The member of the group, over node-rdkafka's KafkaConsumer.
 *
 * Promises: a rebalance waits for `answer`, however long; partitions are assigned from offset 0 and
 * paused in the same step; nothing is committed but by `commit`.
 *
 * - Answers: (incremental)assign/unassign as the group's protocol wants. Once `close` has begun node-rdkafka
 *   says "NONE" for the protocol, and only `unassign` ends librdkafka's wait: it is then the answer to every
 *   event, given after ANSWER_LIMIT_MS if the engine does not.
 * - `lost`: node-rdkafka does not expose librdkafka's `assignment_lost`, but librdkafka's log tells it
 *   (debug line LOST), before the rebalance event and without a read. A read that failed with −147 counts too.
 * - The fence's hole (protocol/review.md, F2): Kafka accepts transactional offsets of a member that has
 *   lost both generation and member id while it has no instance id, and librdkafka forgets both by itself
 *   before it says "lost". `lend` refuses the consumer from the moment the log line is here, which closes
 *   the hole but for the milliseconds between librdkafka's decision and that line. INSTANCE_ID closes it.
 * - Events of the group, and answers to `commit`, come only while `poll` or `close` runs.
 */
import type { KafkaConsumer } from 'node-rdkafka';
import type { RebalanceEvent, SourceConsumer } from '../ports/consumer.js';
import type { RecordBatch } from '../ports/record-batch.js';
import type { TopicPartition, TopicPartitionOffset } from '../ports/topic-partition.js';
import { partitionName } from '../ports/topic-partition.js';
import { partition, type CommitOffset } from '../record/units.js';
import { awaitStops } from './assignment-barrier.js';
import { CommittedOffsets } from './committed-offsets.js';
import { within } from './within.js';
import { STATE, UNKNOWN_MEMBER } from './error-codes.js';
import { makeKafkaError, toKafkaError } from './errors.js';
import { OffsetCommits } from './offset-commits.js';
import { PollingConsumer } from './polling-consumer.js';
import { sourceConsumerSettings, type KafkaClientOptions } from './settings.js';

/** librdkafka's code of the event, not an error. */
const ASSIGN = -175;
/**
 * An assign without an offset could not be sought under `auto.offset.reset=error`. Not the logical
 * "beginning" (−2): librdkafka asks the broker for it, the pause outdates the answer, so it asks again
 * 500 ms later, and a seek made in between is overridden by that answer (`rd_kafka_toppar_handle_Offset`;
 * seen on a busy machine: the whole log was read again). Offset 0 is not asked for. Nothing is fetched from
 * it, because the pause is there first; it outdates even a fetch that is under way.
 */
const BEGINNING = 0;
const POLL_EXCEEDED = -147;
const SEEK_TIMEOUT_MS = 10_000;
/** How long `close` waits for the engine's answer to an event before it answers by itself. */
const ANSWER_LIMIT_MS = 3_000;

export class KafkaSourceConsumer implements SourceConsumer {
  readonly #consumer: PollingConsumer;
  readonly #committed: CommittedOffsets;
  readonly #commits: OffsetCommits;
  readonly #where: string;
  #onRebalance: ((event: RebalanceEvent) => void) | undefined;
  #lost = false;
  /** The answer of the event that waits, if one does. */
  #unanswered: (() => void) | undefined;
  #answerTimer: NodeJS.Timeout | undefined;
  /** Calls of producers that read this member's metadata: it must not be destroyed under them. */
  readonly #loans = new Set<Promise<unknown>>();

  constructor(private readonly options: KafkaClientOptions) {
    const settings = sourceConsumerSettings(options);
    this.#where = `group ${options.groupId}`;
    this.#consumer = new PollingConsumer({
      role: 'source',
      where: this.#where,
      options,
      settings: {
        topic: settings.topic,
        global: {
          ...settings.global,
          rebalance_cb: (event: { code: number }, assignment: { topic: string; partition: number }[]) =>
            this.#rebalance(event.code, assignment),
          offset_commit_cb: (error: unknown, offsets: TopicPartitionOffset[]) =>
            this.#commits.settle(error, offsets),
        },
      },
      onLog: ({ kind }) => {
        if (kind === 'lost') this.#setLost();
        else if (kind === 'not-lost') this.#lost = false;
      },
      onReadError: (error) => {
        if (error.code === POLL_EXCEEDED) this.#setLost();
      },
    });
    this.#committed = new CommittedOffsets(this.#consumer.connection, this.#where);
    this.#commits = new OffsetCommits(this.#consumer.connection, this.#where, options.sessionTimeoutMs);
  }

  connect(): Promise<void> {
    return this.#consumer.connection.connect();
  }

  subscribe(topics: readonly string[], onRebalance: (event: RebalanceEvent) => void): void {
    this.#onRebalance = onRebalance;
    try {
      this.#consumer.connection.use('assign').subscribe([...topics]);
    } catch (error) {
      throw toKafkaError('assign', `${this.#where}, topics ${topics.join(', ')}`, error);
    }
  }

  poll(max: number, timeoutMs: number): Promise<RecordBatch> {
    return this.#consumer.poll(max, timeoutMs);
  }

  pause(partitions: readonly TopicPartition[]): void {
    this.#consumer.pause(partitions);
  }

  resume(partitions: readonly TopicPartition[]): void {
    this.#consumer.resume(partitions);
  }

  async seek(to: TopicPartitionOffset): Promise<void> {
    const where = `${partitionName(to)}@${to.offset}`;
    if (this.#consumer.hasStopped(to)) {
      // Only an assign starts it again, and one beside the group's own rebalances could be taken for the
      // answer to one that librdkafka has begun and not told yet.
      const why = 'the partition has stopped for want of a position, and starts again with a new member only';
      throw makeKafkaError('seek', where, 'fatal', STATE, why);
    }
    await this.#consumer.connection.call('seek', where, (client, done) => {
      client.seek({ ...to }, SEEK_TIMEOUT_MS, done);
    });
  }

  committed(
    partitions: readonly TopicPartition[],
    timeoutMs: number,
  ): Promise<readonly (CommitOffset | null)[]> {
    return this.#committed.read(partitions, timeoutMs);
  }

  commit(offsets: readonly TopicPartitionOffset[]): Promise<void> {
    return this.#commits.commit(offsets);
  }

  /**
   * The native member, for the time of one call: a producer that reads the metadata of a consumer which
   * is not connected crashes the process (node-rdkafka checks nothing there).
   */
  async lend<T>(work: (native: KafkaConsumer) => Promise<T>): Promise<T> {
    if (!this.#consumer.connection.isOpen) {
      throw makeKafkaError('sendOffsets', this.#where, 'abortable', STATE, 'the consumer is not connected');
    }
    if (this.#lost) {
      const why = 'the member has lost its partitions';
      throw makeKafkaError('sendOffsets', this.#where, 'abortable', UNKNOWN_MEMBER, why);
    }
    const loan = work(this.#consumer.connection.use('sendOffsets'));
    this.#loans.add(loan);
    try {
      return await loan;
    } finally {
      this.#loans.delete(loan);
    }
  }

  async close(): Promise<void> {
    await this.#consumer.connection.close(async () => {
      this.#commits.end();
      this.#answerSoon();
      await within(this.options.transactionTimeoutMs, Promise.allSettled([...this.#loans]));
    });
    clearTimeout(this.#answerTimer);
    this.#unanswered = undefined;
  }

  #setLost(): void {
    if (this.#lost) return;
    this.#lost = true;
    this.#consumer.connection.report(
      'assignment-lost',
      `The ${this.#where} has taken this member's partitions`,
    );
  }

  /**
   * The event is handed on in a later turn of the loop: the log line that says "lost" was written before it,
   * but node-rdkafka's handle for rebalances is served before its handle for logs.
   */
  #rebalance(code: number, assignment: readonly { topic: string; partition: number }[]): void {
    const partitions = assignment.map((one) => ({ topic: one.topic, partition: partition(one.partition) }));
    setImmediate(() => {
      // A member that is given partitions has joined anew. Not at the answer: it may be lost again by then.
      if (code === ASSIGN) this.#lost = false;
      const answer = this.#answerTo(code === ASSIGN ? 'assign' : 'revoke', partitions);
      this.#unanswered = answer;
      if (!this.#consumer.connection.isOpen) this.#answerSoon();
      if (code === ASSIGN) this.#onRebalance?.({ kind: 'assign', partitions, answer });
      else this.#onRebalance?.({ kind: 'revoke', partitions, lost: this.#lost, answer });
    });
  }

  #answerTo(kind: RebalanceEvent['kind'], partitions: readonly TopicPartition[]): () => void {
    let answered = false;
    return () => {
      if (answered) return;
      answered = true;
      this.#unanswered = undefined;
      const { connection } = this.#consumer;
      const closing = connection.closingClient;
      try {
        // Before the native end of the client has begun, librdkafka refuses it for a cooperative group, and an
        // event that was never answered keeps the client from closing.
        const client = closing ?? (connection.isOpen ? connection.use('assign') : undefined);
        if (client === undefined) return;
        if (closing?.rebalanceProtocol() === 'NONE') closing.unassign();
        else this.#apply(client, kind, partitions);
        awaitStops(client);
      } catch (error) {
        // The group went on while the event waited: librdkafka revokes or assigns anew by itself.
        connection.report('answer-refused', toKafkaError('assign', this.#where, error).message);
      }
    };
  }

  #apply(client: KafkaConsumer, kind: RebalanceEvent['kind'], partitions: readonly TopicPartition[]): void {
    const protocol = client.rebalanceProtocol();
    if (kind === 'assign') {
      const atBeginning = partitions.map((one) => ({ ...one, offset: BEGINNING }));
      if (protocol === 'COOPERATIVE') client.incrementalAssign(atBeginning);
      else client.assign(atBeginning);
      // At once: what is fetched before is read twice.
      if (partitions.length > 0) client.pause([...partitions]);
      this.#consumer.started(partitions);
    } else if (protocol === 'COOPERATIVE') client.incrementalUnassign([...partitions]);
    else client.unassign();
  }

  /** For events that wait while the client closes. */
  #answerSoon(): void {
    if (this.#unanswered === undefined) return;
    clearTimeout(this.#answerTimer);
    this.#answerTimer = setTimeout(() => this.#unanswered?.(), ANSWER_LIMIT_MS);
  }
}
