/**
 * The source records of a task, from being read to being decided: runs their handlers (one per key at a
 * time, several keys at once when they are async) and decides each at the front of the emission queue, so
 * that one commit holds one contiguous range of the source.
 *
 * A record at the front is decided as one of (DESIGN §6): its outputs; a lane, when its attempts in memory
 * are used up; a follower, when its key has a lane; its end in the dead letters; or, when results have waited
 * behind it for the patience, a lane whose head goes on running.
 */
import { decideFailure } from '../lanes/failure-policy.js';
import type { Lane } from '../lanes/lane.js';
import { LaneRecord, ownedCopy } from '../lanes/lane-record.js';
import { sourceId } from '../lanes/record-id.js';
import { recordName } from '../record/event-id.js';
import type { ProcessingFailure } from '../record/record-error.js';
import { asProcessingFailure } from '../record/record-error.js';
import { placeOf } from '../record/record.js';
import type { CommitOffset, EpochMs } from '../record/units.js';
import { after } from '../record/units.js';
import type { AttemptEnd } from './attempts.js';
import { BatchRecord } from './batch-record.js';
import { EmissionQueue } from './emission-queue.js';
import { Patience } from './patience.js';
import { QueueEntry } from './queue-entry.js';
import type { TaskParts } from './task-parts.js';
import type { RecordsMessage } from './task-message.js';
import { Unwritable } from './unwritable.js';

export class SourceLine {
  readonly queue = new EmissionQueue();
  readonly #next = new Map<string, CommitOffset>();
  /** Of the source topics: everything below has been read. */
  readonly #ends = new Map<string, CommitOffset>();
  readonly #patience: Patience;
  #order = 0;

  constructor(private readonly parts: TaskParts) {
    const { clock, settings } = parts.host;
    this.#patience = new Patience(clock, settings.emissionPatienceMs, parts.ring);
  }

  startAt(positions: ReadonlyMap<string, CommitOffset>): void {
    for (const [topic, position] of positions) this.#next.set(topic, position);
  }

  /** The position to read next of a source topic, once it is known. */
  nextOffset(topic: string): CommitOffset | undefined {
    return this.#next.get(topic);
  }

  /** When the record at the front was read, if it waits to be started. */
  get waitingSince(): EpochMs | undefined {
    const front = this.queue.front();
    return front?.state === 'waiting' ? front.readAt : undefined;
  }

  take({ batch, from, to }: RecordsMessage): void {
    const { host, ledger, lanes, owner } = this.parts;
    const topic = batch.topic(from);
    let next = this.#next.get(topic);
    if (next === undefined) return;
    const readAt = host.clock.now();
    for (let i = from; i < to && this.parts.isRunning(); i++) {
      const offset = batch.offset(i);
      // Read twice: a message of an older epoch of this partition. Gaps are the broker's (control records, compaction).
      if (offset < next) continue;
      next = after(offset);
      this.#next.set(topic, next);
      const record = new BatchRecord(batch, i);
      const entry = new QueueEntry(record, record.bytes, this.#order++, readAt, owner);
      ledger.take(record.bytes);
      if (lanes.table.mayHold(topic, offset) && this.#isKnown(record)) {
        entry.resolve({ kind: 'known' }, host.clock.monotonic());
        this.queue.add(entry);
      } else if (this.queue.length === 0 && this.#mayStart(entry.slot)) this.#runAtOnce(entry);
      else this.queue.add(entry);
    }
  }

  /** What lies between the last record and the end is no record. */
  reachEnd(topic: string, end: CommitOffset): void {
    this.#ends.set(topic, end);
    this.passEnds();
  }

  /** When nothing is undecided: positions are those of decided records. An end is told once, so it waits for that. */
  passEnds(): void {
    if (this.#ends.size === 0 || this.queue.length > 0 || !this.parts.isRunning()) return;
    for (const [topic, end] of this.#ends) {
      const next = this.#next.get(topic);
      if (next === undefined || end <= next) continue;
      this.#next.set(topic, end);
      this.parts.ledger.open.positions.set(topic, end);
    }
    this.#ends.clear();
  }

  /** Decides what can be decided, from the front. */
  decide(): void {
    for (let front = this.queue.front(); front !== undefined; front = this.queue.front()) {
      const lane = front.state === 'waiting' ? this.#laneOf(front) : undefined;
      if (front.state !== 'resolved' && lane === undefined) return;
      this.queue.shift();
      if (lane !== undefined) this.#follow(front, lane);
      else this.#decide(front);
      front.state = 'decided';
    }
  }

  /** Starts the oldest record that may start; false when none may. */
  startNext(): boolean {
    if (this.parts.host.breaker.isOpen || !this.parts.slots.mayStartSource) return false;
    const entry = this.queue.takeStartable(this.parts.isHeld);
    if (entry === undefined) return false;
    this.#start(entry);
    return true;
  }

  /** The same while the breaker is open. */
  probe(): boolean {
    const entry = this.parts.slots.mayStartSource ? this.queue.takeStartable(this.parts.isHeld) : undefined;
    if (entry === undefined) return false;
    entry.isProbe = true;
    this.#start(entry);
    return true;
  }

  startAgain(entry: QueueEntry): void {
    this.#start(entry);
  }

  #start(entry: QueueEntry): void {
    const end = this.parts.attempts.begin(entry);
    if (end !== undefined) this.conclude(entry, end);
  }

  conclude(entry: QueueEntry, end: AttemptEnd): void {
    const { breaker, clock } = this.parts.host;
    const failure = end.ok ? null : asProcessingFailure(end.thrown);
    const isFine = failure?.retryable !== true;
    if (entry.isProbe) {
      entry.isProbe = false;
      breaker.probeEnded(isFine);
    } else if (entry.attempt === 1) breaker.firstRun(isFine);
    if (!end.ok) return this.#failed(entry, asProcessingFailure(end.thrown));
    entry.resolve({ kind: 'outputs', outputs: end.outputs }, clock.monotonic());
    this.#patience.waits(entry);
    this.queue.freeKey(entry);
  }

  /** The record at the front becomes a lane when results have waited behind it for too long. */
  losePatience(): boolean {
    const { attempts, host, lanes, ledger, slots, heads } = this.parts;
    const front = this.queue.front();
    if (!this.#patience.isOver(front) || front === undefined || !slots.mayConvert) return false;
    this.queue.shift();
    const record = new LaneRecord(sourceId(front.record), ownedCopy(front.record));
    const failed = front.state === 'running' ? front.attempt - 1 : front.attempt;
    const lane = lanes.openDue(record, attempted(front, failed), true);
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
    for (const entry of this.queue) {
      if (entry.state !== 'backing-off') continue;
      this.parts.attempts.giveUpBackOff(entry);
      this.queue.putBack(entry);
    }
  }

  /** Nothing will be started any more. */
  giveUpBackOffs(): void {
    for (const entry of this.queue) this.parts.attempts.giveUpBackOff(entry);
  }

  clear(): void {
    this.#patience.stop();
    this.queue.clear();
  }

  #laneOf(entry: QueueEntry): Lane | undefined {
    return entry.slot === undefined ? undefined : this.parts.lanes.table.get(entry.slot);
  }

  #mayStart(slot: string | undefined): boolean {
    const { host, slots } = this.parts;
    if (!slots.mayStartSource || host.breaker.isOpen) return false;
    return slot === undefined || !this.parts.isHeld(slot);
  }

  /** It waits in a lane already: read again after a crash without transactions, or after a reset (review F16). */
  #isKnown(record: BatchRecord): boolean {
    const known = this.parts.lanes.table.record(recordName(record.topic, record.partition, record.offset));
    if (known === undefined) return false;
    if (known.isSameAs(record)) return true;
    throw new Unwritable(
      'offset-reused',
      `${placeOf(record)} is another record than the one that waits in a lane under this place: the topic was made anew or truncated. Go on with another KAFKA_GROUP_ID, or skip the lane first.`,
    );
  }

