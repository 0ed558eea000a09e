/**
 * The actor: one partition number of one sub-topology. Its inputs are source records, retry records and
 * commands; what each leads to enters one ordered write-set, in the order in which it is decided.
 *
 * It promises: effects of source records leave in source order, all or none per record; one handler of a key
 * at a time, and while a lane lives only its head's; nothing that still arrives after it was closed has any
 * effect; after an abort the same effects come again before newer ones.
 * It must never read Kafka, wait for a commit, or look at another task.
 *
 * The work is done by its parts: `SourceLine` (queue and decisions), `HeadLine` (heads that run), `LaneKeeper`
 * (lanes), `CommandDesk`. This file is what they have in common: the mailbox, the life, and the one loop
 * that starts whatever may start.
 */
import type { TaskProcessor } from '../dsl/execution.js';
import { HandlerSaysFail } from '../dsl/execution.js';
import type { RestoredLanes } from '../lanes/lane-log-image.js';
import type { RecordBatch } from '../ports/record-batch.js';
import type { TopicPartitionOffset } from '../ports/topic-partition.js';
import { toldOf } from '../record/author-error.js';
import type { CommitOffset, MonotonicMs, Partition, TaskId } from '../record/units.js';
import type { LaneKeeper } from './lane-keeper.js';
import { Mailbox } from './mailbox.js';
import { PunctuationFailed } from './punctuation-desk.js';
import type { ProbeLine } from './probe-line.js';
import type { EntryOwner } from './queue-entry.js';
import type { TaskHost } from './task-host.js';
import type { TaskLedger } from './task-ledger.js';
import type { RetryMessage, TaskMessage } from './task-message.js';
import { TaskProgress } from './task-progress.js';
import type { TaskBelongings, TaskIdentity } from './task-workings.js';
import { TaskWorkings } from './task-workings.js';
import type { TaskState } from './task-state.js';
import { mayBecome } from './task-state.js';
import type { TaskStores } from '../state/task-stores.js';
import { Unwritable } from './unwritable.js';

export class Task implements EntryOwner {
  readonly id: TaskId;
  readonly partition: Partition;
  readonly sources: readonly string[];
  readonly ledger: TaskLedger;
  readonly stores: TaskStores;
  readonly progress: TaskProgress;
  #state: TaskState = 'created';
  /** Set once the source may be read: batches of polls that were issued before belong to an older epoch. */
  #acceptFrom = Number.POSITIVE_INFINITY;
  readonly #mailbox = new Mailbox<TaskMessage>((message) => this.#receive(message));
  readonly #works: TaskWorkings;
  readonly #processor: TaskProcessor;
  #whenDrained: (() => void)[] = [];
  #isSourcesTurn = false;

