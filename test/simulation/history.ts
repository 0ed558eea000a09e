/**
 * A readable history of what a violation is about: its records, their runs, what came of them, what their
 * lanes, retry records and commands were, and the events of their partition.
 */
import type { RecordFacts } from './record-facts.js';
import { endsOf } from './reference.js';
import type { Violation } from './violations.js';
import type { World } from './world.js';

const MOST_EVENTS = 160;

/** Events that concern everybody. */
const GENERAL =
  /misfortune|operator|crash|freeze|thaw|broker|breaker|clock|calm|group|generation|start as|ended|rebalance|session|committed app|aborted app|init app|assign|revoke|expired/;

export const historyOf = (world: World, violation: Violation): string => {
  const { journal, observations } = world;
  const partitions = new Set(violation.about.map((one) => one.replace(/@.*$/, '')));
  const named = violation.about.flatMap((one) => journal.records.get(one) ?? []);
  const tasks = new Set([
    ...named.map(({ task }) => task),
    ...journal.tasks.filter(({ name }) => violation.about.includes(name)),
  ]);
  const isAbout = (facts: RecordFacts): boolean =>
    named.some(
      (one) => one.task === facts.task && (one === facts || (one.key !== null && one.key === facts.key)),
    );
  const records = [...journal.records.values()].filter(isAbout);
  const about = new Set(records.map(({ place }) => place));
  const { versions } = world.scenario;
  const sources = records.map((facts) => {
    const { outputs, failures } = endsOf(facts.payload, { versions, storm: false, releases: 0 });
    const allowed = [...(outputs === null ? [] : [`${outputs} outputs`]), ...failures].join(' or ');
    return `  ${facts.place} key ${facts.key ?? 'null'} ${JSON.stringify(facts.payload)}: ${allowed}`;
  });
  const runs = observations.runs
    .filter(({ record }) => about.has(record))
    .map(
      ({ id, record, attempt, epoch, beganAtMs, endedAtMs, abortedAtMs, failure }) =>
        `  run ${id} of ${record} attempt ${attempt} in ${epoch.process} epoch ${epoch.id} (closed ${ms(epoch.closedAtMs)}): ${ms(beganAtMs)} to ${ms(endedAtMs)}${abortedAtMs === null ? '' : `, aborted ${ms(abortedAtMs)}`}${failure === null ? '' : `, ${failure}`}`,
    );
  const outcomes = [
    ...journal.outputs
      .filter(({ facts }) => about.has(facts.place))
      .map(
        ({ at, value }) =>
          `  ${at.topic}-${at.partition}@${at.offset} output ${value.index} of ${value.record} by run ${value.run}`,
      ),
    ...journal.letters
      .filter(({ id, task }) => about.has(journal.named(task, id)?.place ?? ''))
      .map(
        ({ at, id, reason, attempts, isNotice }) =>
          `  ${at.topic}-${at.partition}@${at.offset} ${isNotice ? 'notice' : 'dead letter'} of ${id} (${reason} after ${attempts})`,
      ),
  ];
  const keys = new Set(records.map(({ key }) => key));
  const lanes = [...tasks].flatMap(({ events, name }) =>
    events
      .filter(
        ({ slot }) => records.length === 0 || slot === null || keys.has(slot) || slot.startsWith('\u0100'),
      )
      .map(({ text }) => `  ${name}: ${text}`),
  );
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
    'their lane, retry records and commands:',
    ...lanes.slice(-MOST_EVENTS),
    `events (the last ${MOST_EVENTS} of ${events.length}):`,
    ...events.slice(-MOST_EVENTS).map((event) => `  ${event}`),
  ].join('\n');
};

const ms = (at: number | null): string => (at === null ? 'never' : at.toFixed(1));