  /** Nothing is before it: what a synchronous handler makes of it is decided without ever being queued. */
  #runAtOnce(entry: QueueEntry): void {
    const end = this.parts.attempts.begin(entry);
    if (end?.ok) {
      this.parts.host.breaker.firstRun(true);
      entry.resolve({ kind: 'outputs', outputs: end.outputs }, entry.resolvedAt);
      this.#decide(entry);
      return;
    }
    this.queue.add(entry);
    if (end === undefined) return;
    this.conclude(entry, end);
    this.decide();
  }

  #failed(entry: QueueEntry, failure: ProcessingFailure): void {
    const { attempts, host, ledger } = this.parts;
    entry.firstFailureAt ??= host.clock.now();
    if (failure.retryable && host.breaker.isOpen) {
      entry.takeBack();
      this.queue.putBack(entry);
      return;
    }
    const decision = decideFailure(failure, entry.attempt, host.settings);
    if (decision.kind === 'give-up') {
      entry.resolve({ kind: 'failed', failure }, host.clock.monotonic());
      this.#patience.waits(entry);
      return;
    }
    ledger.open.tallies.retry(entry.record.topic, 'immediate', failure.reason);
    attempts.backOff(entry, decision.delayMs);
    if (!this.parts.isRunning()) attempts.giveUpBackOff(entry);
  }

  /** Appends its effects to the write-set, in one synchronous step. */
  #decide(entry: QueueEntry): void {
    const { lanes, ledger, outputs } = this.parts;
    const { outcome, record } = entry;
    if (outcome === undefined) throw new Error(`${placeOf(record)} is decided without an outcome`);
    if (outcome.kind === 'known') {
      this.#pass(entry);
      this.queue.freeKey(entry);
      return;
    }
    const failure = outcome.kind === 'failed' ? outcome.failure : outputs.refused(outcome.outputs);
    if (outcome.kind === 'outputs' && failure === undefined) {
      outputs.write(outcome.outputs);
      this.#pass(entry);
      ledger.open.tallies.message(record.topic, entry.type, 'processed');
      return;
    }
    if (failure === undefined) return;
    entry.firstFailureAt ??= this.parts.host.clock.now();
    const nowMs = this.parts.host.clock.now();
    const became = lanes.open(
      new LaneRecord(sourceId(record), ownedCopy(record)),
      attempted(entry, entry.attempt - 1),
      { kind: 'failed', failure, nowMs, isBreakerOpen: false },
    );
    this.#pass(entry);
    if (became === 'leaves') ledger.open.tallies.message(record.topic, entry.type, 'dead-letter');
    // The key of one with outputs was freed when they were there.
    if (outcome.kind === 'failed') this.queue.freeKey(entry);
    this.parts.host.loadChanged();
  }

  #follow(entry: QueueEntry, lane: Lane): void {
    const { host, lanes } = this.parts;
    lanes.append(lane, new LaneRecord(sourceId(entry.record), ownedCopy(entry.record)));
    this.#pass(entry);
    this.queue.freeKey(entry);
    host.loadChanged();
  }

  #pass({ bytes, readAt, record }: QueueEntry): void {
    this.parts.ledger.open.pass(record.topic, after(record.offset), bytes, readAt);
  }
}

const attempted = (entry: QueueEntry, attempts: number) => ({
  attempts,
  firstFailureAt: entry.firstFailureAt ?? null,
});
