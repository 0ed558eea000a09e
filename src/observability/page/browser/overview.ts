/** What one looks at first: how the service stands, in words, and a few numbers over all partitions. Pure. */
import { lagOf } from './rows.js';
import type { PageStatus } from './status-data.js';
import type { Tone } from './table.js';
import { count, counted, words } from './text.js';

export interface Standing {
  readonly text: string;
  readonly tone: Tone;
  /** What is wrong, or is to be known. */
  readonly details: readonly string[];
}

export interface Figure {
  readonly label: string;
  readonly value: string;
  readonly note: string;
  readonly tone: Tone;
}

export const standingOf = ({ breaker, live, ready, state, tasks }: PageStatus): Standing => {
  const refused = tasks.filter(({ refused: why }) => why !== undefined).length;
  const details = [
    ...live.reasons,
    ...ready.reasons.filter((reason) => !live.reasons.includes(reason)),
    ...(refused > 0 ? [`${counted(refused, 'partition is', 'partitions are')} refused`] : []),
    ...(breaker === 'open' ? ['the circuit breaker is open: intake waits while first attempts fail'] : []),
  ];
  if (!live.ok) return { text: `${words(state)}, not live`, tone: 'bad', details };
  if (!ready.ok) return { text: `${words(state)}, not ready`, tone: 'wait', details };
  return { text: `${words(state)} and ready`, tone: details.length > 0 ? 'wait' : 'good', details };
};

export const figuresOf = (status: PageStatus): readonly Figure[] => {
  const { breaker, deadLetters, lag, tasks, uncommitted } = status;
  const sum = (of: (task: PageStatus['tasks'][number]) => number): number =>
    tasks.reduce((total, task) => total + of(task), 0);
  const lags = tasks.flatMap((task) => lagOf(task, lag) ?? []);
  const running = tasks.filter(({ state }) => state === 'running').length;
  const parked = sum(({ lanes }) => lanes.parked);
  const lanes = sum(({ lanes: of }) => of.retrying) + parked;
  return [
    {
      label: 'Partitions',
      value: count(tasks.length),
      note: tasks.length === running ? 'all running' : `${count(running)} running`,
      tone: tasks.length === running ? 'plain' : 'wait',
    },
    {
      label: 'Lag',
      value: count(lags.length === 0 ? null : lags.reduce((a, b) => a + b, 0)),
      note: lags.length === 0 ? 'not known yet' : 'records to read',
      tone: 'plain',
    },
    {
      label: 'In flight',
      value: count(sum(({ inFlight }) => inFlight)),
      note: `${count(uncommitted)} not committed`,
      tone: 'plain',
    },
    {
      label: 'Lanes',
      value: count(lanes),
      note:
        parked > 0
          ? `${count(parked)} parked`
          : counted(
              sum(({ lanes: of }) => of.followers),
              'follower',
            ),
      tone: parked > 0 ? 'bad' : lanes > 0 ? 'wait' : 'plain',
    },
    {
      label: 'Dead letters',
      value: count(deadLetters.length),
      note: 'the last of this process',
      tone: 'plain',
    },
    {
      label: 'Breaker',
      value: breaker,
      note: breaker === 'open' ? 'intake waits' : 'intake is free',
      tone: breaker === 'open' ? 'bad' : 'plain',
    },
  ];
};
