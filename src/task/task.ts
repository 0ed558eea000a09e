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
import type { RestoredLanes } from '../lanes/lane-log-image.js';
import type { RecordBatch } from '../ports/record-batch.js';
import type { TopicPartitionOffset } from '../ports/topic-partition.js';
import type { CommitOffset, MonotonicMs, Partition, TaskId } from '../record/units.js';
import { Attempts } from './attempts.js';
import { CommandDesk } from './command-desk.js';
import { HeadLine } from './head-line.js';
import type { LaneBook } from './lane-book.js';
import { LaneKeeper } from './lane-keeper.js';
import { Mailbox } from './mailbox.js';
import { Outputs } from './outputs.js';
import { ProbeLine } from './probe-line.js';
import type { EntryOwner } from './queue-entry.js';
import { Slots } from './slots.js';
import { SourceLine } from './source-line.js';
import type { TaskHost } from './task-host.js';
import type { TaskLedger } from './task-ledger.js';
import type { RetryMessage, TaskMessage } from './task-message.js';
import type { TaskParts } from './task-parts.js';
import type { TaskState } from './task-state.js';
import { mayBecome } from './task-state.js';
import { Tiers } from '../lanes/tiers.js';
import { Unwritable } from './unwritable.js';

export class Task implements EntryOwner {
  readonly lanes: LaneKeeper;
  /** What it can run while the breaker is open. */
  readonly probes: ProbeLine;
  #state: TaskState = 'created';
  /** Set once the source may be read: batches of polls that were issued before belong to an older epoch. */
  #acceptFrom = Number.POSITIVE_INFINITY;
  readonly #mailbox = new Mailbox<TaskMessage>((message) => this.#receive(message));
  readonly #attempts: Attempts;
  readonly #source: SourceLine;
  readonly #heads: HeadLine;
  readonly #commands: CommandDesk;
  #whenDrained: (() => void)[] = [];
  #isSourcesTurn = false;

