/**
 * The commands of a task, in the order of their topic: each waits until the slot of its key is free, and is
 * then decided like a record. What became of it goes into the changelog with its effects, so that whoever
 * asked can see it, and so that a redrive is done once.
 *
 * While a command waits for a key no new record of that key starts; what has begun is waited for, also while an
 * open breaker keeps its next attempt back (review F10). A command that matches nothing any more is ignored and says so (review F11).
 */
import type { Command, CommandOutcome } from '../lanes/command.js';
import type { Lane } from '../lanes/lane.js';
import { commandKey, encodeOutcome, laneKeyOf, slotOf } from '../lanes/lane-log.js';
import { LaneRecord } from '../lanes/lane-record.js';
import { idText, sourceId } from '../lanes/record-id.js';
import type { Clock } from '../ports/clock.js';
import type { ConsumedRecord } from '../record/record.js';
import type { EpochMs, Offset, Partition } from '../record/units.js';
import { COMMANDS_RETENTION_MS } from '../record/retention.js';
import type { LaneKeeper } from './lane-keeper.js';
import type { TaskLedger } from './task-ledger.js';

interface Waiting {
  readonly offset: Offset;
  /** When it came into its topic: tells it from one at the same offset of a topic that was made anew. */
  readonly askedAt: EpochMs;
  readonly command: Command | string;
  /** Undefined: it needs none. */
  readonly slot: string | undefined;
  readonly done: () => void;
}

type Verdict = Pick<CommandOutcome, 'outcome' | 'why'>;
const DONE: Verdict = { outcome: 'done', why: '' };
const ignored = (why: string): Verdict => ({ outcome: 'ignored', why });
const refused = (why: string): Verdict => ({ outcome: 'refused', why });

export interface CommandDeskParts {
  readonly partition: Partition;
  readonly sources: readonly string[];
  readonly keeper: LaneKeeper;
  readonly ledger: TaskLedger;
  readonly clock: Clock;
  readonly deadLetterRetentionMs: number;
  /** A source record of that slot has begun and is not decided. */
  readonly isBusy: (slot: string) => boolean;
  /** No command waits for that slot any more. */
  readonly freed: (slot: string) => void;
}

export class CommandDesk {
  /** Those that need no slot. */
  #free: Waiting[] = [];
  /** By slot, in the order of their topic. */
  readonly #waiting = new Map<string, Waiting[]>();
  /** Slots that may be free since they were looked at. */
  readonly #toLookAt = new Set<string>();
  /** By offset, the oldest first; those of redrives that were done are kept for longer. */
  readonly #outcomes = new Map<number, CommandOutcome>();
  readonly #redrives = new Map<number, CommandOutcome>();
  /** Offsets of dead letters that were redriven. */
  readonly #redriven = new Set<number>();

  constructor(private readonly parts: CommandDeskParts) {}

  /** Outcomes as the log has them; those whose time is over leave it. */
  restore(outcomes: ReadonlyMap<number, CommandOutcome>): void {
    const oldestFirst = [...outcomes].sort(([, one], [, other]) => one.at - other.at);
    for (const [offset, outcome] of oldestFirst) this.#note(offset, outcome);
    this.#forgetOld();
  }

