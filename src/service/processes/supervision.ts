/**
 * What becomes of the stream processes of a container: a pure state machine, (state, event) -> state and effects.
 *
 * A process has a number from 1 on. In each state there is at most one living child of a number:
 *
 * | state      | child  | what                                           | goes to                                    |
 * | ---------- | ------ | ---------------------------------------------- | ------------------------------------------ |
 * | `idle`     | none   | before the beginning                           | `starting`                                 |
 * | `starting` | lives  | was forked, has not been ready in this life    | `running`, `waiting`, `stopping`, `stopped` |
 * | `running`  | lives  | has been ready in this life                    | `waiting`, `stopping`, `stopped`           |
 * | `waiting`  | none   | ended unasked, is forked again after a back-off | `starting`, `stopped`                      |
 * | `stopping` | lives  | told to drain                                  | `stopped`                                  |
 * | `stopped`  | none   | has ended, and is never forked again           |                                            |
 *
 * The supervisor supervises, then is stopping (asked to, or because it gives up: then all others are drained), then has
 * ended, with an exit code, once every process is stopped. Nothing is forked from the first moment of stopping on.
 *
 * It gives up when a process that has never been ready ends with 2 or 3 (as one process alone does), and when one ended
 * START_LIMIT times in a row before it was ready. Brokers that are away while a process is started again (3) are waited
 * for and never count: losing them is no reason to end (P6).
 */
export type Phase =
  | { readonly kind: 'idle' }
  | { readonly kind: 'starting' }
  | { readonly kind: 'running'; readonly sinceMs: number }
  | { readonly kind: 'waiting'; readonly untilMs: number }
  | { readonly kind: 'stopping'; readonly wasReady: boolean }
  | { readonly kind: 'stopped' };

/** How a child ended; both null: it could not be forked. */
export interface End {
  readonly code: number | null;
  readonly signal: string | null;
}

export interface Child {
  readonly phase: Phase;
  /** Has been ready in some life. */
  readonly everReady: boolean;
  /** Ends in a row, for the back-off. */
  readonly failures: number;
  /** Ends in a row before it was ready. */
  readonly failedStarts: number;
  readonly lastEnd: End | null;
}

export interface Supervision {
  /** By number, from 1: the first is at 0. */
  readonly children: readonly Child[];
  /** Forks after an end that nobody had asked for. */
  readonly restarts: number;
  /** Null: it supervises. */
  readonly stopping: { readonly code: number; readonly why: string | null } | null;
}

export type SupervisionEvent =
  | { readonly kind: 'begin' }
  /** The child says for the first time in its life that it is ready. */
  | { readonly kind: 'ready'; readonly process: number; readonly atMs: number }
  | { readonly kind: 'ended'; readonly process: number; readonly end: End; readonly atMs: number }
  /** The back-off is over. */
  | { readonly kind: 'due'; readonly process: number }
  | { readonly kind: 'stop' }
  /** The time for draining is over. */
  | { readonly kind: 'late' };

export type SupervisionEffect =
  | { readonly kind: 'fork'; readonly process: number }
  | { readonly kind: 'drain'; readonly process: number }
  | { readonly kind: 'kill'; readonly process: number }
  | { readonly kind: 'wake'; readonly process: number; readonly afterMs: number }
  /** Once: nothing lives. */
  | { readonly kind: 'exit'; readonly code: number };

export interface Supervised {
  readonly state: Supervision;
  readonly effects: readonly SupervisionEffect[];
}

export const FIRST_BACK_OFF_MS = 1_000;
export const LONGEST_BACK_OFF_MS = 30_000;
/** One that was ready for as long begins again with the shortest back-off. */
export const WELL_AFTER_MS = 60_000;
/** Ends in a row before it was ready. */
export const START_LIMIT = 5;

const CLEAN = 0;
const FAILED = 1;
const CONFIGURATION = 2;
const UNUSABLE = 3;

const IDLE: Child = {
  phase: { kind: 'idle' },
  everReady: false,
  failures: 0,
  failedStarts: 0,
  lastEnd: null,
};

export const unstarted = (processes: number): Supervision => ({
  children: Array.from({ length: processes }, () => IDLE),
  restarts: 0,
  stopping: null,
});

export const lives = ({ phase }: Child): boolean =>
  phase.kind === 'starting' || phase.kind === 'running' || phase.kind === 'stopping';

export const endText = ({ code, signal }: End): string =>
  signal !== null
    ? `was ended by ${signal}`
    : code !== null
      ? `ended with exit code ${code}`
      : 'could not be started';

const nothing = (state: Supervision): Supervised => ({ state, effects: [] });

const withChild = (state: Supervision, process: number, child: Child): Supervision => ({
  ...state,
  children: state.children.map((each, index) => (index === process - 1 ? child : each)),
});

