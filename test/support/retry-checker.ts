/**
 * The judge of retries: committed records of the retry topics, and the calls that handlers made to the
 * directory, one in each run. Pure; shares no code with what it judges.
 *
 * Early. R is a committed retry record of an event, T the time when the broker appended it, D its delay,
 * N the time of the event's next retry record (for ever, if there is none). A call of the event at C is early
 * if T < C < min(T + D, N). All times are of this machine's wall clock in whole milliseconds, and a clock that
 * was set meanwhile stops the judgement (`expectSteadyClock`).
 *
 * It invents nothing. The run that failed, and all before it, were called before R was made: C <= T. A retry in
 * time is called at T + D or later, and is timed when the directory has read the call, which is later still.
 * Between T and the commit of R nobody calls: its owner waits for R, and a successor starts when no transaction
 * of its predecessor is open; had R not been committed, it would not be read here. Beyond N another wait counts,
 * of R's own retry that failed, or of a lane that was armed anew. There are two more that may call, so that:
 * - a process that was stopped and goes on does not know yet that it owns nothing: tests tell when (`zombies`);
 * - under at_least_once a crash between R and the committed position leads to a first run anew, at any time:
 *   there nothing is judged unless the run was quiet.
 *
 * It misses nothing that is early by more than the way of a call from the handler to the directory. A run that
 * waited for no record at all would show no R: in a quiet run each call of an event beyond its attempts in memory
 * must have a retry record of its own between it and the call before, or it is early too. Where processes
 * end a run can be one that was never committed, and that is not judged.
 *
 * Overtaken, in quiet runs only: the calls of one key of one partition come in source order, each after the end
 * of the one before. So nobody ran before the end of an earlier record of its key, whatever topic that ended in.
 */
import { placeKey, type Input } from './checker.js';
import type { DirectoryCall } from './directory-server.js';
import type { Fault, FaultKind, Verdict } from './faults.js';
import { differences } from './original-record.js';
import type { StoredRecord } from './record-tool.js';
import { nameOf, readRetryRecord, type RetryRecord } from './retry-record.js';

/** A process may not have known in that time that its partitions are another's, or calls of then were on their way. */
export interface ZombieSpell {
  readonly caller: string;
  readonly fromMs: number;
  readonly toMs: number;
}

export interface RetryEvidence {
  readonly topic: string;
  readonly inputs: readonly Input[];
  /** Of all retry topics, as a read_committed consumer finds them. */
  readonly retries: readonly StoredRecord[];
  readonly calls: readonly DirectoryCall[];
  readonly zombies?: readonly ZombieSpell[];
}

export interface RetryRules {
  readonly guarantee: 'exactly_once_v2' | 'at_least_once';
  /** No process ended or lost a partition, no breaker opened, no command was given. */
  readonly quiet: boolean;
  /** RETRY_IMMEDIATE. */
  readonly retryImmediate: number;
  /** The number of tiers. */
  readonly tiers: number;
}

const byTime = (one: RetryRecord, other: RetryRecord): number =>
  one.stored.timestamp - other.stored.timestamp || one.attempts - other.attempts;

const grouped = <T>(all: readonly T[], keyOf: (one: T) => string | undefined): ReadonlyMap<string, T[]> => {
  const groups = new Map<string, T[]>();
  for (const one of all) {
    const key = keyOf(one);
    if (key === undefined) continue;
    const group = groups.get(key) ?? [];
    groups.set(key, group);
    group.push(one);
  }
  return groups;
};

/** What happened to an event, in milliseconds since its first call. */
const historyOf = (calls: readonly DirectoryCall[], retries: readonly RetryRecord[]): string => {
  const beganMs = calls[0]?.at.epochMs ?? 0;
  const events = [
    ...calls.map(({ at, outcome, caller }) => [at.epochMs, `call by ${caller}, ${outcome}`] as const),
    ...retries.map(({ stored, attempts, arm }) => {
      return [stored.timestamp, `${nameOf(stored)}, ${attempts} attempts, arm ${arm}`] as const;
    }),
  ];
  return events
    .sort(([one], [other]) => one - other)
    .map(([ms, what]) => `${ms - beganMs} ms ${what}`)
    .join('; ');
};

class RetryJudgement {
  readonly faults: Fault[] = [];
  readonly #inputs: ReadonlyMap<string, Input>;

  constructor(
    private readonly evidence: RetryEvidence,
    private readonly rules: RetryRules,
  ) {
    this.#inputs = new Map(evidence.inputs.map((input) => [this.#eventId(input), input]));
  }

