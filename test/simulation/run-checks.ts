/**
 * What must hold when a handler begins, told by the runs before it and by what is committed of its lane:
 * I3 no attempt runs twice, I4 one handler per key and only the head while a lane lives, I7 never early,
 * I9 attempts. What only memory knows is not asked for here.
 */
import { armText } from '../../src/lanes/arm.js';
import { laneKeyOf, slotOf } from '../../src/lanes/lane-log.js';
import { sourceId } from '../../src/lanes/record-id.js';
import type { StreamsConfig } from '../../src/streams-config.js';
import type { Journal } from './journal.js';
import type { Observations, Place, Run } from './observations.js';
import type { RecordFacts } from './record-facts.js';
import { endsOf, mostAttempts } from './reference.js';
import type { CommittedLane } from './task-facts.js';

/** After a time-out a key goes on without a handler that ignores its signal for this long (src/task/attempts.ts). */
const GRACE_MS = 1000;
const ROUNDING_MS = 0.01;
/** Wall clocks are read in whole milliseconds. */
const CLOCK_GRAIN_MS = 1.5;

/** What the checks ask of a process. */
export interface ProcessView {
  /** When its breaker was last seen open. */
  breakerOpenAtMs(process: string): number;
  /** Of the last commit that a task of it has had answered; undefined: it has no such task. */
  sequenceOf(process: string, task: string): number | undefined;
}

/** A key in one epoch. */
interface KeyState {
  readonly running: Set<Run>;
  /** Its last run, by source topic. */
  readonly last: Map<string, { readonly offset: number; readonly run: Run }>;
  latest: Run | null;
  /** The record that must succeed, or be skipped, before another may run. */
  unfinished: RecordFacts | null;
}

export class RunChecks {
  readonly #keys = new Map<string, KeyState>();
  readonly #lastRuns = new Map<string, Run>();
  readonly #isExact: boolean;
  readonly #versions: readonly StreamsConfig[];
  readonly #mostAttempts: number;
  readonly #mostInMemory: number;
  readonly #leastDelayMs: number;
  readonly #onlyParks: boolean;