/** Drains what lives; with nothing alive it is over. */
const stopAll = (state: Supervision, code: number, why: string | null): Supervised => {
  const children = state.children.map((child): Child => {
    if (!lives(child)) return { ...child, phase: { kind: 'stopped' } };
    return child.phase.kind === 'stopping'
      ? child
      : { ...child, phase: { kind: 'stopping', wasReady: child.phase.kind === 'running' } };
  });
  const effects = children.flatMap((child, index): readonly SupervisionEffect[] =>
    lives(child) ? [{ kind: 'drain', process: index + 1 }] : [],
  );
  const next: Supervision = { ...state, children, stopping: { code, why } };
  return { state: next, effects: effects.length === 0 ? [{ kind: 'exit', code }] : effects };
};

/** Nothing was decided by one that was not ready, so how it was cut short says nothing. */
const endedClean = ({ phase }: Child, { code }: End): boolean =>
  code === CLEAN || (phase.kind === 'stopping' && !phase.wasReady);

const endedWhileStopping = (
  state: Supervision,
  stopping: NonNullable<Supervision['stopping']>,
  process: number,
  child: Child,
  end: End,
): Supervised => {
  const code = stopping.code === CLEAN && !endedClean(child, end) ? FAILED : stopping.code;
  const stopped: Child = { ...child, phase: { kind: 'stopped' }, lastEnd: end };
  const next = withChild({ ...state, stopping: { ...stopping, code } }, process, stopped);
  return { state: next, effects: next.children.some(lives) ? [] : [{ kind: 'exit', code }] };
};

const endedUnasked = (
  state: Supervision,
  process: number,
  child: Child,
  end: End,
  atMs: number,
): Supervised => {
  const { everReady, phase } = child;
  const wasReady = phase.kind === 'running';
  const wasWell = phase.kind === 'running' && atMs - phase.sinceMs >= WELL_AFTER_MS;
  const waitsForBrokers = everReady && end.code === UNUSABLE;
  const failures = wasWell ? 1 : child.failures + 1;
  const failedStarts = wasReady ? 0 : child.failedStarts + (waitsForBrokers ? 0 : 1);
  const backOffMs = Math.min(LONGEST_BACK_OFF_MS, FIRST_BACK_OFF_MS * 2 ** Math.min(failures - 1, 10));
  const ended: Child = {
    ...child,
    failures,
    failedStarts,
    lastEnd: end,
    phase: { kind: 'waiting', untilMs: atMs + backOffMs },
  };
  const next = withChild(state, process, ended);
  if (!everReady && (end.code === CONFIGURATION || end.code === UNUSABLE)) {
    return stopAll(next, end.code, `process ${process} ${endText(end)} at its first start`);
  }
  if (failedStarts >= START_LIMIT) {
    const why = `process ${process} was started ${failedStarts} times in a row and never got ready; the last time it ${endText(end)}`;
    return stopAll(next, FAILED, why);
  }
  return { state: next, effects: [{ kind: 'wake', process, afterMs: backOffMs }] };
};

/** An event that does not fit the state (a timer that was late, a message of one that is stopping) changes nothing. */
export const supervise = (state: Supervision, event: SupervisionEvent): Supervised => {
  const { stopping } = state;
  if (event.kind === 'stop') return stopping === null ? stopAll(state, CLEAN, null) : nothing(state);
  if (event.kind === 'late') {
    if (stopping === null) return nothing(state);
    const effects = state.children.flatMap((each, index): readonly SupervisionEffect[] =>
      lives(each) ? [{ kind: 'kill', process: index + 1 }] : [],
    );
    const code = stopping.code === CLEAN && effects.length > 0 ? FAILED : stopping.code;
    return { state: { ...state, stopping: { ...stopping, code } }, effects };
  }
  if (event.kind === 'begin') {
    if (stopping !== null || state.children.some(({ phase }) => phase.kind !== 'idle')) return nothing(state);
    const children = state.children.map((each): Child => ({ ...each, phase: { kind: 'starting' } }));
    const effects = children.map((_, index): SupervisionEffect => ({ kind: 'fork', process: index + 1 }));
    return { state: { ...state, children }, effects };
  }
  const { process } = event;
  const child = state.children[process - 1];
  if (child === undefined) return nothing(state);
  switch (event.kind) {
    case 'ready': {
      if (child.phase.kind !== 'starting') return nothing(state);
      const phase: Phase = { kind: 'running', sinceMs: event.atMs };
      return nothing(withChild(state, process, { ...child, phase, everReady: true, failedStarts: 0 }));
    }
    case 'due': {
      if (child.phase.kind !== 'waiting') return nothing(state);
      const next = withChild(state, process, { ...child, phase: { kind: 'starting' } });
      return { state: { ...next, restarts: state.restarts + 1 }, effects: [{ kind: 'fork', process }] };
    }
    case 'ended':
      if (!lives(child)) return nothing(state);
      return stopping === null
        ? endedUnasked(state, process, child, event.end, event.atMs)
        : endedWhileStopping(state, stopping, process, child, event.end);
  }
};
