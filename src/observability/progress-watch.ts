/**
 * Watches that the engine goes on: says which parts of it stand although they have something to do, nothing that
 * they may rightly wait for, and have not moved for longer than a limit. Pure: it is told steps and time.
 *
 * | what               | has something to do while …                     | moves when …                  | may stand while …             |
 * | ------------------ | ----------------------------------------------- | ----------------------------- | ----------------------------- |
 * | intake of a source | its log has more than was taken                 | more is taken, or seen        | paused, for whatever reason   |
 * | queue of a task    | source records are not decided                  | the oldest goes a step on     | the breaker is open           |
 * | heads of a task    | a head runs, is ready, or its time has come     | the oldest goes a step on     | the breaker is open           |
 * | commit of a task   | something is decided and not in Kafka           | a commit succeeds, or aborts  | –                             |
 * | session            | there is none                                   | one is open                   | –                             |
 * | client             | it has a fatal error, and its session goes on   | another session is open       | –                             |
 *
 * Everything may stand while brokers are lost, before the first session, and while stopping. A task that
 * restores, or is refused, has nothing to do here; one whose partition is being given up commits only. A lane that
 * waits for its time, or for a command, is not among the heads. A partition that is paused for credit has
 * records in its queue or its commit, and those are watched; so the one that stands is named, and no other.
 *
 * Invariants: what has nothing to do, moves, or may stand, begins anew with a standing time of 0; only time that was
 * looked at counts, so that a process that was frozen is not blamed for it; so nothing is said to stand before it
 * has done so for the whole limit, and what does is said to after the limit and two looks at the latest.
 */
import type { EngineSteps, TaskSteps } from '../ports/progress.js';

/** The cluster as the clients see it. */
export interface ClusterSteps {
  /** A broker that is needed is not connected. */
  readonly brokersLost: boolean;
  /** Of the clients of the session that is open. */
  readonly fatalClients: readonly string[];
  /** What the consumer has seen of its partitions, by `topic-partition`. */
  readonly seen: ReadonlyMap<string, { readonly readable: number | null; readonly end: number | null }>;
}

export type StallKind = 'partition' | 'session' | 'client';

/** Something that stands although it has something to do. */
export interface Stall {
  readonly kind: StallKind;
  /** Null: it is of the whole process. */
  readonly task: string | null;
  /** What stands, and what it does not do. */
  readonly what: string;
  readonly forMs: number;
}

interface Duty extends Omit<Stall, 'forMs'> {
  readonly mark: string;
}

interface Standing {
  readonly duty: Duty;
  readonly forMs: number;
}

/** What one look may add: longer than the pause between two, however busy the event loop is. */
export const LONGEST_STEP_MS = 5_000;

export class ProgressWatch {
  #standing: ReadonlyMap<string, Standing> = new Map();
  #lookedAt: number | undefined;

  constructor(private readonly limitMs: number) {}

  /**
   * `nowMs` of a clock that never goes back. To be called about every second, and before `stalls` is asked. Answers how much
   * of the time since the last look counts.
   */
  look(nowMs: number, engine: EngineSteps, cluster: ClusterSteps): number {
    const stepMs = Math.min(LONGEST_STEP_MS, nowMs - (this.#lookedAt ?? nowMs));
    this.#lookedAt = nowMs;
    const next = new Map<string, Standing>();
    for (const [name, duty] of dutiesOf(engine, cluster)) {
      const before = this.#standing.get(name);
      next.set(name, { duty, forMs: before?.duty.mark === duty.mark ? before.forMs + stepMs : 0 });
    }
    this.#standing = next;
    return stepMs;
  }

  /** Those that stand for longest first. */
  get stalls(): readonly Stall[] {
    return [...this.#standing.values()]
      .filter(({ forMs }) => forMs > this.limitMs)
      .map(({ duty: { kind, task, what }, forMs }) => ({ kind, task, what, forMs }))
      .sort((one, other) => other.forMs - one.forMs);
  }
}

type NamedDuty = readonly [name: string, duty: Duty];

/** What has something to do and may not stand. */
export function* dutiesOf(engine: EngineSteps, cluster: ClusterSteps): Generator<NamedDuty> {
  const { aborted, isBreakerOpen, phase, session, tasks } = engine;
  if (cluster.brokersLost || phase === 'starting' || phase === 'stopping') return;
  if (phase === 'closed') {
    const what = 'no session with the brokers could be opened, although they are connected';
    yield ['session', { kind: 'session', task: null, what, mark: `${session}` }];
    return;
  }
  for (const client of cluster.fatalClients) {
    const what = `the client "${client}" has a fatal error, and its session goes on`;
    yield [`client ${client}`, { kind: 'client', task: null, what, mark: `${session}` }];
  }
  for (const task of tasks) {
    if (task.phase === 'waiting') continue;
    if (task.phase === 'running') {
      yield* intakeOf(task, session, cluster);
      if (!isBreakerOpen) yield* lineOf(task, session);
    }
    if (task.commit !== null)
      yield dutyOf(task, 'commit', session, `${task.commit}.${aborted}`, 'what is decided is not committed');
  }
}

function* intakeOf(task: TaskSteps, session: number, { seen }: ClusterSteps): Generator<NamedDuty> {
  for (const { topic, partition, position, logEnd, paused } of task.intake) {
    if (position === undefined || paused.length > 0) continue;
    const name = `${topic}-${partition}`;
    const { end, readable } = seen.get(name) ?? { end: null, readable: null };
    const isThere = (readable ?? 0) > position;
    // The broker has more than the client knows of: it does not even ask for it.
    const isUnseen = (logEnd ?? 0) > Math.max(position, end ?? 0);
    if (!isThere && !isUnseen) continue;
    const what = `records of ${name} are not taken from offset ${position} on`;
    yield dutyOf(task, `intake ${name}`, session, `${position}/${end ?? ''}`, what);
  }
}

function* lineOf(task: TaskSteps, session: number): Generator<NamedDuty> {
  const { heads, queue } = task;
  if (queue !== null) yield dutyOf(task, 'queue', session, queue, 'its oldest record is not decided');
  if (heads !== null)
    yield dutyOf(task, 'heads', session, heads, 'a lane whose time has come does not go on');
}

/** A task of another session is another one, though it has the same name. */
const dutyOf = (task: TaskSteps, line: string, session: number, mark: string, what: string): NamedDuty => [
  `${task.task} ${line}`,
  { kind: 'partition', task: task.task, what, mark: `${session}/${mark}` },
];
