/**
 * From the answer of `/status` to the rows of the page's tables: what stands in each cell, and how it stands. Pure.
 * `ageMs` is how old the answer is: countdowns go on between two answers.
 */
import type { PageDeadLetter, PageLane, PageStatus, PageTask } from './status-data.js';
import type { Cell, Column, Tone } from './table.js';
import { count, duration, instant, visible, words } from './text.js';

export const PARTITION_COLUMNS: readonly Column[] = [
  { heading: 'Task', kind: 'name' },
  { heading: 'State', kind: 'state' },
  { heading: 'Lag', kind: 'number' },
  { heading: 'In flight', kind: 'number' },
  { heading: 'Queued', kind: 'number' },
  { heading: 'Lanes', kind: 'number' },
  { heading: 'Followers', kind: 'number' },
  { heading: 'Note', kind: 'text' },
];

export const LANE_COLUMNS: readonly Column[] = [
  { heading: 'Head', kind: 'name' },
  { heading: 'Status', kind: 'state' },
  { heading: 'Next attempt', kind: 'number' },
  { heading: 'Attempts', kind: 'number' },
  { heading: 'Followers', kind: 'number' },
  { heading: 'Failing for', kind: 'number' },
  { heading: 'Last failure', kind: 'text' },
];

export const LETTER_COLUMNS: readonly Column[] = [
  { heading: 'Time (UTC)', kind: 'time' },
  { heading: 'Record', kind: 'name' },
  { heading: 'Attempts', kind: 'number' },
  { heading: 'Reason', kind: 'text' },
  { heading: 'What it is', kind: 'text' },
];

/** Records of the task's sources that are not read yet; null while nothing has said so. */
export const lagOf = (task: PageTask, lag: PageStatus['lag']): number | null => {
  const own = lag.filter(({ partition, topic }) => partition === task.partition && topic in task.positions);
  return own.length === 0 ? null : own.reduce((sum, { records }) => sum + records, 0);
};

const stateOf = ({ refused, restore, state }: PageTask): Cell => {
  if (refused !== undefined) return { text: 'refused', tone: 'bad' };
  if (state === 'running') return { text: 'running', tone: 'good' };
  if (restore !== undefined && restore.total > 0) {
    const percent = Math.min(100, Math.floor((restore.done / restore.total) * 100));
    return { text: `restoring ${percent} %`, tone: 'wait' };
  }
  return { text: words(state), tone: 'wait' };
};

const noteOf = ({ lanes, paused, refused }: PageTask): Cell => {
  if (refused !== undefined) return { text: `${refused.reason}: ${refused.message}`, tone: 'bad' };
  const notes = [
    ...(paused.length > 0 ? [`paused: ${paused.map(words).join(', ')}`] : []),
    ...(lanes.parked > 0 ? [`${count(lanes.parked)} parked`] : []),
  ];
  return { text: notes.join(' · '), tone: 'wait' };
};

const byId = (a: PageTask, b: PageTask): number => a.id.localeCompare(b.id, 'en', { numeric: true });

export const partitionRows = ({ lag, tasks }: PageStatus): readonly (readonly Cell[])[] =>
  [...tasks].sort(byId).map((task) => {
    const { id, inFlight, lanes, process, queued } = task;
    return [
      { text: process === undefined ? id : `${id} (process ${process})` },
      stateOf(task),
      { text: count(lagOf(task, lag)) },
      { text: count(inFlight) },
      { text: count(queued) },
      { text: count(lanes.retrying + lanes.parked) },
      { text: count(lanes.followers) },
      noteOf(task),
    ];
  });

const LANE_TONES = {
  waiting: 'wait',
  due: 'wait',
  running: 'good',
  parked: 'bad',
} as const satisfies Record<PageLane['status'], Tone>;

const nextAttempt = ({ dueInMs, status }: PageLane, ageMs: number): Cell => {
  if (status === 'parked') return { text: 'when released' };
  if (status === 'running') return { text: 'now' };
  const leftMs = (dueInMs ?? 0) - ageMs;
  return { text: leftMs > 0 ? `in ${duration(leftMs)}` : 'due' };
};

const withClass = ({ reason, retryable }: { readonly reason: string; readonly retryable: boolean }): string =>
  `${visible(reason)} (${retryable ? 'retryable' : 'final'})`;

const failureOf = ({ lastFailure }: PageLane): Cell =>
  lastFailure === null
    ? { text: '–', hint: 'It has not failed: it follows a record that did' }
    : { text: withClass(lastFailure) };

export const laneRows = ({ laneHeads }: PageStatus, ageMs: number): readonly (readonly Cell[])[] =>
  laneHeads.flatMap(({ heads }) =>
    heads.map((lane) => [
      { text: lane.head },
      { text: lane.status, tone: LANE_TONES[lane.status] },
      nextAttempt(lane, ageMs),
      { text: count(lane.attempts) },
      { text: count(lane.followers) },
      { text: lane.failingForMs === null ? '–' : duration(lane.failingForMs + ageMs) },
      failureOf(lane),
    ]),
  );

export const letterRows = (letters: readonly PageDeadLetter[]): readonly (readonly Cell[])[] =>
  letters.map(({ at, attempts, id, isNotice, reason, retryable }) => [
    { text: instant(at) },
    { text: id },
    { text: count(attempts) },
    { text: withClass({ reason, retryable }) },
    isNotice ? { text: 'notice: parked, waits for a command', tone: 'wait' } : { text: 'end' },
  ]);
