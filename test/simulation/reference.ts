/**
 * The reference model: what may become of a record, given how its attempts go and the settings that were in
 * force. One end where the settings leave no choice; several where the engine's luck decides: whether the
 * record was still in its queue or already at the head of a lane when it failed, whose settings its process
 * had, whether the storm struck. Pure, and small on purpose.
 */
import type { StreamsConfig } from '../../src/streams-config.js';
import type { Behaviour, Payload } from './behaviour.js';
import { REJECTED } from './behaviour.js';

export interface Circumstances {
  /** The settings that processes may have had. */
  readonly versions: readonly StreamsConfig[];
  /** A run of it may have failed for a reason that is not its own. */
  readonly storm: boolean;
  /** How often an operator asked for its release. */
  readonly releases: number;
}

export interface Ends {
  /** Outputs of its success; null: no attempt of it can succeed. */
  readonly outputs: number | null;
  /** `reason after attempts`: where it goes by the policy, as a dead letter or with a notice and parked. */
  readonly failures: ReadonlySet<string>;
  readonly mayLeave: boolean;
  readonly mayPark: boolean;
}

export const failureName = (reason: string, attempts: number): string => `${reason} after ${attempts}`;

/** Beyond any number of attempts that settings of a scenario allow. */
const MOST_ATTEMPTS = 40;

type Outcome =
  | { readonly kind: 'ok' }
  | { readonly kind: 'retryable'; readonly retryAfterMs: number }
  | { readonly kind: 'final'; readonly reason: string };

const STORM: Outcome = { kind: 'retryable', retryAfterMs: 0 };

/** How an attempt of it may end, counted from 1. */
const outcomesOf = (payload: Payload, attempt: number, storm: boolean): readonly Outcome[] => {
  if (payload.kind === 'null') return [{ kind: 'final', reason: 'null-value' }];
  if (payload.kind === 'broken') return [{ kind: 'final', reason: 'deserialization' }];
  const { behaviour } = payload;
  if (behaviour.kind === 'filtered') return [{ kind: 'ok' }];
  const own = ownOutcome(behaviour, attempt);
  return storm ? [own, STORM] : [own];
};

const ownOutcome = (behaviour: Behaviour, attempt: number): Outcome => {
  if (behaviour.kind === 'rejected') return { kind: 'final', reason: REJECTED };
  if (behaviour.kind === 'too-large') return { kind: 'final', reason: 'output-too-large' };
  const failure = behaviour.kind === 'normal' ? behaviour.failures[attempt - 1] : undefined;
  return failure === undefined
    ? { kind: 'ok' }
    : { kind: 'retryable', retryAfterMs: failure.retryAfterMs ?? 0 };
};

const outputsOf = (payload: Payload): number => {
  if (payload.kind !== 'event') return 0;
  return payload.behaviour.kind === 'normal' ? payload.behaviour.outputs : 0;
};

type Tiers = StreamsConfig['retryTiers'];

/** Delays that may follow `lastMs`; null: there is none, the policy decides. */
const nextDelays = (all: readonly Tiers[], lastMs: number | null, askedMs: number): Set<number | null> =>
  new Set(
    all.map((tiers) => {
      const later = tiers.filter(({ delayMs }) => delayMs > (lastMs ?? 0));
      return (later.find(({ delayMs }) => delayMs >= askedMs) ?? later.at(-1))?.delayMs ?? null;
    }),
  );

/** What a delay may have become in the hands of a process that has no such tier. */
const rearmed = (all: readonly Tiers[], lastMs: number | null): Set<number | null> => {
  if (lastMs === null) return new Set([null]);
  const longEnough = all.map((tiers) => tiers.find(({ delayMs }) => delayMs >= lastMs) ?? tiers.at(-1));
  return new Set([lastMs, ...longEnough.flatMap((tier) => tier?.delayMs ?? [])]);
};

export const endsOf = (payload: Payload, { versions, storm, releases }: Circumstances): Ends => {
  const tiers = versions.map(({ retryTiers }) => retryTiers);
  const mostInMemory = Math.max(...versions.map(({ retryImmediate }) => retryImmediate));
  const fewestInMemory = Math.min(...versions.map(({ retryImmediate }) => retryImmediate));
  const mayOpenEarly = versions.some(({ maxInFlight, ordering }) => maxInFlight > 1 && ordering === 'key');
  const failures = new Set<string>();
  const seen = new Set<string>();
  let mayDo = false;

  const ends = (attempt: number, reason: string, lastMs: number | null, released: number): void => {
    failures.add(failureName(reason, attempt));
    if (released < releases) visit(attempt + 1, lastMs, true, released + 1);
  };

  /** The next attempt is begun: in the queue (tier 0), or as the head of a lane. */
  const visit = (attempt: number, lastMs: number | null, isHead: boolean, released: number): void => {
    const name = `${attempt} ${lastMs ?? 'none'} ${isHead} ${released}`;
    if (attempt > MOST_ATTEMPTS || seen.has(name)) return;
    seen.add(name);
    for (const outcome of outcomesOf(payload, attempt, storm)) {
      if (outcome.kind === 'ok') mayDo = true;
      else if (outcome.kind === 'final') ends(attempt, outcome.reason, lastMs, released);
      else {
        if (!isHead && attempt <= mostInMemory) visit(attempt + 1, null, false, released);
        // Patience makes a head of what still is in its queue.
        if (!isHead && attempt <= fewestInMemory && !mayOpenEarly) continue;
        for (const last of rearmed(tiers, lastMs)) {
          for (const next of nextDelays(tiers, last, outcome.retryAfterMs)) {
            if (next === null) ends(attempt, 'retries-exhausted', last, released);
            else visit(attempt + 1, next, true, released);
          }
        }
      }
    }
  };
  visit(1, null, false, 0);
  // A follower, which comes to the head without having run.
  visit(1, null, true, 0);
  return {
    outputs: mayDo ? outputsOf(payload) : null,
    failures,
    mayLeave: versions.some(({ deadLetterPolicy }) => deadLetterPolicy === 'skip'),
    mayPark: versions.some(({ deadLetterPolicy }) => deadLetterPolicy === 'park'),
  };
};

/** No record has more failed runs than this, releases apart (I9). */
export const mostAttempts = (versions: readonly StreamsConfig[]): number => {
  const delays = new Set(versions.flatMap(({ retryTiers }) => retryTiers.map(({ delayMs }) => delayMs)));
  const immediate = Math.max(...versions.map(({ retryImmediate }) => retryImmediate));
  return 1 + immediate + delays.size;
};
