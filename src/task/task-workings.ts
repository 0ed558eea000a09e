/** The parts of a task, made and tied together; which does what is said in each of them. */
import type { TaskProcessor } from '../dsl/execution.js';
import { Tiers } from '../lanes/tiers.js';
import type { Partition, TaskId } from '../record/units.js';
import type { TaskStores } from '../state/task-stores.js';
import { Attempts } from './attempts.js';
import { CommandDesk } from './command-desk.js';
import { EffectsWriter } from './effects-writer.js';
import { HeadLine } from './head-line.js';
import type { LaneBook } from './lane-book.js';
import { LaneKeeper } from './lane-keeper.js';
import { ProbeLine } from './probe-line.js';
import { PunctuationDesk } from './punctuation-desk.js';
import type { EntryOwner } from './queue-entry.js';
import { Slots } from './slots.js';
import { SourceLine } from './source-line.js';
import type { TaskHost } from './task-host.js';
import type { TaskLedger } from './task-ledger.js';
import type { TaskMessage } from './task-message.js';
import type { Sharing } from './sharing.js';
import type { TaskParts } from './task-parts.js';

/** What a task is one of. */
export interface TaskIdentity {
  readonly id: TaskId;
  readonly partition: Partition;
  readonly sources: readonly string[];
  readonly laneLog: string;
  readonly sharing: Sharing;
}

/** What belongs to it alone. */
export interface TaskBelongings {
  readonly ledger: TaskLedger;
  readonly processor: TaskProcessor;
  readonly book: LaneBook;
  readonly stores: TaskStores;
}

/** What its parts need of the task. */
export interface TaskHooks {
  readonly owner: EntryOwner;
  post(this: void, message: TaskMessage): void;
  isRunning(this: void): boolean;
  loadChanged(this: void): void;
}

export class TaskWorkings {
  readonly attempts: Attempts;
  readonly slots: Slots;
  readonly lanes: LaneKeeper;
  readonly heads: HeadLine;
  readonly source: SourceLine;
  readonly probes: ProbeLine;
  readonly commands: CommandDesk;
  readonly punctuations: PunctuationDesk;

  constructor(
    { id, laneLog, partition, sharing, sources }: TaskIdentity,
    { ledger, processor, book, stores }: TaskBelongings,
    { breaker, clock, settings }: Pick<TaskHost, 'breaker' | 'clock' | 'settings'>,
    { isRunning, loadChanged, owner, post }: TaskHooks,
  ) {
    const ring = (): void => post({ kind: 'ring' });
    const took = (topic: string, tookMs: number): void => ledger.open.tallies.attempt(topic, tookMs);
    this.attempts = new Attempts(processor.process, clock, settings.attemptTimeoutMs, post, took);
    this.slots = new Slots(sharing === 'all' ? 1 : settings.maxInFlight, this.attempts);
    const rules = { tiers: new Tiers(settings.retryTiers), policy: settings.deadLetterPolicy };
    const over = (slot: string): void => this.source.queue.wake(slot);
    const settled = (slot: string): void => this.commands.settled(slot);
    this.lanes = new LaneKeeper(book, rules, settings, clock, { ring, over, rested: settled });
    this.heads = new HeadLine(() => parts);
    const parts: TaskParts = {
      owner,
      host: { clock, settings, breaker, loadChanged },
      ledger,
      attempts: this.attempts,
      slots: this.slots,
      lanes: this.lanes,
      heads: this.heads,
      effects: new EffectsWriter(ledger, stores, processor, { ...settings, laneLog, sharing }),
      sharing,
      isRunning,
      isHeld: ({ slot, hasBegun }) =>
        slot !== undefined && (this.lanes.table.has(slot) || (!hasBegun && this.commands.holds(slot))),
      mayBeHeld: (key) => this.lanes.table.mayHoldKey(key) || !this.commands.isIdle,
      isPunctuationDue: () => this.punctuations.holds,
      settled,
      ring,
    };
    this.source = new SourceLine(parts);
    this.probes = new ProbeLine(this.source, this.heads, this.lanes, breaker);
    this.commands = new CommandDesk({
      partition,
      sources,
      keeper: this.lanes,
      ledger,
      clock,
      deadLetterRetentionMs: settings.deadLetterRetentionMs,
      isBusy: (slot) => this.source.queue.isBusy(slot),
      freed: over,
    });
    this.punctuations = new PunctuationDesk({
      taskId: id,
      punctuations: processor.punctuations,
      clock,
      timeoutMs: settings.attemptTimeoutMs,
      ledger,
      effects: parts.effects,
      partitionCount: (topic) => owner.partitionCount(topic),
      isQuiet: () => this.attempts.inFlight === 0 && this.source.queue.isDecided,
      post,
      ring,
    });
  }

  clear(): void {
    for (const part of [this.source, this.heads, this.lanes, this.commands, this.punctuations]) part.clear();
  }
}