  /** The same while it runs: a process may live for months. */
  #forgetOld(): void {
    this.#forget(this.#outcomes, COMMANDS_RETENTION_MS);
    // A dead letter that was redriven must not be again for as long as it is there.
    this.#forget(this.#redrives, Math.max(COMMANDS_RETENTION_MS, this.parts.deadLetterRetentionMs));
  }

  #forget(outcomes: Map<number, CommandOutcome>, keptMs: number): void {
    const { clock, ledger } = this.parts;
    for (const [offset, outcome] of outcomes) {
      if (clock.now() - outcome.at <= keptMs) return;
      outcomes.delete(offset);
      if (isRedriven(outcome)) this.#redriven.delete(outcome.deadLetter);
      ledger.open.remove(commandKey(offset));
    }
  }

  get isIdle(): boolean {
    return this.#free.length === 0 && this.#waiting.size === 0;
  }

  /** A command waits for that slot. */
  holds(slot: string): boolean {
    return this.#waiting.has(slot);
  }

  /** A record or a head of that slot is decided, or the head does not run after all. */
  settled(slot: string): void {
    if (this.#waiting.has(slot)) this.#toLookAt.add(slot);
  }

  /** `done`: called once its outcome is decided. A command that was decided before is not done again. */
  receive(offset: Offset, askedAt: EpochMs, command: Command | string, done: () => void): void {
    const known = this.#outcomes.get(offset) ?? this.#redrives.get(offset);
    if (known?.askedAt === askedAt) return done();
    const slot =
      typeof command === 'string' || command.kind === 'dismiss' ? undefined : slotOfCommand(command);
    const waiting = { offset, askedAt, command, slot, done };
    if (slot === undefined) {
      this.#free.push(waiting);
      return;
    }
    this.#toLookAt.add(slot);
    const ofSlot = this.#waiting.get(slot);
    if (ofSlot === undefined) this.#waiting.set(slot, [waiting]);
    else ofSlot.push(waiting);
  }

  /** Decides what can be decided; false when nothing could. */
  advance(): boolean {
    const decided = this.#free;
    this.#free = [];
    for (const slot of this.#toLookAt) {
      const ofSlot = this.#waiting.get(slot);
      this.#toLookAt.delete(slot);
      if (ofSlot === undefined || this.#isTaken(slot)) continue;
      decided.push(...ofSlot.splice(0, 1));
      if (ofSlot.length === 0) this.#waiting.delete(slot);
    }
    for (const waiting of decided) this.#decide(waiting);
    return decided.length > 0;
  }

  clear(): void {
    this.#free = [];
    this.#waiting.clear();
    this.#toLookAt.clear();
  }

  #isTaken(slot: string): boolean {
    const { keeper, isBusy } = this.parts;
    const lane = keeper.table.get(slot);
    return (lane !== undefined && keeper.isRunning(lane)) || isBusy(slot);
  }

  #decide({ offset, askedAt, command, slot, done }: Waiting): void {
    const { clock, ledger } = this.parts;
    ledger.beginDecision();
    this.#forgetOld();
    const verdict = typeof command === 'string' ? refused(command) : this.#carryOut(command);
    const outcome: CommandOutcome = {
      command: typeof command === 'string' ? 'unknown' : command.kind,
      ...verdict,
      deadLetter: typeof command === 'string' ? null : command.deadLetter,
      askedAt,
      at: clock.now(),
    };
    ledger.open.put(commandKey(offset), () => ({ value: encodeOutcome(outcome), trigger: null }));
    ledger.open.tallies.command(outcome.command, outcome.outcome);
    this.#note(offset, outcome);
    done();
    if (slot === undefined) return;
    if (this.holds(slot)) this.#toLookAt.add(slot);
    else this.parts.freed(slot);
  }

  #carryOut(command: Command): Verdict {
    switch (command.kind) {
      case 'dismiss':
        return this.#redriven.has(command.deadLetter) ? refused('it was redriven') : DONE;
      case 'redrive':
        return this.#redrive(command);
      case 'release':
      case 'skip':
        return this.#onHead(command);
    }
  }

  #onHead(command: Extract<Command, { kind: 'release' | 'skip' }>): Verdict {
    const { clock, keeper } = this.parts;
    const lane = keeper.table.get(slotOfCommand(command));
    if (lane === undefined) return ignored('the key has no lane any more');
    if (lane.head.name !== command.head) return ignored(`the head of the lane is ${lane.head.name} by now`);
    if (command.kind === 'release') keeper.conclude(lane, { kind: 'released', nowMs: clock.now() });
    else return this.#skip(lane, command.deadLetter);
    return DONE;
  }

  #skip(lane: Lane, notice: number | null): Verdict {
    const { keeper, ledger } = this.parts;
    const { head } = lane;
    const mark = lane.state.copied ? ({ state: 'skipped', notice } as const) : undefined;
    if (!keeper.fitsDeadLetters(lane, mark))
      return refused('its dead letter would be too large: raise MAX_MESSAGE_BYTES first');
    keeper.conclude(lane, { kind: 'skipped' }, mark);
    ledger.open.tallies.message(head.record.topic, 'unknown', 'dead-letter', head.record.timestamp);
    return DONE;
  }

  /** A new record at its place in the lane, or run at once. */
  #redrive({ deadLetter, record }: Extract<Command, { kind: 'redrive' }>): Verdict {
    const { keeper, partition, sources } = this.parts;
    if (this.#redriven.has(deadLetter)) return refused('it was redriven before');
    if (record.partition !== partition || !sources.includes(record.topic))
      return refused(`its record is of ${record.topic}-${record.partition}, which this task does not read`);
    const id = { kind: 'redriven', partition, offset: deadLetter } as const;
    // A crash without transactions can leave it there and forget that this command did it (review F13).
    if (keeper.table.record(idText(id)) !== undefined) return DONE;
    if (this.#waits(record)) return refused('its record waits in a lane: release it instead');
    const redriven = new LaneRecord(id, record);
    if (!keeper.fits(redriven))
      return refused('its record is too large for the lane log: raise MAX_MESSAGE_BYTES first');
    const lane = keeper.table.get(slotOf(laneKeyOf(record.key, id)));
    if (lane === undefined) keeper.openDue(redriven, UNTRIED, false);
    else keeper.append(lane, redriven);
    return DONE;
  }

  /** In a lane, read from the source or redriven before. */
  #waits(record: ConsumedRecord): boolean {
    const { table } = this.parts.keeper;
    const id = sourceId(record);
    if (table.record(idText(id)) !== undefined) return true;
    for (const each of table.get(slotOf(laneKeyOf(record.key, id))) ?? [])
      if (isSamePlace(each.record, record)) return true;
    if (record.key !== null) return false;
    // Without a key each has a lane of its own.
    for (const { key, head } of table)
      if (key.kind === 'keyless' && isSamePlace(head.record, record)) return true;
    return false;
  }

  #note(offset: number, outcome: CommandOutcome): void {
    // The topic was made anew: the log has one entry for an offset.
    for (const before of [this.#outcomes, this.#redrives]) before.delete(offset);
    if (!isRedriven(outcome)) this.#outcomes.set(offset, outcome);
    else {
      this.#redrives.set(offset, outcome);
      this.#redriven.add(outcome.deadLetter);
    }
  }
}

const isRedriven = (of: CommandOutcome): of is CommandOutcome & { readonly deadLetter: number } =>
  of.command === 'redrive' && of.outcome === 'done' && of.deadLetter !== null;

const isSamePlace = (one: ConsumedRecord, other: ConsumedRecord): boolean =>
  one.offset === other.offset && one.topic === other.topic && one.partition === other.partition;

const UNTRIED = { attempts: 0, firstFailureAt: null };

const slotOfCommand = (command: Exclude<Command, { kind: 'dismiss' }>): string => {
  if (command.key !== null) return slotOf({ kind: 'keyed', key: command.key });
  if (command.kind !== 'redrive') return slotOf({ kind: 'keyless', record: command.head });
  const { deadLetter: offset, record } = command;
  return slotOf(laneKeyOf(null, { kind: 'redriven', partition: record.partition, offset }));
};
