/**
 * `/status` of several processes as one: tasks, lag, lanes and dead letters together, each task with its process, and what
 * became of each process. Pure. While a partition moves its task can be there twice, as its old process has not closed it.
 */
import type { Stall } from '../../observability/progress-watch.js';
import type { Health, StreamsState } from '../../observability/health.js';
import { TOLD_DEAD_LETTERS } from '../../ports/telemetry.js';
import type { TaskStatus } from '../../streams-status.js';
import type { ServiceStatus } from '../service-status.js';
import type { ProcessView } from './processes-health.js';
import { endText } from './supervision.js';

/** What all have in common. */
export interface CommonStatus {
  readonly version: string;
  readonly application: string;
  readonly startedAt: string;
  readonly state: StreamsState;
  readonly health: Health;
}

export interface ProcessSummary {
  readonly process: number;
  readonly pid: number | null;
  readonly phase: ProcessView['phase'];
  readonly state: StreamsState | null;
  /** By its own last word. */
  readonly live: boolean;
  readonly ready: boolean;
  readonly silentMs: number;
  readonly lastEnd: string | null;
  /** False: it did not answer in time, or does not live; then its tasks are not among those that are shown. */
  readonly answered: boolean;
}

export interface ProcessesStatus extends ServiceStatus {
  readonly stalls: readonly (Stall & { readonly process: number })[];
  readonly tasks: readonly (TaskStatus & { readonly process: number })[];
  readonly processes: readonly ProcessSummary[];
}

const summaryOf = (view: ProcessView, answered: boolean): ProcessSummary => ({
  process: view.process,
  pid: view.pid,
  phase: view.phase,
  state: view.report?.state ?? null,
  live: view.report?.health.live.ok ?? false,
  ready: view.report?.health.ready.ok ?? false,
  silentMs: Math.round(view.silentMs),
  lastEnd: view.lastEnd === null ? null : endText(view.lastEnd),
  answered,
});

/** How many partitions of all processes are paused for each reason. */
const heldOf = (all: readonly ServiceStatus[]): ServiceStatus['held'] => {
  const sums = new Map<string, number>();
  for (const { held } of all)
    for (const [reason, count] of Object.entries(held)) sums.set(reason, (sums.get(reason) ?? 0) + count);
  return Object.fromEntries(sums);
};

export const mergeStatuses = (
  { health, ...common }: CommonStatus,
  views: readonly ProcessView[],
  answers: ReadonlyMap<number, ServiceStatus>,
): ProcessesStatus => {
  const statuses = [...answers].sort(([one], [other]) => one - other);
  const all = statuses.map(([, status]) => status);
  const sum = (of: (status: ServiceStatus) => number): number =>
    all.reduce((total, status) => total + of(status), 0);
  const longest = (of: (status: ServiceStatus) => number | undefined): number | undefined => {
    const known = all.flatMap((status) => of(status) ?? []);
    return known.length === 0 ? undefined : Math.max(...known);
  };
  const { live, ready } = health;
  return {
    ...common,
    live: { ok: live.ok, reasons: live.reasons },
    ready: { ok: ready.ok, reasons: ready.reasons },
    joined: all.length === views.length && all.every(({ joined }) => joined),
    msSincePoll: longest(({ msSincePoll }) => msSincePoll),
    msSinceCommit: longest(({ msSinceCommit }) => msSinceCommit),
    pausedPartitions: sum(({ pausedPartitions }) => pausedPartitions),
    held: heldOf(all),
    uncommitted: sum(({ uncommitted }) => uncommitted),
    breaker: all.some(({ breaker }) => breaker === 'open') ? 'open' : 'closed',
    tasks: statuses.flatMap(([process, { tasks }]) => tasks.map((task) => ({ ...task, process }))),
    stalls: statuses
      .flatMap(([process, { stalls }]) => stalls.map((stall) => ({ ...stall, process })))
      .sort((one, other) => other.forMs - one.forMs),
    lag: all.flatMap(({ lag }) => lag),
    laneHeads: all.flatMap(({ laneHeads }) => laneHeads),
    deadLetters: all
      .flatMap(({ deadLetters }) => deadLetters)
      .sort((one, other) => (one.at < other.at ? 1 : one.at > other.at ? -1 : 0))
      .slice(0, TOLD_DEAD_LETTERS),
    processes: views.map((view) => summaryOf(view, answers.has(view.process))),
  };
};
