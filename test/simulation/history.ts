/** A readable history of what a violation is about: its records, their runs, what came of them, and the events of their partition. */
import type { CommittedView } from './committed-view.js';
import type { Violation } from './violations.js';
import type { World } from './world.js';

const MOST_EVENTS = 160;

/** Events that concern everybody. */
const GENERAL =
  /misfortune|crash|freeze|thaw|broker|calm|group|generation|start as|ended|rebalance|session|committed app|aborted app|init app|assign|revoke|expired/;

export const historyOf = (world: World, view: CommittedView, violation: Violation): string => {
  const partitions = new Set(violation.about.map((one) => one.replace(/@.*$/, '')));
  const keys = new Set(violation.about.map((one) => view.sources.get(one)?.key));
  const isAbout = (place: string): boolean => {
    const source = view.sources.get(place);
    return (
      source !== undefined && partitions.has(`${source.topic}-${source.partition}`) && keys.has(source.key)
    );
  };
  const sources = [...view.sources.values()]
    .filter(({ place }) => isAbout(place))
    .map(({ place, key, expected }) => `  ${place} key ${key ?? 'null'} expects ${JSON.stringify(expected)}`);
  const runs = world.observations.runs
    .filter(({ record }) => isAbout(record))
    .map(
      ({ id, record, attempt, epoch, beganAtMs, endedAtMs, abortedAtMs }) =>
        `  run ${id} of ${record} attempt ${attempt} in ${epoch.process} epoch ${epoch.id} (closed ${ms(epoch.closedAtMs)}): ${ms(beganAtMs)} to ${ms(endedAtMs)}${abortedAtMs === null ? '' : `, aborted ${ms(abortedAtMs)}`}`,
    );
  const outcomes = [
    ...view.outputs
      .filter(({ value }) => isAbout(value.record))
      .map(
        ({ at, value }) =>
          `  ${at.topic}-${at.partition}@${at.offset} output ${value.index} of ${value.record} by run ${value.run}`,
      ),
    ...view.deadLetters
      .filter(({ record }) => isAbout(record))
      .map(
        ({ at, record, reason }) =>
          `  ${at.topic}-${at.partition}@${at.offset} dead letter of ${record} (${reason})`,
      ),
  ];
  const names = [...partitions].map((one) => new RegExp(`\\b${one.replace(/[.]/g, '\\.')}\\b`));
  const numbers = [...partitions].map((one) => one.replace(/^.*-/, '-'));
  const events = world.scheduler.history.filter(
    (event) =>
      GENERAL.test(event) ||
      names.some((name) => name.test(event)) ||
      numbers.some((number) => event.includes(`changelog${number}`)),
  );
  return [
    'source records of the key:',
    ...sources.slice(-MOST_EVENTS),
    'their runs:',
    ...runs.slice(-MOST_EVENTS),
    'what is committed of them:',
    ...outcomes.slice(-MOST_EVENTS),
    `events (the last ${MOST_EVENTS} of ${events.length}):`,
    ...events.slice(-MOST_EVENTS).map((event) => `  ${event}`),
  ].join('\n');
};

const ms = (at: number | null): string => (at === null ? 'never' : at.toFixed(1));
