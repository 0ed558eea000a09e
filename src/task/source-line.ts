/**
 * The source records of a task, from being read to being decided: runs their handlers (one per key at a time, several
 * keys at once when they are async) and decides each at the front of the emission queue, so that one commit holds one
 * contiguous range of the source.
 *
 * A record at the front is decided as one of (DESIGN §6): its outputs; a lane, when its attempts in memory are used up;
 * a follower, when its key has a lane; its end in the dead letters; or, when results have waited behind it for the
 * patience, a lane whose head goes on running.
 */
import { decideFailure } from '../lanes/failure-policy.js';
import type { Lane } from '../lanes/lane.js';
import { LaneRecord } from '../lanes/lane-record.js';
import { sourceId } from '../lanes/record-id.js';
import { recordName } from '../record/event-id.js';
import type { Effects } from '../dsl/execution.js';
import type { ProcessingFailure } from '../record/record-error.js';
import { asProcessingFailure } from '../record/record-error.js';
import { placeOf } from '../record/record.js';
import type { CommitOffset } from '../record/units.js';
import { after } from '../record/units.js';
import type { AttemptEnd } from './attempts.js';
import { BatchRecord } from './batch-record.js';
import { asKept, isEffects } from './effects-writer.js';
import { EmissionQueue } from './emission-queue.js';
import { isKnown } from './known-record.js';
import { Patience } from './patience.js';
import { QueueEntry } from './queue-entry.js';
import { SourcePositions } from './source-positions.js';
import type { TaskParts } from './task-parts.js';
import type { RecordsMessage } from './task-message.js';

export class SourceLine {
  readonly queue: EmissionQueue;
  readonly positions = new SourcePositions();
  readonly #patience: Patience;
  #order = 0;

  constructor(private readonly parts: TaskParts) {
    const { clock, settings } = parts.host;
    this.queue = new EmissionQueue(parts.sharing === 'all');
    this.#patience = new Patience(clock, settings.emissionPatienceMs, parts.ring);
  }

  /** The next record that may start. */
  get startable(): QueueEntry | undefined {
    return this.queue.startable(this.parts.isHeld);
  }

