/**
 * The actor: one partition number of one sub-topology. It takes records in source order, runs their
 * handlers (one per key at a time, several keys at once when they are async), and decides each at the
 * front of its emission queue, so that one commit holds one contiguous range of the source.
 *
 * It promises: effects leave in source order, all or none per record; nothing that still arrives after
 * it was closed has any effect; after an abort the same effects come again before newer ones.
 * It must never read Kafka, wait for a commit, or look at another task.
 */
import type { TaskProcessor } from '../dsl/execution.js';
import { decideFailure } from '../lanes/failure-policy.js';
import type { RecordBatch } from '../ports/record-batch.js';
import type { TopicPartitionOffset } from '../ports/topic-partition.js';
import type { FailureReason, ProcessingFailure } from '../record/record-error.js';
import { NotRetryableError, asProcessingFailure } from '../record/record-error.js';
import type { CommitOffset, Partition, TaskId } from '../record/units.js';
import { after } from '../record/units.js';
import type { AttemptEnd } from './attempts.js';
import { Attempts } from './attempts.js';
import { BatchRecord } from './batch-record.js';
import type { DeadLetters } from './dead-letters.js';
import { EmissionQueue } from './emission-queue.js';
import { Mailbox } from './mailbox.js';
import type { EntryOwner } from './queue-entry.js';
import { QueueEntry } from './queue-entry.js';
import { exceeds } from '../record/record-size.js';
import type { TaskHost } from './task-host.js';
import type { TaskLedger } from './task-ledger.js';
import type { RecordsMessage, TaskMessage } from './task-message.js';
import type { TaskState } from './task-state.js';
import { mayBecome } from './task-state.js';

export class Task implements EntryOwner {
  #state: TaskState = 'created';
  #order = 0;
  /** Set once the source may be read: batches of polls that were issued before belong to an older epoch. */
  #acceptFrom = Number.POSITIVE_INFINITY;
  readonly #next = new Map<string, CommitOffset>();
  /** Of the source topics: everything below has been read. */
  readonly #ends = new Map<string, CommitOffset>();
  readonly #queue = new EmissionQueue();
  readonly #mailbox = new Mailbox<TaskMessage>((message) => this.#receive(message));
  readonly #attempts: Attempts;
  #whenDrained: (() => void)[] = [];

  constructor(
    readonly id: TaskId,
    readonly partition: Partition,
    readonly sources: readonly string[],
    readonly ledger: TaskLedger,
    private readonly processor: TaskProcessor,
    private readonly deadLetters: DeadLetters,
    private readonly host: TaskHost,
  ) {
    const post = (message: TaskMessage): void => this.#mailbox.post(message);
    this.#attempts = new Attempts(processor.process, host.clock, host.settings.attemptTimeoutMs, post);
  }

  get state(): TaskState {
    return this.#state;
  }

  /** Async handlers running or waiting for their next attempt in memory. */
  get inFlight(): number {
    return this.#attempts.inFlight;
  }

  get queued(): number {
    return this.#queue.length;
  }

  /** The position to read next of a source topic, once it runs. */
  nextOffset(topic: string): CommitOffset | undefined {
    return this.#next.get(topic);
  }

  partitionCount(topic: string): number {
    return this.host.partitionCount(topic);
  }

  async restore(): Promise<void> {
    this.#become('restoring');
    await this.processor.init();
  }

  /** Records of polls issued from `firstPoll` on are its own. */
  run(positions: ReadonlyMap<string, CommitOffset>, firstPoll: number): void {
    this.#become('running');
    for (const [topic, position] of positions) this.#next.set(topic, position);
    this.#acceptFrom = firstPoll;
  }