  run(): void {
    const retries = this.evidence.retries.flatMap((stored) => this.#judgeRecord(stored));
    if (this.rules.guarantee === 'exactly_once_v2') this.#judgeArms(retries);
    if (this.rules.guarantee === 'at_least_once' && !this.rules.quiet) return;
    const zombies = this.evidence.zombies ?? [];
    const calls = this.evidence.calls
      .filter(
        ({ caller, at }) =>
          !zombies.some(
            (spell) => spell.caller === caller && at.epochMs >= spell.fromMs && at.epochMs <= spell.toMs,
          ),
      )
      .sort((one, other) => one.at.monotonicMs - other.at.monotonicMs);
    const callsOf = grouped(calls, ({ eventId }) => eventId);
    for (const [id, of] of grouped(retries, (retry) => retry.id)) this.#judgeWaits(of, callsOf.get(id) ?? []);
    if (!this.rules.quiet) return;
    const retriesOf = grouped(retries, (retry) => retry.id);
    for (const [id, of] of callsOf) this.#judgeHops(id, of, retriesOf.get(id) ?? []);
    for (const [, of] of grouped(calls, (call) => this.#keyOf(call))) this.#judgeTurns(of);
  }

  /** What the record holds and where it lies. */
  #judgeRecord(stored: StoredRecord): readonly RetryRecord[] {
    const retry = readRetryRecord(stored);
    const at = nameOf(stored);
    if (typeof retry === 'string') {
      this.#fault('wrong-content', `${at} ${retry}`);
      return [];
    }
    const input = this.#inputs.get(retry.id);
    if (input === undefined) {
      // A redriven record's original is not in the source at a place that its id tells.
      if (!retry.id.startsWith('dlq-')) this.#fault('unknown-origin', `${at} is of ${retry.id}`);
      return [retry];
    }
    const about = `${at} of ${placeKey(input.place)} (${input.record.what})`;
    if (stored.partition !== input.place.partition) this.#fault('wrong-partition', about);
    for (const how of differences(stored, input.record, retry))
      this.#fault('wrong-bytes', `${about}: ${how}`);
    const most = this.rules.retryImmediate + this.rules.tiers;
    if (retry.attempts < 1 || retry.attempts > most) {
      this.#fault('wrong-content', `${about}: ${retry.attempts} attempts, of at most ${most}`);
    }
    if (retry.dueMs > stored.timestamp + retry.delayMs) {
      this.#fault('wrong-content', `${about}: due later than ${retry.delayMs} ms after it was written`);
    }
    return [retry];
  }

  /** I3: no two records of a partition carry one arm. */
  #judgeArms(retries: readonly RetryRecord[]): void {
    const armOf = ({ stored, arm }: RetryRecord): string => `${stored.partition}/${arm}`;
    for (const [, of] of grouped(retries, armOf)) {
      if (of.length < 2) continue;
      const where = of.map(({ stored }) => nameOf(stored)).join(', ');
      this.#fault(
        'repeated-arm',
        `${of[0]?.arm ?? ''} of partition ${of[0]?.stored.partition ?? ''}: ${where}`,
      );
    }
  }

  /** P4 by the waits of one event: nobody calls in them. */
  #judgeWaits(retries: readonly RetryRecord[], calls: readonly DirectoryCall[]): void {
    const inOrder = [...retries].sort(byTime);
    for (const [i, { id, stored, delayMs }] of inOrder.entries()) {
      const from = stored.timestamp;
      const to = Math.min(from + delayMs, inOrder[i + 1]?.stored.timestamp ?? Infinity);
      for (const { at, caller } of calls) {
        if (at.epochMs <= from || at.epochMs >= to) continue;
        const after = `${at.epochMs - from} ms after ${nameOf(stored)}`;
        const history = historyOf(calls, retries);
        this.#fault(
          'early',
          `${id} was called by ${caller} ${after}, whose delay is ${delayMs} ms: ${history}`,
        );
      }
    }
  }

  /** P4 by the calls of one event: beyond the attempts in memory each had a record to wait for. */
  #judgeHops(id: string, calls: readonly DirectoryCall[], retries: readonly RetryRecord[]): void {
    for (const [i, { at }] of calls.entries()) {
      const before = calls[i - 1];
      if (before === undefined || i <= this.rules.retryImmediate) continue;
      const waited = retries.some(
        ({ stored }) => stored.timestamp >= before.at.epochMs && stored.timestamp <= at.epochMs,
      );
      if (waited) continue;
      const history = historyOf(calls, retries);
      this.#fault('early', `call number ${i + 1} of ${id} waited for no retry record: ${history}`);
    }
  }

  #judgeTurns(calls: readonly DirectoryCall[]): void {
    for (const [i, call] of calls.entries()) {
      const before = calls[i - 1];
      if (before === undefined) continue;
      const places = `${before.eventId} and ${call.eventId}`;
      if (this.#offsetOf(call) < this.#offsetOf(before)) {
        this.#fault('overtaken', `${places} were called in this order`);
      }
      // The end of a call that its caller gave up is known late.
      if (before.outcome === 'lost') continue;
      if (before.endedAtEpochMs === undefined || before.endedAtEpochMs > call.at.epochMs) {
        this.#fault('overtaken', `${places} were called at the same time`);
      }
    }
  }

  /** Undefined for a record without a key: it is in order with nobody. */
  #keyOf({ eventId }: DirectoryCall): string | undefined {
    const input = this.#inputs.get(eventId);
    if (input === undefined || input.record.key === null) return undefined;
    return `${input.place.partition}/${input.record.key.toString('hex')}`;
  }

  #offsetOf({ eventId }: DirectoryCall): number {
    return this.#inputs.get(eventId)?.place.offset ?? Number.NaN;
  }

  #eventId({ place }: Input): string {
    return `${this.evidence.topic}-${place.partition}-${place.offset}`;
  }

  #fault(kind: FaultKind, detail: string): void {
    this.faults.push({ kind, detail });
  }
}

const STEP_MS = 5;

/**
 * Throws when the wall clock was set while the calls came: times of the broker and of the directory then say
 * nothing of each other. It went ahead of the monotonic clock, or fell behind it.
 */
export const expectSteadyClock = (calls: readonly DirectoryCall[]): void => {
  let [least, most] = [Infinity, -Infinity];
  for (const { at } of calls) {
    const leadMs = at.epochMs - at.monotonicMs;
    least = Math.min(least, leadMs);
    most = Math.max(most, leadMs);
  }
  if (most - least > STEP_MS) {
    throw new Error(
      'the clock of this machine was set during the run: whether a retry was early is not known',
    );
  }
};

export const judgeRetries = (evidence: RetryEvidence, rules: RetryRules): Verdict => {
  expectSteadyClock(evidence.calls);
  const judgement = new RetryJudgement(evidence, rules);
  judgement.run();
  return {
    faults: judgement.faults,
    counts: { 'retry records': evidence.retries.length, calls: evidence.calls.length },
  };
};