  take({ batch, from, to }: RecordsMessage): void {
    const { host, ledger, lanes, owner } = this.parts;
    const topic = batch.topic(from);
    let next = this.positions.next(topic);
    if (next === undefined) return;
    const readAt = host.clock.now();
    for (let i = from; i < to && this.parts.isRunning(); i++) {
      const offset = batch.offset(i);
      // Read twice: a message of an older epoch of this partition. Gaps are the broker's (control records, compaction).
      if (offset < next) continue;
      next = after(offset);
      this.positions.take(topic, next);
      const record = new BatchRecord(batch, i);
      const bytes = batch.bytes(i);
      const entry = new QueueEntry(record, bytes, this.#order++, readAt, owner);
      ledger.take(bytes);
      if (lanes.table.mayHold(topic, offset) && isKnown(record, lanes.table)) {
        entry.resolve({ kind: 'known' }, host.clock.monotonic());
        this.queue.add(entry);
      } else if (this.queue.length > 0 || !this.#goesAtOnce(entry)) this.queue.add(entry);
    }
  }

  /** What lies between the last record and the end is no record. */
  reachEnd(topic: string, end: CommitOffset): void {
    this.positions.reachEnd(topic, end);
    this.passEnds();
  }

  /** When nothing is undecided: positions are those of decided records. */
  passEnds(): void {
    if (!this.positions.hasEnds || this.queue.length > 0 || !this.parts.isRunning()) return;
    for (const [topic, end] of this.positions.passEnds()) this.parts.ledger.open.positions.set(topic, end);
  }

  /** Decides what can be decided, from the front. */
  decide(): void {
    for (let front = this.queue.front(); front !== undefined; front = this.queue.front()) {
      const lane = front.state === 'waiting' ? this.parts.lanes.table.get(front.slot) : undefined;
      if (front.state !== 'resolved' && lane === undefined) return;
      if (lane === undefined && this.parts.effects.isStale(front.outcome)) return this.#again(front);
      this.queue.shift();
      if (lane === undefined) this.#decide(front);
      else {
        this.#follow(front, lane);
        this.parts.host.loadChanged();
      }
      this.#settle(front);
    }
  }

  /** Starts the oldest record that may start; false when none may. */
  startNext(): boolean {
    return !this.parts.host.breaker.isOpen && this.#startFrom(false);
  }

  /** The same for the record at the front alone, and only if results wait for it. */
  startFront(): boolean {
    return !this.parts.host.breaker.isOpen && !this.queue.isDecided && this.#startFrom(false, true);
  }

  /** The same while the breaker is open. */
  probe(): boolean {
    return this.#startFrom(true);
  }

  #startFrom(isProbe: boolean, onlyFront?: boolean): boolean {
    if (!this.parts.slots.mayStartSource) return false;
    const entry = this.queue.takeStartable(this.parts.isHeld, onlyFront);
    if (entry === undefined) return false;
    entry.isProbe = isProbe;
    this.run(entry);
    return true;
  }

  /** Its first attempt, or the next one. */
  run(entry: QueueEntry): void {
    const end = this.parts.attempts.begin(entry);
    if (end !== undefined) this.conclude(entry, end);
  }

  conclude(entry: QueueEntry, end: AttemptEnd): void {
    const { breaker, clock } = this.parts.host;
    // What its topic would refuse has failed: its key is not free before that is decided.
    const result = end.ok ? this.parts.effects.accept(entry, end.effects) : asProcessingFailure(end.thrown);
    const isFine = isEffects(result) || !result.retryable;
    let isOwn = false;
    if (entry.isProbe) {
      entry.isProbe = false;
      if (!isFine) entry.failedProbes += 1;
      isOwn = breaker.probeEnded(entry, isFine);
    } else if (entry.attempt === 1) breaker.firstRun(isFine);
    if (!isEffects(result)) return this.#failed(entry, result, isOwn);
    entry.resolve({ kind: 'effects', effects: asKept(result) }, clock.monotonic());
    this.#patience.waits(entry);
    if (this.parts.sharing === 'none') this.queue.freeKey(entry);
  }

  /** The record at the front becomes a lane when results have waited behind it for too long. */
  losePatience(): boolean {
    const { attempts, host, lanes, ledger, slots, heads } = this.parts;
    const front = this.queue.front();
    if (!this.#patience.isOver(front) || front === undefined || !slots.mayConvert) return false;
    ledger.beginDecision();
    this.queue.shift();
    const record = LaneRecord.copyOf(sourceId(front.record), front.record);
    const failed = front.state === 'running' ? front.attempt - 1 : front.attempt;
    const lane = lanes.openDue(record, front.attempted(failed), true);
    attempts.becomesHead(front);
    heads.adopt(lane, front);
    ledger.open.tallies.patience(front.record.topic);
    this.#pass(front);
    this.queue.freeKey(front);
    host.loadChanged();
    return true;
  }

  /** The breaker has opened: what backs off waits for it instead. */
  holdBack(): void {
    for (const entry of this.queue) if (this.parts.attempts.giveUpBackOff(entry)) this.queue.putBack(entry);
  }

  /** Nothing will be started any more. */
  giveUpBackOffs(): void {
    for (const entry of this.queue) this.parts.attempts.giveUpBackOff(entry);
  }

  clear(): void {
    this.#patience.stop();
    this.queue.clear();
  }

  /**
   * Nothing is before it: it is decided or run without ever being queued, one that a lane keeps too, or the rest of
   * its batch would be queued behind it. False: it must wait in the queue.
   */
  #goesAtOnce(entry: QueueEntry): boolean {
    const { host, isHeld, isPunctuationDue, lanes, mayBeHeld, slots } = this.parts;
    // A slot is made of the key's bytes: not for every record.
    if (mayBeHeld(entry.record.key)) {
      const lane = lanes.table.get(entry.slot);
      if (lane !== undefined) {
        // What it weighs is told when the whole batch is taken.
        this.#follow(entry, lane);
        this.#settle(entry);
        return true;
      }
      if (isHeld(entry)) return false;
    }
    if (!slots.mayStartSource || host.breaker.isOpen || isPunctuationDue()) return false;
    this.#runAtOnce(entry);
    return true;
  }

  /** Its run does not count: it has seen what is not so any more. */
  #again(entry: QueueEntry): void {
    entry.takeBack();
    this.queue.putBack(entry);
  }

