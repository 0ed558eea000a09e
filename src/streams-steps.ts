/** How far the streams have come, from memory: for whoever watches that they go on. */
import type { EngineSteps } from './ports/progress.js';
import type { Session } from './session.js';
import type { StreamsState } from './streams-state.js';

const PHASES = {
  CREATED: 'starting',
  REBALANCING: 'open',
  RUNNING: 'open',
  PENDING_SHUTDOWN: 'stopping',
  NOT_RUNNING: 'stopping',
  PENDING_ERROR: 'stopping',
  ERROR: 'stopping',
} as const satisfies Record<StreamsState, EngineSteps['phase']>;

const phaseOf = (
  state: StreamsState,
  session: Session | undefined,
  sessions: number,
): EngineSteps['phase'] => {
  if (PHASES[state] !== 'open' || session !== undefined) return PHASES[state];
  return sessions === 0 ? 'starting' : 'closed';
};

/** `sessions`: how many were opened. */
export const stepsOf = (
  state: StreamsState,
  session: Session | undefined,
  sessions: number,
): EngineSteps => ({
  session: sessions,
  phase: phaseOf(state, session, sessions),
  joined: session?.joined ?? false,
  msSincePoll: session?.pollLoop.msSinceTurn(),
  restoring: session?.tasks.holdings.filter(({ isAwaited }) => isAwaited).length ?? 0,
  isBreakerOpen: session?.breaker.isOpen ?? false,
  aborted: session?.commits.aborted ?? 0,
  tasks: (session?.tasks.holdings ?? []).map(({ task, partitions }) => ({
    task: task.id,
    ...task.progress.steps,
    intake: partitions.map((of) => ({
      ...of,
      position: task.progress.readUpTo(of.topic),
      logEnd: session?.tasks.logEnd(of),
      paused: session?.pauses.reasonsOf(of) ?? [],
    })),
  })),
});
