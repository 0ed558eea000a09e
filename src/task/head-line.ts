/**
 * The heads of a task's lanes that run: starts those that are ready, and tells the keeper how each run ended.
 * An outcome is looked up by the lane whose head runs, never by a place in a queue: a record that became a
 * lane while its handler ran has left its queue.
 */
import type { Lane } from '../lanes/lane.js';
import { asProcessingFailure } from '../record/record-error.js';
import type { ProcessingFailure } from '../record/record-error.js';
import type { AttemptEnd } from './attempts.js';
import { isEffects } from './effects-writer.js';
import { QueueEntry } from './queue-entry.js';
import type { TaskParts } from './task-parts.js';

export class HeadLine {
  readonly #lanes = new Map<QueueEntry, Lane>();
  #order = 0;

  constructor(private readonly parts: () => TaskParts) {}

  /** Every head that runs or backs off. */
  get entries(): Iterable<QueueEntry> {
    return this.#lanes.keys();
  }

  /** The lane whose head this is; undefined: it is a record of the queue. */
  laneOf(entry: QueueEntry): Lane | undefined {
    return this.#lanes.get(entry);
  }

  /** A handler that runs already goes on as the head's. */
  adopt(lane: Lane, entry: QueueEntry): void {
    this.#lanes.set(entry, lane);
  }

  /** Starts the head that has been ready longest; false when none may start. */
  startNext(): boolean {
    const { host, slots } = this.parts();
    return !host.breaker.isOpen && slots.mayStartHead && this.#start(false);
  }

  /** The same while the breaker is open. */
  probe(): boolean {
    return this.parts().slots.mayStartHead && this.#start(true);
  }

  /** The next attempt in memory of a record that became a lane while it backed off. */
  run(entry: QueueEntry): void {
    const end = this.parts().attempts.begin(entry);
    if (end !== undefined) this.conclude(entry, end);
  }

  conclude(entry: QueueEntry, end: AttemptEnd): void {
    const { effects, host, lanes, ledger } = this.parts();
    const lane = this.#lanes.get(entry);
    if (lane === undefined) throw new Error('a head that belongs to no lane');
    ledger.beginDecision();
    this.#lanes.delete(entry);
    // What its handler still answers after the grace of a time-out is nobody's.
    entry.state = 'decided';
    const result = end.ok ? effects.accept(entry, end.effects) : asProcessingFailure(end.thrown);
    const isFine = isEffects(result) || !result.retryable;
    let isOwn = false;
    if (entry.isProbe) isOwn = host.breaker.probeEnded(lane.head, isFine);
    else if (entry.attempt === 1) host.breaker.firstRun(isFine);
    const { timestamp, topic } = lane.head.record;
    if (isEffects(result) && effects.isStale({ kind: 'effects', effects: result })) lanes.giveBack(lane);
    else if (isEffects(result)) {
      effects.write(result, timestamp);
      ledger.open.tallies.message(topic, entry.type, result.isDropped ? 'dropped' : 'processed', timestamp);
      lanes.conclude(lane, { kind: 'succeeded' });
    } else this.#failed(lane, entry, result, isOwn);
    host.loadChanged();
  }

  /** Nothing is started any more, or the breaker has opened: heads that back off wait for their lane. */
  giveUpBackOffs(): void {
    const { attempts, lanes } = this.parts();
    for (const [entry, lane] of this.#lanes) {
      if (entry.state !== 'backing-off') continue;
      attempts.giveUpBackOff(entry);
      this.#lanes.delete(entry);
      lanes.giveBack(lane);
    }
  }

  clear(): void {
    this.#lanes.clear();
  }

  #start(isProbe: boolean): boolean {
    const { attempts, host, lanes, owner } = this.parts();
    const lane = lanes.takeReady();
    if (lane === undefined) return false;
    const { record } = lane.head;
    const entry = new QueueEntry(record, 0, this.#order++, host.clock.now(), owner);
    entry.isHead = true;
    entry.isProbe = isProbe;
    entry.attempt = lane.state.attempts;
    entry.firstFailureAt = lane.state.firstFailureAt ?? undefined;
    this.#lanes.set(entry, lane);
    const end = attempts.begin(entry);
    if (end !== undefined) this.conclude(entry, end);
    return true;
  }

  /** `isOwn`: it counts although the breaker is open. */
  #failed(lane: Lane, entry: QueueEntry, failure: ProcessingFailure, isOwn: boolean): void {
    const { host, lanes, ledger } = this.parts();
    const { timestamp, topic } = lane.head.record;
    const nowMs = host.clock.now();
    const isBreakerOpen = host.breaker.isOpen && !isOwn;
    const { kind } = lanes.conclude(lane, { kind: 'failed', failure, nowMs, isBreakerOpen });
    if (kind === 'leaves') ledger.open.tallies.message(topic, entry.type, 'dead-letter', timestamp);
  }
}