  /** A run of records of one source topic: `from` to `to` (not included) of a batch. */
  offer(batch: RecordBatch, from: number, to: number, poll: number): void {
    if (poll < this.#acceptFrom) return;
    this.#mailbox.post({ kind: 'records', batch, from, to });
  }

  /** Told after the records of the same poll: what lies between them and the end is no record. */
  reachEnd({ topic, offset }: TopicPartitionOffset, poll: number): void {
    if (poll < this.#acceptFrom) return;
    this.#mailbox.post({ kind: 'end', topic, offset });
  }

  /** Starts nothing new; resolves when no handler runs any more. What is decided meanwhile may be committed. */
  drain(): Promise<void> {
    if (this.#state === 'running') {
      this.#become('draining');
      this.#attempts.giveUpBackOffs(this.#queue);
    }
    if (this.inFlight === 0 || this.#state !== 'draining') return Promise.resolve();
    return new Promise((resolve) => this.#whenDrained.push(resolve));
  }

  /** Ends this epoch: running handlers are told to stop and their results are dropped. */
  async close(state: 'closed' | 'refused' = 'closed'): Promise<void> {
    if (this.#state === 'closed') return;
    const wasRefused = this.#state === 'refused';
    if (mayBecome(this.#state, state)) this.#state = state;
    this.#attempts.abandon(this.#queue, new Error(`Task ${this.id} was closed`));
    this.#queue.clear();
    this.ledger.close();
    this.#drained();
    if (!wasRefused) await this.processor.close();
  }

  #become(next: TaskState): void {
    if (!mayBecome(this.#state, next))
      throw new Error(`Task ${this.id} cannot go from ${this.#state} to ${next}`);
    this.#state = next;
  }

  get #isLive(): boolean {
    return this.#state === 'running' || this.#state === 'draining';
  }

  #receive(message: TaskMessage): void {
    if (!this.#isLive) return;
    if (message.kind === 'records') {
      this.#take(message);
      this.host.loadChanged(this);
      return;
    }
    if (message.kind === 'end') {
      this.#ends.set(message.topic, message.offset);
      this.#passEnds();
      return;
    }
    const end = this.#attempts.ended(message);
    if (end !== undefined) this.#conclude(message.entry, end);
    else if (message.kind === 'retry-due' && this.#state === 'running') this.#start(message.entry);
    this.#advance();
    if (this.inFlight === 0) this.#drained();
  }

  #take({ batch, from, to }: RecordsMessage): void {
    const topic = batch.topic(from);
    let next = this.#next.get(topic);
    if (next === undefined) return;
    const readAt = this.host.clock.now();
    for (let i = from; i < to && this.#state === 'running'; i++) {
      const offset = batch.offset(i);
      // Read twice: a message of an older epoch of this partition. Gaps are the broker's (control records, compaction).
      if (offset < next) continue;
      next = after(offset);
      const record = new BatchRecord(batch, i);
      const entry = new QueueEntry(record, this.#order++, readAt, this);
      this.ledger.take(record.bytes);
      if (this.#queue.length === 0) this.#runAtOnce(entry);
      else this.#queue.add(entry);
    }
    this.#next.set(topic, next);
    this.#advance();
  }

  /** When nothing is undecided: positions are those of decided records. An end is told once, so it waits for that. */
  #passEnds(): void {
    if (this.#ends.size === 0 || this.#queue.length > 0 || this.#state !== 'running') return;
    for (const [topic, end] of this.#ends) {
      const next = this.#next.get(topic);
      if (next === undefined || end <= next) continue;
      this.#next.set(topic, end);
      this.ledger.open.positions.set(topic, end);
    }
    this.#ends.clear();
  }

  /** Nothing is before it: what a synchronous handler makes of it is decided without ever being queued. */
  #runAtOnce(entry: QueueEntry): void {
    const end = this.#attempts.begin(entry);
    if (end?.ok) {
      entry.resolve({ kind: 'outputs', outputs: end.outputs });
      this.#decide(entry);
      return;
    }
    this.#queue.add(entry);
    this.#queue.takeStartable();
    if (end === undefined) return;
    this.#conclude(entry, end);
    this.#advance();
  }

  #start(entry: QueueEntry): void {
    const end = this.#attempts.begin(entry);
    if (end !== undefined) this.#conclude(entry, end);
  }

  #conclude(entry: QueueEntry, end: AttemptEnd): void {
    if (end.ok) {
      entry.resolve({ kind: 'outputs', outputs: end.outputs });
      this.#queue.freeKey(entry);
    } else this.#failed(entry, asProcessingFailure(end.thrown));
  }

  #failed(entry: QueueEntry, failure: ProcessingFailure): void {
    entry.firstFailureAt ??= this.host.clock.now();
    const decision = decideFailure(failure, entry.attempt, this.host.settings);
    if (decision.kind === 'dead-letter') {
      entry.resolve({ kind: 'dead-letter', failure, reason: decision.reason });
      return;
    }
    this.ledger.open.retry(entry.record.topic, failure.reason);
    this.#attempts.backOff(entry, decision.delayMs);
    if (this.#state === 'draining') this.#attempts.giveUpBackOffs([entry]);
  }

  /** Decides what can be decided and starts what may start, until neither brings the other on. */
  #advance(): void {
    for (;;) {
      let front = this.#queue.front();
      while (front?.state === 'resolved' && this.#isLive) {
        this.#queue.shift();
        if (this.#decide(front) && front.outcome?.kind !== 'outputs') this.#queue.freeKey(front);
        front = this.#queue.front();
      }
      let started = false;
      while (this.#state === 'running' && this.inFlight < this.host.settings.maxInFlight) {
        const entry = this.#queue.takeStartable();
        if (entry === undefined) break;
        this.#start(entry);
        started = true;
      }
      if (!started) break;
    }
    this.#passEnds();
  }

  /** Appends its effects to the write-set, in one synchronous step. False when the task had to stop. */
  #decide(entry: QueueEntry): boolean {
    const { outcome, record } = entry;
    if (outcome === undefined) throw new Error(`Task ${this.id} decides a record without an outcome`);
    if (outcome.kind === 'dead-letter') return this.#decideDead(entry, outcome.failure, outcome.reason);
    for (const output of outcome.outputs) {
      if (!exceeds(output, this.host.settings.maxMessageBytes)) continue;
      const message = `An output to ${output.topic} is larger than MAX_MESSAGE_BYTES (${this.host.settings.maxMessageBytes})`;
      return this.#decideDead(entry, new NotRetryableError('output-too-large', message), 'output-too-large');
    }
    const { open } = this.ledger;
    for (const output of outcome.outputs) open.add(output);
    open.decide(record.topic, after(record.offset), record.bytes, entry.readAt, entry.type, 'processed');
    return true;
  }

  #decideDead(entry: QueueEntry, failure: ProcessingFailure, reason: FailureReason): boolean {
    const { record } = entry;
    const letter = this.deadLetters.letterFor(record, {
      error: failure,
      reason,
      attempts: entry.attempt,
      firstFailureAt: entry.firstFailureAt ?? this.host.clock.now(),
    });
    if (letter instanceof Error) {
      this.host.stopped(this, letter);
      return false;
    }
    const { open } = this.ledger;
    open.add(letter);
    open.deadLetter(record.topic, reason);
    open.decide(record.topic, after(record.offset), record.bytes, entry.readAt, entry.type, 'dead-letter');
    return true;
  }

  #drained(): void {
    const waiting = this.#whenDrained;
    this.#whenDrained = [];
    for (const resolve of waiting) resolve();
  }
}