  constructor(
    readonly id: TaskId,
    readonly partition: Partition,
    readonly sources: readonly string[],
    readonly ledger: TaskLedger,
    private readonly processor: TaskProcessor,
    book: LaneBook,
    private readonly host: TaskHost,
  ) {
    const { clock, settings } = host;
    const post = (message: TaskMessage): void => this.#mailbox.post(message);
    const ring = (): void => post({ kind: 'ring' });
    this.#attempts = new Attempts(processor.process, clock, settings.attemptTimeoutMs, post);
    const rules = { tiers: new Tiers(settings.retryTiers), policy: settings.deadLetterPolicy };
    const over = (slot: string): void => this.#source.queue.wake(slot);
    const settled = (slot: string): void => this.#commands.settled(slot);
    this.lanes = new LaneKeeper(book, rules, settings, clock, { ring, over, rested: settled });
    this.#heads = new HeadLine(() => parts);
    const parts: TaskParts = {
      owner: this,
      host: { clock, settings, breaker: host.breaker, loadChanged: () => host.loadChanged(this) },
      ledger,
      attempts: this.#attempts,
      slots: new Slots(settings.maxInFlight, this.#attempts),
      lanes: this.lanes,
      heads: this.#heads,
      outputs: new Outputs(ledger, settings.maxMessageBytes),
      isRunning: () => this.#state === 'running',
      isHeld: ({ slot, hasBegun }) =>
        slot !== undefined && (this.lanes.table.has(slot) || (!hasBegun && this.#commands.holds(slot))),
      isAnyHeld: () => this.lanes.table.size > 0 || !this.#commands.isIdle,
      settled,
      ring,
    };
    this.#source = new SourceLine(parts);
    this.probes = new ProbeLine(this.#source, this.#heads, this.lanes, host.breaker);
    this.#commands = new CommandDesk({
      partition,
      sources,
      keeper: this.lanes,
      ledger,
      clock,
      deadLetterRetentionMs: settings.deadLetterRetentionMs,
      isBusy: (slot) => this.#source.queue.isBusy(slot),
      freed: over,
    });
  }

  get state(): TaskState {
    return this.#state;
  }

  /** Async handlers running or waiting for their next attempt in memory. */
  get inFlight(): number {
    return this.#attempts.inFlight;
  }

  get queued(): number {
    return this.#source.queue.length;
  }

  /** The position to read next of a source topic, once it runs. */
  nextOffset(topic: string): CommitOffset | undefined {
    return this.#source.positions.next(topic);
  }

  partitionCount(topic: string): number {
    return this.host.partitionCount(topic);
  }

  async restore(): Promise<void> {
    this.#become('restoring');
    await this.processor.init();
  }

  /** Records of polls issued from `firstPoll` on are its own. `restored`: what its changelog held. */
  run(positions: ReadonlyMap<string, CommitOffset>, restored: RestoredLanes, firstPoll: number): void {
    this.enter(positions, restored, firstPoll);
    this.wake();
  }

  /** Has everything in memory, and has started nothing yet: `wake` does. */
  enter(positions: ReadonlyMap<string, CommitOffset>, restored: RestoredLanes, firstPoll: number): void {
    this.#become('running');
    this.#source.positions.startAt(positions);
    this.#acceptFrom = firstPoll;
    this.lanes.restore(restored);
    this.#commands.restore(restored.outcomes);
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
      this.#source.giveUpBackOffs();
      this.#heads.giveUpBackOffs();
    }
    if (this.inFlight === 0 || this.#state !== 'draining') return Promise.resolve();
    return new Promise((resolve) => this.#whenDrained.push(resolve));
  }

  /** Ends this epoch: running handlers are told to stop and their results are dropped. */
  async close(state: 'closed' | 'refused' = 'closed'): Promise<void> {
    if (this.#state === 'closed') return;
    const wasRefused = this.#state === 'refused';
    if (mayBecome(this.#state, state)) this.#state = state;
    const entries = [...this.#source.queue, ...this.#heads.entries];
    const isProbing = entries.some((entry) => entry.isProbe);
    this.#attempts.abandon(entries, new Error(`Task ${this.id} was closed`));
    for (const part of [this.#source, this.#heads, this.lanes, this.#commands]) part.clear();
    this.ledger.close();
    this.#drained();
    if (isProbing) this.host.breaker.abandoned();
    if (!wasRefused) await this.processor.close();
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
    } catch (error) {
      if (!(error instanceof Unwritable)) throw error;
      this.host.stopped(this, { reason: error.reason, message: error.message });
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
        return this.#source.take(message);
      case 'end':
        return this.#source.reachEnd(message.topic, message.offset);
      case 'retry':
        return this.#retry(message);
      case 'command':
        if (message.input.read(message.offset)) {
          const { appendedAt, command, input, offset } = message;
          this.#commands.receive(offset, appendedAt, command, () => input.resolve(offset));
        }
        return;
      case 'restored':
        return this.lanes.makeRoom();
      case 'ring':
        return;
      case 'breaker':
        if (!this.host.breaker.isOpen) return this.#source.queue.forgiveProbes();
        this.#source.holdBack();
        return this.#heads.giveUpBackOffs();
      case 'probe':
        if (this.#state === 'running' && this.probes.start()) message.started();
        return;
      default: {
        const { entry } = message;
        const line = this.#heads.laneOf(entry) === undefined ? this.#source : this.#heads;
        const end = this.#attempts.ended(message);
        if (end !== undefined) line.conclude(entry, end);
        else if (message.kind === 'retry-due' && this.#state === 'running') line.startAgain(entry);
      }
    }
  }

  /** Decides what can be decided and starts what may start, until neither brings the other on. */
  #advance(): void {
    for (;;) {
      this.#source.decide();
      if (this.#state !== 'running') return;
      const isDecided = this.#commands.advance();
      const isStarted = this.#startNext();
      if (!isDecided && !isStarted && !this.#source.losePatience()) break;
    }
    this.#source.passEnds();
  }

  /** Heads and source records take turns: where there is one place for both, a long lane must not keep the others. */
  #startNext(): boolean {
    if (this.#isSourcesTurn && this.#source.startNext()) {
      this.#isSourcesTurn = false;
      return true;
    }
    if (!this.#heads.startNext()) return this.#source.startNext();
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