  /** What a synchronous handler makes of it is decided without ever being queued. */
  #runAtOnce(entry: QueueEntry): void {
    const end = this.parts.attempts.begin(entry);
    const result = end?.ok === true ? this.parts.effects.accept(entry, end.effects) : undefined;
    if (result !== undefined && isEffects(result)) {
      this.parts.host.breaker.firstRun(true);
      this.parts.ledger.beginDecision();
      this.#emit(entry, result);
      return;
    }
    this.queue.add(entry);
    if (end === undefined) return;
    this.conclude(entry, end);
    this.decide();
  }

  /** `isOwn`: it counts although the breaker is open. */
  #failed(entry: QueueEntry, failure: ProcessingFailure, isOwn: boolean): void {
    const { attempts, host, ledger } = this.parts;
    entry.firstFailureAt ??= host.clock.now();
    if (failure.retryable && host.breaker.isOpen && !isOwn) {
      return this.#again(entry);
    }
    const decision = decideFailure(failure, entry.attempt, host.settings);
    if (decision.kind === 'give-up') {
      entry.resolve({ kind: 'failed', failure }, host.clock.monotonic());
      return this.#patience.waits(entry);
    }
    ledger.open.tallies.retry(entry.record.topic, 'immediate', failure.reason);
    if (host.breaker.isOpen) {
      // Its next attempt is a probe.
      entry.state = 'waiting';
      return this.queue.putBack(entry);
    }
    attempts.backOff(entry, decision.delayMs);
    if (!this.parts.isRunning()) attempts.giveUpBackOff(entry);
  }

  /** Appends its effects to the write-set, in one synchronous step. */
  #decide(entry: QueueEntry): void {
    const { host, lanes, ledger } = this.parts;
    const { outcome, record } = entry;
    if (outcome === undefined) throw new Error(`${placeOf(record)} is decided without an outcome`);
    ledger.beginDecision();
    if (outcome.kind === 'effects') {
      this.#emit(entry, outcome.effects);
      // Else its key was freed when they were there.
      if (this.parts.sharing !== 'none') this.queue.freeKey(entry);
      return;
    }
    if (outcome.kind === 'known') {
      this.#pass(entry);
      return this.queue.freeKey(entry);
    }
    const { failure } = outcome;
    const waiting = LaneRecord.copyOf(sourceId(record), record);
    const event = { kind: 'failed', failure, nowMs: host.clock.now(), isBreakerOpen: false } as const;
    const became = lanes.open(waiting, entry.attempted(entry.attempt - 1), event);
    this.#pass(entry);
    if (became === 'leaves')
      ledger.open.tallies.message(record.topic, entry.type, 'dead-letter', record.timestamp);
    this.queue.freeKey(entry);
    host.loadChanged();
  }

  #emit(entry: QueueEntry, effects: Effects): void {
    const { record, type } = entry;
    this.parts.effects.write(effects, record.timestamp);
    this.#pass(entry);
    const end = effects.isDropped ? 'dropped' : 'processed';
    this.parts.ledger.open.tallies.message(record.topic, type, end, record.timestamp);
  }

  #follow(entry: QueueEntry, lane: Lane): void {
    const { lanes, ledger } = this.parts;
    ledger.beginDecision();
    lanes.append(lane, LaneRecord.copyOf(sourceId(entry.record), entry.record));
    this.#pass(entry);
    this.queue.freeKey(entry);
  }

  #settle(entry: QueueEntry): void {
    entry.state = 'decided';
    if (entry.slot !== undefined) this.parts.settled(entry.slot);
  }

  #pass({ bytes, readAt, record }: QueueEntry): void {
    const { lanes, ledger } = this.parts;
    ledger.open.pass(record.topic, after(record.offset), bytes, readAt, record.timestamp);
    if (!lanes.strays.isEmpty) lanes.strays.passed(recordName(record.topic, record.partition, record.offset));
  }
}
