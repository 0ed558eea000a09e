/**
 * Live, ready, started of several processes together, from what they last said of themselves. Pure, from memory: no probe
 * waits for a process.
 * Live: each process that lives has been heard of within SILENCE_LIMIT_MS (its event loop turns) and is live by its own
 * word. One that waits for its back-off does not unset it: it is being restarted already.
 * Ready: all processes are ready, as the instance of Kafka Streams is RUNNING when all its threads are.
 */
import type { Check, Health, StreamsState } from '../../observability/health.js';
import { verdict } from '../../observability/health.js';
import type { Report } from './messages.js';
import type { End, Phase } from './supervision.js';
import { endText } from './supervision.js';

/** One process as its supervisor sees it. */
export interface ProcessView {
  readonly process: number;
  readonly pid: number | null;
  readonly phase: Phase['kind'];
  /** Since its last word, or since it was forked; time in which the supervisor itself stood still does not count. */
  readonly silentMs: number;
  /** Its last word in this life. */
  readonly report: Report | null;
  /** In some life. */
  readonly hasStarted: boolean;
  readonly lastEnd: End | null;
  /** While it waits. */
  readonly startsInMs: number | null;
}

/** Of a process that has said something: it says something every 250 ms. */
export const SILENCE_LIMIT_MS = 10_000;
/** From the fork to the first word: a program is loaded meanwhile. */
export const FIRST_WORD_LIMIT_MS = 60_000;

const seconds = (ms: number): number => Math.round(ms / 1000);

const isAlive = ({ phase }: ProcessView): boolean =>
  phase === 'starting' || phase === 'running' || phase === 'stopping';

const ofProcess = (process: number, { name, ok, reason }: Check): Check => ({
  name: `process-${process}/${name}`,
  ok,
  reason: `process ${process}: ${reason}`,
});

const heard = ({ process, report, silentMs }: ProcessView): Check =>
  ofProcess(process, {
    name: 'process:heard',
    ok: silentMs <= (report === null ? FIRST_WORD_LIMIT_MS : SILENCE_LIMIT_MS),
    reason: `has not been heard of for ${seconds(silentMs)} s: its event loop does not turn`,
  });

const own = ({ process, report }: ProcessView, probe: 'live' | 'ready'): readonly Check[] =>
  (report?.health[probe].checks ?? []).map((check) => ofProcess(process, check));

const isThere = (view: ProcessView): Check => {
  const { lastEnd, phase, process, startsInMs } = view;
  const ended = lastEnd === null ? 'has ended' : endText(lastEnd);
  const reason =
    phase === 'waiting'
      ? `${ended} and is started again in ${seconds(startsInMs ?? 0)} s`
      : isAlive(view)
        ? 'is being started'
        : ended;
  return ofProcess(process, { name: 'process:running', ok: isAlive(view) && view.report !== null, reason });
};

export const combinedHealth = (views: readonly ProcessView[], isStopping: boolean): Health => {
  const alive = views.filter(isAlive);
  return {
    live: verdict(alive.flatMap((view) => [heard(view), ...own(view, 'live')])),
    ready: verdict([
      { name: 'supervisor:state', ok: !isStopping, reason: 'all processes are being stopped' },
      ...views.flatMap((view) => [
        isThere(view),
        ...(isAlive(view) ? [heard(view), ...own(view, 'ready')] : []),
      ]),
    ]),
    started: verdict(
      views.map(({ hasStarted, process }) =>
        ofProcess(process, {
          name: 'streams:started',
          ok: hasStarted,
          reason: 'schemas are not compiled or no metadata has come yet',
        }),
      ),
    ),
  };
};

/** As KafkaStreams: RUNNING when all are, one word for all where they agree, else REBALANCING. */
export const combinedState = (views: readonly ProcessView[], isStopping: boolean): StreamsState => {
  if (isStopping) return 'PENDING_SHUTDOWN';
  const states = new Set(views.map((view) => (isAlive(view) ? (view.report?.state ?? 'CREATED') : null)));
  const [only] = states;
  return states.size === 1 && (only === 'RUNNING' || only === 'CREATED') ? only : 'REBALANCING';
};
