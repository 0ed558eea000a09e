/**
 * Live, ready, started: what a probe is told, from a snapshot. Pure.
 * Live means "can make progress": restarting would help if not. Losing the brokers never makes a
 * process not live, because a restart brings no broker back. Ready means "has joined and restored",
 * also with no partition at all; a refused partition does not unset it, because the others go on.
 * That the event loop turns is proved by the answer itself.
 */
import type { Stall, StallKind } from './progress-watch.js';

export const STATES = [
  'CREATED',
  'REBALANCING',
  'RUNNING',
  'PENDING_SHUTDOWN',
  'NOT_RUNNING',
  'PENDING_ERROR',
  'ERROR',
] as const;
export type StreamsState = (typeof STATES)[number];

export interface HealthSnapshot {
  readonly state: StreamsState;
  /** Since the poll loop last turned; null while it does not run (before start, after its stop, while clients are rebuilt). */
  readonly lastPollAgeMs: number | null;
  /** Has been given an assignment by the group, be it empty, and has not lost its membership since. */
  readonly joined: boolean;
  /** Tasks that are not yet restored. Refused ones do not count. */
  readonly restoringTasks: number;
  /** At least one broker is connected. */
  readonly brokersUp: boolean;
  readonly producerUsable: boolean;
  /** An error that this process cannot recover from by itself. */
  readonly fatal: string | null;
  /** What stands although it has something to do, see `ProgressWatch`. */
  readonly stalls: readonly Stall[];
  /** Schemas are compiled and the first metadata has come. */
  readonly startedUp: boolean;
}

export interface Check {
  /** `component:measurement`, as application/health+json has it. */
  readonly name: string;
  readonly ok: boolean;
  /** What it means, when it is not ok. */
  readonly reason: string;
}

export interface Verdict {
  readonly ok: boolean;
  /** Of the checks that failed. */
  readonly reasons: readonly string[];
  readonly checks: readonly Check[];
}

export interface Health {
  readonly live: Verdict;
  readonly ready: Verdict;
  readonly started: Verdict;
}

export const PROBES = ['live', 'ready', 'started'] as const satisfies readonly (keyof Health)[];

/**
 * A turn of the poll loop takes well below a second; what may hold it longer is one synchronous
 * handler or a client that hangs. Far below the default `max.poll.interval.ms` (five minutes).
 */
export const POLL_STALL_LIMIT_MS = 60_000;

/** Yes when all of them do. */
export const verdict = (checks: readonly Check[]): Verdict => ({
  ok: checks.every(({ ok }) => ok),
  reasons: checks.filter(({ ok }) => !ok).map(({ reason }) => reason),
  checks,
});

const FAILED: readonly StreamsState[] = ['ERROR'];
const SERVING: readonly StreamsState[] = ['REBALANCING', 'RUNNING'];

/** Names of the checks of each probe: what `checks` of an answer can have, and what metrics count. */
export const CHECK_NAMES = {
  live: ['streams:state', 'client:fatal', 'session:open', 'partitions:progress', 'poll:age'],
  ready: [
    'streams:state',
    'client:fatal',
    'group:membership',
    'tasks:restored',
    'kafka:brokers',
    'producer:usable',
  ],
  started: ['streams:started'],
} as const satisfies Record<keyof Health, readonly string[]>;

/** A reason names so many; a process that stands as a whole has as many as partitions. */
const NAMED_STALLS = 5;

const failedBy = (
  stalls: readonly Stall[],
  kind: StallKind,
  otherwise: Pick<Check, 'ok' | 'reason'> = { ok: true, reason: '' },
): Pick<Check, 'ok' | 'reason'> => {
  const found = stalls.filter((stall) => stall.kind === kind);
  if (found.length === 0) return otherwise;
  const named = found.slice(0, NAMED_STALLS).map(({ forMs, task, what }) => {
    const who = task === null ? what : `task ${task} stands: ${what}`;
    return `${who} (for ${Math.round(forMs / 1000)} s)`;
  });
  const more = found.length > NAMED_STALLS ? [`and ${found.length - NAMED_STALLS} more`] : [];
  return { ok: false, reason: [...named, ...more].join(', ') };
};

export const assess = (snapshot: HealthSnapshot, pollStallLimitMs = POLL_STALL_LIMIT_MS): Health => {
  const { state, lastPollAgeMs, restoringTasks, fatal } = snapshot;
  const stateReason = `the state is ${state}`;
  const clientLives: Check = {
    name: 'client:fatal',
    ok: fatal === null,
    reason: `fatal error: ${fatal ?? 'none'}`,
  };
  return {
    live: verdict([
      { name: 'streams:state', ok: !FAILED.includes(state), reason: stateReason },
      { ...clientLives, ...failedBy(snapshot.stalls, 'client', clientLives) },
      { name: 'session:open', ...failedBy(snapshot.stalls, 'session') },
      { name: 'partitions:progress', ...failedBy(snapshot.stalls, 'partition') },
      {
        name: 'poll:age',
        ok: lastPollAgeMs === null || lastPollAgeMs <= pollStallLimitMs,
        reason: `the poll loop has not turned for ${Math.round((lastPollAgeMs ?? 0) / 1000)} s`,
      },
    ]),
    ready: verdict([
      { name: 'streams:state', ok: SERVING.includes(state), reason: stateReason },
      clientLives,
      { name: 'group:membership', ok: snapshot.joined, reason: 'has not joined the group' },
      {
        name: 'tasks:restored',
        ok: restoringTasks === 0,
        reason: `${restoringTasks} ${restoringTasks === 1 ? 'task is' : 'tasks are'} being restored`,
      },
      { name: 'kafka:brokers', ok: snapshot.brokersUp, reason: 'no broker is connected' },
      { name: 'producer:usable', ok: snapshot.producerUsable, reason: 'there is no usable producer' },
    ]),
    started: verdict([
      {
        name: 'streams:started',
        ok: snapshot.startedUp,
        reason: 'schemas are not compiled or no metadata has come yet',
      },
    ]),
  };
};

/** The body of a probe, `application/health+json`. */
export const healthBody = ({ ok, reasons, checks }: Verdict): string =>
  JSON.stringify({
    status: ok ? 'pass' : 'fail',
    ...(ok ? {} : { output: reasons.join('; ') }),
    checks: Object.fromEntries(
      checks.map((check) => [
        check.name,
        [check.ok ? { status: 'pass' } : { status: 'fail', output: check.reason }],
      ]),
    ),
  });
