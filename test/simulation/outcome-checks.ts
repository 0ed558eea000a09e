/**
 * I2: each committed source record is in exactly one place (in at least one under at_least_once): decided by
 * the topology, all or none of its outputs; in the dead letter queue, notices of parked heads apart; in a
 * live lane. A redrive that was done makes a record of its own: one place more. What it became must be what
 * the reference model allows. Judged while no transaction is open, of the records that something has touched.
 */
import type { DeadLetter } from './dead-letter.js';
import type { Journal, Output } from './journal.js';
import type { RecordFacts } from './record-facts.js';
import type { Ends } from './reference.js';
import { endsOf, failureName } from './reference.js';
import type { Observations } from './observations.js';
import type { TaskFacts } from './task-facts.js';

/** Reasons that no attempt gives. */
const BY_COMMAND = 'skipped';
const BY_FULL_LANE = 'lane-full';

export class OutcomeChecks {
  readonly #isExact: boolean;
  readonly #hasStorms: boolean;
  readonly #ends = new Map<string, Ends>();
  /** A parked head is told of once (review F12). */
  readonly #notices = new Set<string>();
  /** Checked of each task up to here, by topic. */
  readonly #passed = new Map<string, number>();

  constructor(
    readonly journal: Journal,
    readonly observations: Observations,
  ) {
    this.#isExact = journal.scenario.guarantee === 'exactly_once_v2';
    this.#hasStorms = journal.scenario.storms.length > 0;
  }

  output({ value, facts }: Output): void {
    const { outputs } = this.#endsOf(facts);
    if (outputs === null || value.index >= outputs)
      this.journal.violations.add('I2', `an output of ${facts.place} that is not expected`, [facts.place]);
  }

  letter(letter: DeadLetter): void {
    const { id, task, reason, attempts, isNotice } = letter;
    const facts = this.journal.named(task, id);
    if (facts === undefined) return;
    const { violations } = this.journal;
    const about = [facts.place];
    const what = `a ${isNotice ? 'notice' : 'dead letter'} of ${facts.place} (${reason}, ${attempts} attempts)`;
    if (reason === BY_COMMAND) {
      if (isNotice || facts.skipsAsked === 0) violations.add('I2', `${what} that nobody asked for`, about);
      return;
    }
    if (reason === BY_FULL_LANE) return this.#fullLane(letter, facts, what);
    if (isNotice && this.#isExact && !this.#notices.has(`${task.name} ${id}`))
      this.#notices.add(`${task.name} ${id}`);
    else if (isNotice && this.#isExact) violations.add('I2', `${what} is the second one`, about);
    const ends = this.#endsOf(facts);
    if (!ends.failures.has(failureName(reason, attempts)))
      violations.add('I2', `${what} that is not expected: ${[...ends.failures].join(', ') || 'none'}`, about);
    else if (isNotice ? !ends.mayPark : !ends.mayLeave)
      violations.add('I2', `${what} against the policy`, about);
    else if (reason === 'retries-exhausted') this.#sawFailures(facts, attempts, what);
  }

  /** Judges what changed; at rest, everything. */
  settle(isRest: boolean): void {
    const { fresh, records } = this.journal;
    if (isRest) for (const facts of records.values()) this.#judge(facts, true);
    else {
      for (const task of this.journal.tasks) this.#passing(task);
      for (const facts of fresh.touched) this.#judge(facts, false);
    }
    fresh.touched.clear();
  }

  /** Records that the position has passed since the last time. */
  #passing(task: TaskFacts): void {
    for (const topic of task.sources) {
      const name = `${topic}-${task.partition}`;
      const position = task.position(topic);
      for (let at = this.#passed.get(name) ?? 0; at < position; at++) {
        const facts = this.journal.records.get(`${name}@${at}`);
        if (facts !== undefined) this.journal.fresh.touched.add(facts);
      }
      this.#passed.set(name, position);
    }
  }

  #judge(facts: RecordFacts, isRest: boolean): void {
    const { place, task } = facts;
    const { violations } = this.journal;
    const isPassed = isRest || this.#isOwed(facts);
    const most = (isPassed || !this.#isExact ? 1 : 0) + facts.redriven;
    const least = isPassed ? 1 + (this.#isExact ? facts.redriven : 0) : 0;
    if (this.#isExact && facts.inLanes > 1)
      violations.add('command', `${place} waits in a lane twice: it was redriven beside itself`, [
        place,
        task.name,
      ]);
    const { outputs } = this.#endsOf(facts);
    const counts = Array.from({ length: outputs ?? 0 }, (_, index) => facts.outputs[index] ?? 0);
    const elsewhere = facts.letters + facts.inLanes;
    const atMost = elsewhere + Math.max(0, ...counts);
    const about = [place, task.name];
    const how = `${facts.letters} dead letters, ${facts.inLanes} in lanes, outputs ${counts.join() || 'none'}, ${facts.redriven} redrives`;
    if (this.#isExact && atMost > most)
      violations.add('I2', `${place} is in ${atMost} places, allowed are ${most}: ${how}`, about);
    // A success without outputs leaves no trace.
    if (outputs === 0) return;
    const atLeast = elsewhere + (counts.length > 0 ? Math.min(...counts) : 0);
    if (atLeast < least) violations.add('I2', `${place} is lost: ${how}`, about);
  }

  /** Its position is committed: a position and the effects before it are one transaction. */
  #isOwed({ task, topic, partition, offset }: RecordFacts): boolean {
    if (this.#isExact) return task.position(topic) > offset;
    return (this.journal.groupOffset(topic, partition) ?? 0) > offset;
  }

  /** A follower of a parked lane that was full: its head is parked, and told of. */
  #fullLane({ cause, isNotice, task }: DeadLetter, facts: RecordFacts, what: string): void {
    const isParked = this.journal.letters.some(
      (other) => other.task === task && other.isNotice && other.id === cause,
    );
    if (isNotice || cause === null || !isParked)
      this.journal.violations.add('I2', `${what} without a parked head (${cause ?? 'no cause'})`, [
        facts.place,
      ]);
  }

  /** Every attempt that is said to have failed has been seen to. */
  #sawFailures(facts: RecordFacts, attempts: number, what: string): void {
    const failed = this.observations.failedAttemptsOf(facts.place);
    for (let attempt = 1; attempt <= attempts; attempt++)
      if (!failed.has(attempt))
        return this.journal.violations.add('I9', `${what}, of which the ${attempt}. did not fail`, [
          facts.place,
        ]);
  }

  #endsOf(facts: RecordFacts): Ends {
    const storm = this.#hasStorms && this.observations.hasFailedInStorm(facts.place);
    const releases = Math.min(facts.releasesAsked, 8);
    const name = `${facts.place} ${storm} ${releases}`;
    let ends = this.#ends.get(name);
    if (ends === undefined) {
      const { versions } = this.journal.scenario;
      this.#ends.set(name, (ends = endsOf(facts.payload, { versions, storm, releases })));
    }
    return ends;
  }
}
