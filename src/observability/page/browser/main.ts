/**
 * The status page's program: asks the service every two seconds while somebody looks, and shows the answer. It
 * only reads. When the service does not answer, what is shown stays, and the page says since when it is old.
 */
import { page } from './browser.js';
import { drawTopology } from './drawing.js';
import { byId, children, setAttribute, setText } from './elements.js';
import { figuresOf, standingOf } from './overview.js';
import {
  LANE_COLUMNS,
  laneRows,
  LETTER_COLUMNS,
  letterRows,
  PARTITION_COLUMNS,
  partitionRows,
} from './rows.js';
import type { PageStatus, PageSubtopology } from './status-data.js';
import { fillTable } from './table.js';
import { clockTime, count, duration, instant } from './text.js';

const POLL_EVERY_MS = 2_000;
const COUNT_DOWN_EVERY_MS = 1_000;
const ANSWER_LIMIT_MS = 5_000;

/** The last answer, and when it came by the clock that never jumps. */
let last: { readonly status: PageStatus; readonly at: number; readonly atMs: number } | undefined;
let topology: readonly PageSubtopology[] | undefined;
let isStale = false;
let isAsking = false;
let pollTimer: ReturnType<typeof setTimeout> | undefined;
let countDownTimer: ReturnType<typeof setInterval> | undefined;

const ask = async <Answer>(path: string): Promise<Answer> => {
  const answer = await fetch(path, { signal: AbortSignal.timeout(ANSWER_LIMIT_MS) });
  if (!answer.ok) throw new Error(`${path} answered ${answer.status}`);
  return (await answer.json()) as Answer;
};

const showStale = (): void => {
  const banner = byId('stale');
  banner.hidden = !isStale;
  // Who listens to the page hears of it once, not every second.
  setText(banner, isStale ? staleText() : '', 300);
  setText(
    byId('stale-age'),
    isStale && last !== undefined ? `${duration(performance.now() - last.at)} old` : '',
  );
};

const staleText = (): string =>
  last === undefined
    ? 'The service has not answered yet. Asking again every two seconds.'
    : `Stale since ${clockTime(last.atMs)}: the service does not answer. What is shown is from then.`;

const showOverview = (status: PageStatus): void => {
  const { details, text, tone } = standingOf(status);
  const standing = byId('standing');
  setText(standing, text);
  setAttribute(standing, 'class', `standing ${isStale ? 'plain' : tone}`);
  children(byId('details'), 'li', details.length).forEach((li, nth) => setText(li, details[nth] ?? '', 300));
  setText(byId('application'), status.application);
  setText(byId('version'), status.version);
  setText(byId('started'), `${instant(status.startedAt)} UTC`);
  page.document.title = byId('application').textContent ?? '';
  const figures = figuresOf(status);
  children(byId('figures'), 'div', figures.length).forEach((div, nth) => {
    const { label = '', note = '', tone: of = 'plain', value = '' } = figures[nth] ?? {};
    setAttribute(div, 'class', `figure ${of}`);
    if (div.children.length === 0)
      div.append(...['dt', 'dd', 'dd'].map((tag) => page.document.createElement(tag)));
    [label, value, note].forEach((content, at) => {
      const child = div.children[at];
      if (child !== undefined) setText(child, content);
    });
  });
};

const showTables = (status: PageStatus, ageMs: number): void => {
  const { deadLetters, laneHeads, startedAt, state, tasks } = status;
  const noPartition =
    state === 'RUNNING'
      ? 'No partition is assigned to this process: the others of its group have them all. It takes over when one of them ends.'
      : 'No partition is assigned to this process yet.';
  fillTable('partitions', PARTITION_COLUMNS, partitionRows(status), noPartition);
  fillTable('lanes', LANE_COLUMNS, laneRows(status, ageMs), 'No lane: every key is healthy.');
  fillTable(
    'letters',
    LETTER_COLUMNS,
    letterRows(deadLetters),
    `None since this process began at ${instant(startedAt)} UTC. Those before it: audit-lanes dlq list.`,
  );
  const shown = laneHeads.reduce((sum, { heads }) => sum + heads.length, 0);
  const there = tasks.reduce((sum, { lanes }) => sum + lanes.retrying + lanes.parked, 0);
  setText(
    byId('lanes-more'),
    shown < there
      ? `The oldest ${count(shown)} of ${count(there)}. All of them: audit-lanes lanes list.`
      : '',
  );
};

const show = (): void => {
  showStale();
  if (last === undefined) return;
  showOverview(last.status);
  showTables(last.status, performance.now() - last.at);
};

const showTopology = (): void => {
  if (topology !== undefined) drawTopology(byId('topology'), topology);
};

/** Asks, shows, and asks again in a while; never twice at a time. */
const poll = async (): Promise<void> => {
  if (isAsking) return;
  isAsking = true;
  try {
    // Another version of the service may answer from now on.
    if (topology === undefined || isStale) {
      topology = await ask<readonly PageSubtopology[]>('/topology.json');
      showTopology();
    }
    const status = await ask<PageStatus>('/status');
    const before = last;
    const wasStale = isStale;
    last = { status, at: performance.now(), atMs: Date.now() };
    isStale = false;
    try {
      show();
    } catch (error) {
      last = before;
      isStale = wasStale;
      throw error;
    }
  } catch {
    isStale = true;
    show();
  } finally {
    isAsking = false;
    if (page.document.visibilityState === 'visible') pollTimer = setTimeout(() => void poll(), POLL_EVERY_MS);
  }
};

/** Nobody asks for a page that nobody sees. */
const look = (): void => {
  clearTimeout(pollTimer);
  clearInterval(countDownTimer);
  if (page.document.visibilityState === 'hidden') return;
  countDownTimer = setInterval(show, COUNT_DOWN_EVERY_MS);
  void poll();
};

let drawTimer: ReturnType<typeof setTimeout> | undefined;
page.addEventListener('resize', () => {
  clearTimeout(drawTimer);
  drawTimer = setTimeout(showTopology, 150);
});
page.document.addEventListener('visibilitychange', look);
look();