  constructor(
    readonly journal: Journal,
    readonly observations: Observations,
    readonly processes: ProcessView,
  ) {
    const { guarantee, versions } = journal.scenario;
    this.#isExact = guarantee === 'exactly_once_v2';
    this.#versions = versions;
    this.#mostAttempts = mostAttempts(versions);
    this.#mostInMemory = Math.max(...versions.map(({ retryImmediate }) => retryImmediate));
    this.#leastDelayMs = Math.min(
      ...versions.flatMap(({ retryTiers }) => retryTiers.map(({ delayMs }) => delayMs)),
    );
    this.#onlyParks = versions.every(({ deadLetterPolicy }) => deadLetterPolicy === 'park');
  }

  begin(run: Run, at: Place): void {
    const facts = this.journal.at(run.record);
    if (facts === undefined) return;
    if (run.attempt > this.#mostAttempts + facts.releasesAsked)
      this.#wrong('I9', run, `runs as attempt ${run.attempt}, allowed are ${this.#mostAttempts}`);
    const lane = this.#committedLane(run, facts);
    this.#attempt(run, facts, lane);
    if (run.key !== null) this.#key(run, at, facts, lane);
    this.#lastRuns.set(`${run.epoch.id} ${run.record}`, run);
  }

  /** A punctuation of its task runs as well. */
  beside(run: Run): void {
    this.#wrong('I4', run, 'runs beside a punctuation');
  }

  end(run: Run): void {
    if (run.key === null) return;
    const facts = this.journal.at(run.record);
    const state = this.#keys.get(`${run.epoch.id} ${run.key}`);
    // A handler that ignores its signal ends when another attempt runs already.
    if (facts === undefined || state?.latest !== run) return;
    state.unfinished = this.#staysHead(run, facts) ? facts : null;
  }

  /**
   * Null where the log proves nothing of memory: it is not fenced, the record may be there twice, or the log
   * is ahead of a task whose commit was not answered yet, or never will be.
   */
  #committedLane({ epoch }: Run, facts: RecordFacts): CommittedLane | null {
    if (!this.#isExact || facts.redrivesAsked > 0) return null;
    this.journal.updateLaneLog(facts.task);
    const sequence = facts.task.last?.sequence ?? 0;
    if (this.processes.sequenceOf(epoch.process, epoch.task) !== sequence) return null;
    return facts.task.lanes.get(slotOf(laneKeyOf(facts.at.key, sourceId(facts.at)))) ?? null;
  }

  #attempt(run: Run, facts: RecordFacts, lane: CommittedLane | null): void {
    if (facts.redrivesAsked > 0) return;
    const { attempt } = run;
    const state = lane?.logged.head === facts.name ? lane.logged.state : null;
    if (state !== null && attempt <= state.attempts)
      this.#wrong(
        'I3',
        run,
        `runs as attempt ${attempt}, and the log says that ${state.attempts} have failed`,
      );
    const before = this.#lastRuns.get(`${run.epoch.id} ${run.record}`);
    if (!this.#isExact) return;
    if (before === undefined) {
      if (lane !== null && attempt > 1 && attempt !== (state?.attempts ?? 0) + 1)
        this.#wrong(
          'I3',
          run,
          `begins an epoch as attempt ${attempt}, the log has ${state?.attempts ?? 'no lane'}`,
        );
    } else if (attempt === before.attempt) {
      // A failure while the breaker is open does not count.
      if (this.processes.breakerOpenAtMs(run.epoch.process) < before.beganAtMs)
        this.#wrong('I3', run, `runs twice as attempt ${attempt} in one epoch`);
    } else if (attempt !== before.attempt + 1)
      this.#wrong('I3', run, `runs as attempt ${attempt} after attempt ${before.attempt}`);
    else this.#waited(run, facts, before);
    if (lane !== null && state !== null && attempt === state.attempts + 1) this.#due(run, facts, lane);
  }

  /** I7 in one epoch: no clock can shorten a wait. */
  #waited(run: Run, facts: RecordFacts, before: Run): void {
    if (before.attempt <= this.#mostInMemory || facts.releasesAsked > 0) return;
    const failedAtMs = before.abortedAtMs ?? before.endedAtMs ?? before.beganAtMs;
    const waitedMs = run.beganAtMs - failedAtMs;
    if (waitedMs < this.#leastDelayMs - CLOCK_GRAIN_MS)
      this.#wrong('I7', run, `runs ${waitedMs.toFixed(1)} ms after its last failure`);
  }

  /** I7 by the log: the delay counts from the append of what armed it. */
  #due(run: Run, facts: RecordFacts, { logged, loggedAtMs }: CommittedLane): void {
    const { arm, state } = logged;
    if (arm === null || state.delayMs === null || facts.releasesAsked > 0) return;
    // A tier that is not configured any more is not read: what is left counts from the decision then.
    if (this.#versions.length > 1) return;
    this.journal.update();
    const sinceMs = facts.task.retries.get(armText(arm))?.appendedAtMs ?? loggedAtMs;
    const earlyMs = sinceMs + state.delayMs - run.beganAtMs;
    if (earlyMs > CLOCK_GRAIN_MS && !this.observations.mayDeceive(sinceMs))
      this.#wrong('I7', run, `runs ${earlyMs.toFixed(1)} ms before its ${state.delayMs} ms have passed`);
  }

  #key(run: Run, { topic, offset }: Place, facts: RecordFacts, lane: CommittedLane | null): void {
    const name = `${run.epoch.id} ${run.key ?? ''}`;
    let state = this.#keys.get(name);
    if (state === undefined) {
      const head = lane === null ? undefined : this.journal.named(facts.task, lane.logged.head);
      this.#keys.set(
        name,
        (state = {
          running: new Set(),
          last: new Map(),
          latest: null,
          unfinished: head?.hasHandler === true ? head : null,
        }),
      );
    }
    for (const other of state.running) {
      if (other.endedAtMs !== null) state.running.delete(other);
      else if (other.abortedAtMs === null || run.beganAtMs - other.abortedAtMs < GRACE_MS - ROUNDING_MS)
        this.#wrong('I4', run, `runs beside ${other.record} of the same key`, other.record);
    }
    state.running.add(run);
    state.latest = run;
    const { unfinished } = state;
    if (unfinished !== null && unfinished !== facts && unfinished.skipsAsked === 0)
      this.#wrong(
        'I4',
        run,
        `runs although ${unfinished.place} of its key has not succeeded`,
        unfinished.place,
      );
    state.unfinished = null;
    // Without a fence a crash leaves followers behind that come before what is read again: first occurrences count.
    if (facts.redrivesAsked > 0 || !this.#isExact) return;
    const last = state.last.get(topic);
    if (last !== undefined && offset < last.offset)
      this.#wrong('I4', run, `runs after offset ${last.offset} of its key`, last.run.record);
    state.last.set(topic, { offset, run });
  }

  /** Whether it fails for sure in a way that leaves it at the head: no next record may run. */
  #staysHead(run: Run, facts: RecordFacts): boolean {
    // What the output topic would refuse fails when its handler is through.
    const isRefused =
      facts.payload.kind === 'event' && facts.payload.behaviour.kind === 'too-large' && !run.inStorm;
    if (run.failure === null && run.abortedAtMs === null && !isRefused) return false;
    if (this.#onlyParks) return true;
    if (run.failure === 'final' || isRefused) return false;
    const { failures } = endsOf(facts.payload, { versions: this.#versions, storm: true, releases: 0 });
    const fewest = Math.min(...[...failures].map((one) => Number(one.slice(one.lastIndexOf(' ')))));
    return run.attempt < fewest;
  }

  #wrong(invariant: 'I3' | 'I4' | 'I7' | 'I9', run: Run, what: string, other?: string): void {
    const about = other === undefined ? [run.record] : [run.record, other];
    this.journal.violations.add(invariant, `${run.record} ${what}`, about);
  }
}