  constructor(
    identity: TaskIdentity,
    belongings: TaskBelongings,
    private readonly host: TaskHost,
  ) {
    const { id, partition, sources } = identity;
    const { ledger, processor, stores } = belongings;
    this.id = id;
    this.partition = partition;
    this.sources = sources;
    this.ledger = ledger;
    this.stores = stores;
    this.#processor = processor;
    this.#works = new TaskWorkings(identity, belongings, host, {
      owner: this,
      post: (message) => this.#mailbox.post(message),
      isRunning: () => this.#state === 'running',
      loadChanged: () => host.loadChanged(this),
    });
    this.progress = new TaskProgress(this.#works, ledger, host.clock, () => this.#state);
  }

  get lanes(): LaneKeeper {
    return this.#works.lanes;
  }

  /** What it can run while the breaker is open. */
  get probes(): ProbeLine {
    return this.#works.probes;
  }

  get state(): TaskState {
    return this.#state;
  }

  /** Async handlers running or waiting for their next attempt in memory. */
  get inFlight(): number {
    return this.#works.attempts.inFlight + (this.#works.punctuations.isRunning ? 1 : 0);
  }

  get queued(): number {
    return this.#works.source.queue.length;
  }

  /** The position to read next of a source topic, once it runs. */
  nextOffset(topic: string): CommitOffset | undefined {
    return this.#works.source.positions.next(topic);
  }

  partitionCount(topic: string): number {
    return this.host.partitionCount(topic);
  }

  async restore(): Promise<void> {
    this.#become('restoring');
    await this.#processor.init();
  }

  /** Records of polls issued from `firstPoll` on are its own. `restored`: what its changelog held. */
  run(positions: ReadonlyMap<string, CommitOffset>, restored: RestoredLanes, firstPoll: number): void {
    this.enter(positions, restored, firstPoll);
    this.wake();
  }

  /** Has everything in memory, and has started nothing yet: `wake` does. */
  enter(positions: ReadonlyMap<string, CommitOffset>, restored: RestoredLanes, firstPoll: number): void {
    this.#become('running');
    this.#works.source.positions.startAt(positions);
    this.#acceptFrom = firstPoll;
    this.lanes.restore(restored);
    this.#works.commands.restore(restored.outcomes);
  }

  /** Starts whatever may start. */
  wake(): void {
    this.#mailbox.post({ kind: 'restored' });
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

  /** From its other inputs, and from the breaker. */
  post(message: Extract<TaskMessage, { kind: 'retry' | 'command' | 'breaker' }>): void {
    this.#mailbox.post(message);
  }

  /** Starts one record although the breaker is open; false when it could not. */
  probe(at: MonotonicMs): boolean {
    let isStarted = false;
    this.probes.askedAt = at;
    this.#mailbox.post({ kind: 'probe', started: () => (isStarted = true) });
    return isStarted;
  }

  /** Starts nothing new; resolves when no handler runs any more. What is decided meanwhile may be committed. */
  drain(): Promise<void> {
    if (this.#state === 'running') {
      this.#become('draining');
      this.#works.source.giveUpBackOffs();
      this.#works.heads.giveUpBackOffs();
    }
    if (this.inFlight === 0 || this.#state !== 'draining') return Promise.resolve();
    return new Promise((resolve) => this.#whenDrained.push(resolve));
  }

  /** Ends this epoch: running handlers are told to stop and their results are dropped. */
  async close(state: 'closed' | 'refused' = 'closed'): Promise<void> {
    if (this.#state === 'closed') return;
    const wasRefused = this.#state === 'refused';
    if (mayBecome(this.#state, state)) this.#state = state;
    const entries = [...this.#works.source.queue, ...this.#works.heads.entries];
    const isProbing = entries.some((entry) => entry.isProbe);
    this.#works.attempts.abandon(entries, new Error(`Task ${this.id} was closed`));
    this.#works.clear();
    this.ledger.close();
    this.#drained();
    if (isProbing) this.host.breaker.abandoned();
    if (!wasRefused) await this.#processor.close();
  }

  #become(next: TaskState): void {
    if (!mayBecome(this.#state, next))
      throw new Error(`Task ${this.id} cannot go from ${this.#state} to ${next}`);
    this.#state = next;
  }

  #receive(message: TaskMessage): void {
    if (this.#state !== 'running' && this.#state !== 'draining') return;
    try {
      this.#handle(message);
      this.#advance();
      this.#works.attempts.pause();
    } catch (error) {
      if (error instanceof HandlerSaysFail) this.host.failed(this, error);
      else if (error instanceof Unwritable || error instanceof PunctuationFailed)
        this.host.stopped(this, { reason: error.reason, message: toldOf(error) });
      else throw error;
      return;
    }
    if (message.kind === 'records') this.host.loadChanged(this);
    // Whatever it was, there may be something now that shows whether an open breaker may close.
    this.host.breaker.look();
    if (this.inFlight === 0) this.#drained();
  }

  #handle(message: TaskMessage): void {
    switch (message.kind) {
      case 'records':
        return this.#works.source.take(message);
      case 'end':
        return this.#works.source.reachEnd(message.topic, message.offset);
      case 'retry':
        return this.#retry(message);
      case 'command':
        if (message.input.read(message.offset)) {
          const { appendedAt, command, input, offset } = message;
          this.#works.commands.receive(offset, appendedAt, command, () => input.resolve(offset));
        }
        return;
      case 'restored':
        return this.lanes.makeRoom();
      case 'ring':
        return;
      case 'breaker':
        if (!this.host.breaker.isOpen) return this.#works.source.queue.forgiveProbes();
        this.#works.source.holdBack();
        return this.#works.heads.giveUpBackOffs();
      case 'punctuated':
        return this.#works.punctuations.ended(message);
      case 'probe':
        if (this.#state === 'running' && !this.#works.punctuations.isRunning && this.probes.start())
          message.started();
        return;
      default: {
        const { entry } = message;
        const line = this.#works.heads.laneOf(entry) === undefined ? this.#works.source : this.#works.heads;
        const end = this.#works.attempts.ended(message);
        if (end !== undefined) line.conclude(entry, end);
        else if (message.kind === 'retry-due' && this.#state === 'running') line.run(entry);
      }
    }
  }

  /** Decides what can be decided and starts what may start, until neither brings the other on. */
  #advance(): void {
    for (;;) {
      this.#works.source.decide();
      if (this.#state !== 'running') return;
      this.#works.punctuations.advance();
      const isDecided = this.#works.commands.advance();
      // A punctuation that is due waits for results that wait for records before them.
      const isStarted = this.#works.punctuations.holds ? this.#works.source.startFront() : this.#startNext();
      if (!isDecided && !isStarted && !this.#works.source.losePatience()) break;
    }
    this.#works.source.passEnds();
  }

  /** Heads and source records take turns: where there is one place for both, a long lane must not keep the others. */
  #startNext(): boolean {
    if (this.#isSourcesTurn && this.#works.source.startNext()) {
      this.#isSourcesTurn = false;
      return true;
    }
    if (!this.#works.heads.startNext()) return this.#works.source.startNext();
    this.#isSourcesTurn = true;
    return true;
  }

  #retry({ appendedAt, input, offset, trigger }: RetryMessage): void {
    if (!input.read(offset)) return;
    const lane = trigger === null ? undefined : this.lanes.table.laneOf(trigger.head);
    const isAwaited =
      lane !== undefined &&
      trigger !== null &&
      this.lanes.trigger(lane, trigger.arm, appendedAt, () => input.resolve(offset));
    if (isAwaited) return;
    this.ledger.open.tallies.staleRetry(input.topic);
    input.resolve(offset);
  }

  #drained(): void {
    const waiting = this.#whenDrained;
    this.#whenDrained = [];
    for (const resolve of waiting) resolve();
  }
}
