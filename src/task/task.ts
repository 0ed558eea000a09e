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
import type { Clock } from '../ports/clock.js';
import type { RecordBatch } from '../ports/record-batch.js';
import { NotRetryableError, RetryableError, asProcessingFailure } from '../record/record-error.js';
import type { ProducedRecord } from '../record/record.js';
import type { CommitOffset, EpochMs, Partition, TaskId } from '../record/units.js';
import { after } from '../record/units.js';
import { BatchRecord } from './batch-record.js';
import type { DeadLetters } from './dead-letters.js';
import { EmissionQueue } from './emission-queue.js';
import { Mailbox } from './mailbox.js';
import type { EntryOwner } from './queue-entry.js';
import { QueueEntry } from './queue-entry.js';
import { mayExceed } from '../record/record-size.js';
import type { TaskLedger } from './task-ledger.js';
import type { TaskMessage } from './task-message.js';
import type { TaskState } from './task-state.js';
import { mayBecome } from './task-state.js';

export interface TaskSettings {
  readonly maxInFlight: number;
  readonly attemptTimeoutMs: number;
  readonly retryImmediate: number;
  readonly retryImmediateBackoffMs: number;
  readonly maxMessageBytes: number;
}

/** What a task needs of the world around it. */
export interface TaskHost {
  readonly clock: Clock;
  readonly settings: TaskSettings;
  partitionCount(topic: string): number;
  /** Records or bytes that the task holds changed by a batch or a commit. */
  loadChanged(task: Task): void;
  /** The task cannot go on: it decided nothing more and must be dropped (P5: the partition stops). */
  stopped(task: Task, error: Error): void;
}

/** After a time-out the handler has this long to notice its AbortSignal before the key goes on without it. */
const ABORT_GRACE_MS = 1000;

export class Task implements EntryOwner {
  #state: TaskState = 'created';
  #inFlight = 0;
  #order = 0;
  /** Set once the source may be read: batches of polls that were issued before belong to an older epoch. */
  #acceptFrom = Number.POSITIVE_INFINITY;
  readonly #next = new Map<string, CommitOffset>();
  readonly #queue = new EmissionQueue();
  readonly #mailbox = new Mailbox<TaskMessage>((message) => this.#receive(message));
  #whenDrained: (() => void)[] = [];

  constructor(
    readonly id: TaskId,
    readonly partition: Partition,
    readonly sources: readonly string[],
    readonly ledger: TaskLedger,
    private readonly processor: TaskProcessor,
    private readonly deadLetters: DeadLetters,
    private readonly host: TaskHost,
  ) {}

  get state(): TaskState {
    return this.#state;
  }

