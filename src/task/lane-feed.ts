/**
 * Feeds a task from the topics that it reads beside its source: retry topics and commands. Each is followed
 * from the position in the checkpoint; a backlog of one batch pauses it, because a retry topic is first in,
 * first out with one delay, so what lies behind a record that is not due is not due either.
 *
 * A position that is not in the log any more (deleted by retention, or the topic was made anew) moves to its
 * start: what was lost is seen to by the watchdog, what is read again is discarded by arm or outcome.
 */
import { decodeCommand } from '../lanes/command.js';
import { retryTrigger } from '../lanes/retry-record.js';
import type { Clock } from '../ports/clock.js';
import { sleep } from '../ports/nap.js';
import type { Watermarks } from '../ports/cluster.js';
import { isKafkaError } from '../ports/kafka-error.js';
import type { Logger } from '../ports/logger.js';
import type { RecordBatch } from '../ports/record-batch.js';
import type { TopicPartition } from '../ports/topic-partition.js';
import { partitionName } from '../ports/topic-partition.js';
import type { CommitOffset } from '../record/units.js';
import type { Following, LogReader } from '../state/log-reader.js';
import { InputPosition } from './input-position.js';
import type { Task } from './task.js';
import type { TaskInputs } from './task-factory.js';

/** Records read and not resolved. */
const PAUSE_AT = 1000;
const RESUME_AT = 500;
const AGAIN_MS = 1000;

export interface LaneFeedParts {
  readonly reader: LogReader;
  readonly watermarks: (of: TopicPartition) => Promise<Watermarks>;
  readonly clock: Clock;
  readonly logger: Logger;
  /** The reader is of no use any more: the session must end. */
  readonly failed: (error: unknown) => void;
}

type Post = (input: InputPosition, batch: RecordBatch, index: number) => void;

export class LaneFeed {
  readonly #stop = new AbortController();
  readonly #following = new Map<string, Following>();

  constructor(
    private readonly task: Task,
    private readonly parts: LaneFeedParts,
  ) {}

  /** `positions`: of the checkpoint; a topic that is not in it is read from its start. */
  start({ retries, commands }: TaskInputs, positions: ReadonlyMap<string, CommitOffset>): void {
    for (const topic of retries) void this.#follow(topic, positions.get(topic), this.#postRetry);
    void this.#follow(commands, positions.get(commands), this.#postCommand);
  }

  stop(): void {
    this.#stop.abort();
    for (const following of this.#following.values()) following.stop();
    this.#following.clear();
  }

  readonly #postRetry: Post = (input, batch, index) => {
    const trigger = retryTrigger(batch.headers(index));
    const [offset, appendedAt] = [batch.offset(index), batch.timestamp(index)];
    this.task.post({ kind: 'retry', input, offset, appendedAt, trigger });
  };

  readonly #postCommand: Post = (input, batch, index) => {
    const command = decodeCommand(batch.value(index));
    const [offset, appendedAt] = [batch.offset(index), batch.timestamp(index)];
    this.task.post({ kind: 'command', input, offset, appendedAt, command });
  };

  /** `before`: what was read of it until its position fell out of the log. */
  async #follow(
    topic: string,
    from: CommitOffset | undefined,
    post: Post,
    before?: InputPosition,
  ): Promise<void> {
    const { clock, failed, logger, reader } = this.parts;
    const { signal } = this.#stop;
    const of = { topic, partition: this.task.partition };
    const start = await this.#startOf(of, from);
    // Stopped between the answer and here: a new feed may follow the topic by now.
    if (start === null || signal.aborted) return;
    // A topic that was made anew has other records at the same offsets.
    const input = before !== undefined && before.next <= start ? before : this.#inputOf(topic, start);
    input.pass(start);
    const following = reader.follow(of, start, {
      onRecord: (batch, index) => {
        post(input, batch, index);
        if (input.unresolved >= PAUSE_AT) this.#following.get(topic)?.pause();
      },
      onPosition: (position) => input.pass(position),
      onStopped: (error) => {
        if (signal.aborted) return;
        if (error.stopped === undefined) return failed(error);
        logger.warn({ partition: partitionName(of), err: error }, 'an input is read again from its start');
        this.#following.delete(topic);
        void sleep(clock, AGAIN_MS, signal).then(() => this.#follow(topic, input.next, post, input));
      },
    });
    this.#following.set(topic, following);
  }

  #inputOf(topic: string, start: CommitOffset): InputPosition {
    return new InputPosition(topic, start, ({ position, unresolved }) => {
      this.task.ledger.open.positions.set(topic, position);
      if (unresolved >= PAUSE_AT) this.#following.get(topic)?.pause();
      else if (unresolved <= RESUME_AT) this.#following.get(topic)?.resume();
    });
  }

  /** Within the log as it is; null once the feed is stopped. */
  async #startOf(of: TopicPartition, from: CommitOffset | undefined): Promise<CommitOffset | null> {
    const { clock, failed, watermarks } = this.parts;
    const { signal } = this.#stop;
    while (!signal.aborted) {
      try {
        const { low, high } = await watermarks(of);
        if (signal.aborted) return null;
        return from === undefined || from < low || from > high ? low : from;
      } catch (error) {
        if (!isKafkaError(error) || error.kind === 'fatal' || error.kind === 'fenced') {
          failed(error);
          return null;
        }
        await sleep(clock, AGAIN_MS, signal);
      }
    }
    return null;
  }
}
