/**
 * Reads the group's committed offsets with none of them pending (KIP-447: librdkafka asks for stable
 * offsets when the handle is read_committed, retries for a while, then marks the partition as unstable;
 * from there on it is retried here).
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { KafkaConsumer } from 'node-rdkafka';
import { partitionName, type TopicPartition } from '../ports/topic-partition.js';
import { commitOffset, type CommitOffset } from '../record/units.js';
import type { Connection } from './connection.js';
import { TIMED_OUT, UNSTABLE_OFFSETS, codeOfText } from './error-codes.js';
import { makeKafkaError, toKafkaError } from './errors.js';

const RETRY_PAUSE_MS = 50;
/** A closing client does not wait for one long question. */
const ASK_LIMIT_MS = 5_000;

/** node-rdkafka puts an Error in the place of a partition that has one, and no offset where there is none. */
type Answer = Error | { readonly offset?: number };

export class CommittedOffsets {
  constructor(
    private readonly connection: Connection<KafkaConsumer>,
    private readonly where: string,
  ) {}

  async read(
    partitions: readonly TopicPartition[],
    timeoutMs: number,
  ): Promise<readonly (CommitOffset | null)[]> {
    if (partitions.length === 0) return [];
    const deadline = performance.now() + timeoutMs;
    for (;;) {
      const remaining = Math.max(1, Math.ceil(deadline - performance.now()));
      const answers = await this.#ask(partitions, Math.min(ASK_LIMIT_MS, remaining));
      if (answers !== 'pending') return answers;
      if (performance.now() + RETRY_PAUSE_MS >= deadline) throw this.#pending(partitions, timeoutMs);
      await sleep(RETRY_PAUSE_MS);
    }
  }

  async #ask(
    partitions: readonly TopicPartition[],
    timeoutMs: number,
  ): Promise<readonly (CommitOffset | null)[] | 'pending'> {
    let answers: readonly Answer[] | undefined;
    try {
      answers = await this.connection.call<readonly Answer[]>('committed', this.where, (client, done) => {
        client.committed([...partitions], timeoutMs, done);
      });
    } catch (thrown) {
      const error = toKafkaError('committed', this.where, thrown);
      if (error.code === TIMED_OUT || error.code === UNSTABLE_OFFSETS) return 'pending';
      throw error;
    }
    const offsets: (CommitOffset | null)[] = [];
    for (const [index, of] of partitions.entries()) {
      const answer = answers?.[index];
      if (answer instanceof Error) {
        if (codeOfText(answer.message) === UNSTABLE_OFFSETS) return 'pending';
        throw toKafkaError('committed', `${this.where}, ${partitionName(of)}`, answer);
      }
      offsets.push(answer?.offset === undefined ? null : commitOffset(answer.offset));
    }
    return offsets;
  }

  #pending(partitions: readonly TopicPartition[], timeoutMs: number): Error {
    const names = partitions.map(partitionName).join(', ');
    const why = `no stable offsets within ${timeoutMs} ms: a transaction on them is pending, or the coordinator is away`;
    return makeKafkaError('committed', `${this.where}, ${names}`, 'retriable', UNSTABLE_OFFSETS, why);
  }
}