  /** Async handlers running or waiting for their next attempt in memory. */
  get inFlight(): number {
    return this.#inFlight;
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

  /** Starts nothing new; resolves when no handler runs any more. What is decided meanwhile may be committed. */
  drain(): Promise<void> {
    if (this.#state === 'running') this.#become('draining');
    if (this.#inFlight === 0 || this.#state !== 'draining') return Promise.resolve();
    return new Promise((resolve) => this.#whenDrained.push(resolve));
  }

  /** Ends this epoch: running handlers are told to stop and their results are dropped. */
  async close(state: 'closed' | 'refused' = 'closed'): Promise<void> {
    if (this.#state === 'closed') return;
    const wasRefused = this.#state === 'refused';
    if (mayBecome(this.#state, state)) this.#state = state;
    const reason = new Error(`Task ${this.id} was closed`);
    for (const entry of this.#queue) {
      entry.cancelTimer?.();
      entry.abort(reason);
    }
    this.#queue.clear();
    this.#inFlight = 0;
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
    switch (message.kind) {
      case 'records':
        this.#take(message.batch, message.from, message.to);
        break;
      case 'succeeded':
        if (this.#leaveFlight(message.entry, message.attempt)) {
          if (message.entry.timedOut)
            this.#failed(message.entry, timeoutOf(this.host.settings.attemptTimeoutMs));
          else this.#succeeded(message.entry, message.outputs);
        }
        break;
      case 'failed':
        if (this.#leaveFlight(message.entry, message.attempt)) {
          const { entry, thrown } = message;
          this.#failed(entry, entry.timedOut ? timeoutOf(this.host.settings.attemptTimeoutMs) : thrown);
        }
        break;
      case 'timed-out':
        this.#timedOut(message.entry, message.attempt);
        return;
      case 'retry-due':
        this.#inFlight -= 1;
        if (this.#state === 'running') this.#start(message.entry);
        break;
    }
    this.#advance();
    if (message.kind === 'records') this.host.loadChanged(this);
    if (this.#inFlight === 0) this.#drained();
  }

  #take(batch: RecordBatch, from: number, to: number): void {
    if (this.#state !== 'running' || from >= to) return;
    const topic = batch.topic(from);
    let next = this.#next.get(topic);
    if (next === undefined) return;
    const readAt = this.host.clock.now();
    for (let i = from; i < to && this.#isLive; i++) {
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
  }

  /** Nothing is before it: a synchronous handler's result is decided without ever being queued. */
  #runAtOnce(entry: QueueEntry): void {
    entry.begin(entry.readAt);
    let outputs;
    try {
      outputs = this.processor.process(entry);
      if (Array.isArray(outputs)) {
        entry.resolve({ kind: 'outputs', outputs: outputs as readonly ProducedRecord[] });
        this.#decide(entry);
        return;
      }
    } catch (thrown) {
      this.#queue.add(entry);
      this.#queue.takeStartable();
      this.#failed(entry, thrown);
      this.#advance();
      return;
    }
    this.#queue.add(entry);
    this.#queue.takeStartable();
    this.#follow(entry, outputs as Promise<readonly ProducedRecord[]>);
  }

  #start(entry: QueueEntry): void {
    entry.begin(this.host.clock.now());
    try {
      const outputs = this.processor.process(entry);
      if (Array.isArray(outputs)) this.#succeeded(entry, outputs as readonly ProducedRecord[]);
      else this.#follow(entry, outputs as Promise<readonly ProducedRecord[]>);
    } catch (thrown) {
      this.#failed(entry, thrown);
    }
  }

  #follow(entry: QueueEntry, outputs: Promise<readonly ProducedRecord[]>): void {
    const { attempt } = entry;
    this.#inFlight += 1;
    const timedOut = (): void => this.#mailbox.post({ kind: 'timed-out', entry, attempt });
    entry.cancelTimer = this.host.clock.after(this.host.settings.attemptTimeoutMs, timedOut);
    outputs.then(
      (done) => this.#mailbox.post({ kind: 'succeeded', entry, attempt, outputs: done }),
      (thrown: unknown) => this.#mailbox.post({ kind: 'failed', entry, attempt, thrown }),
    );
  }

  /** False for an answer that nobody waits for any more: the attempt was given up. */
  #leaveFlight(entry: QueueEntry, attempt: number): boolean {
    if (entry.state !== 'running' || entry.attempt !== attempt) return false;
    entry.cancelTimer?.();
    entry.cancelTimer = undefined;
    this.#inFlight -= 1;
    return true;
  }

  /**
   * The handler is told by its signal. The key goes on when it has answered, or without it after a
   * grace: two handlers of one key never run side by side unless one ignores its signal.
   */
  #timedOut(entry: QueueEntry, attempt: number): void {
    if (entry.state !== 'running' || entry.attempt !== attempt) return;
    const error = timeoutOf(this.host.settings.attemptTimeoutMs);
    entry.timedOut = true;
    entry.abort(error);
    entry.cancelTimer = this.host.clock.after(ABORT_GRACE_MS, () =>
      this.#mailbox.post({ kind: 'failed', entry, attempt, thrown: error }),
    );
  }

  #succeeded(entry: QueueEntry, outputs: readonly ProducedRecord[]): void {
    entry.resolve({ kind: 'outputs', outputs });
    this.#queue.freeKey(entry);
  }

  #failed(entry: QueueEntry, thrown: unknown): void {
    const failure = asProcessingFailure(thrown);
    entry.firstFailureAt ??= this.host.clock.now();
    const decision = decideFailure(failure, entry.attempt, this.host.settings);
    if (decision.kind === 'dead-letter') {
      entry.resolve({ kind: 'dead-letter', failure, reason: decision.reason });
      return;
    }
    this.ledger.open.retry(entry.record.topic, failure.reason);
    entry.state = 'backing-off';
    // It keeps its slot while it waits.
    this.#inFlight += 1;
    entry.cancelTimer = this.host.clock.after(decision.delayMs, () =>
      this.#mailbox.post({ kind: 'retry-due', entry }),
    );
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
      while (this.#state === 'running' && this.#inFlight < this.host.settings.maxInFlight) {
        const entry = this.#queue.takeStartable();
        if (entry === undefined) break;
        this.#start(entry);
        started = true;
      }
      if (!started) return;
    }
  }

  /** Appends its effects to the write-set, in one synchronous step. False when the task had to stop. */
  #decide(entry: QueueEntry): boolean {
    const { outcome, record } = entry;
    if (outcome === undefined) throw new Error(`Task ${this.id} decides a record without an outcome`);
    if (outcome.kind === 'dead-letter') return this.#decideDead(entry, outcome.failure, outcome.reason);
    for (const output of outcome.outputs) {
      if (!mayExceed(output, this.host.settings.maxMessageBytes)) continue;
      const message = `An output to ${output.topic} is larger than MAX_MESSAGE_BYTES (${this.host.settings.maxMessageBytes})`;
      return this.#decideDead(entry, new NotRetryableError('output-too-large', message), 'output-too-large');
    }
    const { open } = this.ledger;
    for (const output of outcome.outputs) open.records.push(output);
    open.decide(record.topic, after(record.offset), record.bytes, entry.readAt, entry.type, 'processed');
    return true;
  }

  #decideDead(entry: QueueEntry, failure: NotRetryableError | RetryableError, reason: string): boolean {
    const { record } = entry;
    const letter = this.deadLetters.letterFor(record, {
      error: failure,
      reason,
      attempts: entry.attempt,
      firstFailureAt: entry.firstFailureAt ?? this.now(),
    });
    if (letter instanceof Error) {
      this.host.stopped(this, letter);
      return false;
    }
    const { open } = this.ledger;
    open.records.push(letter);
    open.deadLetter(record.topic, reason);
    open.decide(record.topic, after(record.offset), record.bytes, entry.readAt, entry.type, 'dead-letter');
    return true;
  }

  private now(): EpochMs {
    return this.host.clock.now();
  }

  #drained(): void {
    const waiting = this.#whenDrained;
    this.#whenDrained = [];
    for (const resolve of waiting) resolve();
  }
}

const timeoutOf = (attemptTimeoutMs: number): RetryableError =>
  new RetryableError(
    'attempt-timeout',
    `The attempt took longer than ATTEMPT_TIMEOUT_MS (${attemptTimeoutMs})`,
  );
