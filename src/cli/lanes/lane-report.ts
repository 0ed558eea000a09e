/** What is told of lanes: as objects for programs, as tables and lines for people. Pure. */
import type { LaneKey } from '../../lanes/lane-log.js';
import type { LaneRecord } from '../../lanes/lane-record.js';
import type { EpochMs } from '../../record/units.js';
import type { LocatedLane } from './located-lane.js';
import type { Printable } from '../terminal/printable.js';
import { joined, printable, printableBytes, shown, textOf } from '../terminal/printable.js';
import type { Column } from '../terminal/text-table.js';
import { ageText, dueText, isoOrNull, spanText } from '../terminal/time-text.js';

const KEY_WIDTH = 40;
const ID_WIDTH = 60;
const MESSAGE_WIDTH = 200;
/** Of one record's key in full; `--json` has a longer one whole. */
export const WHOLE_KEY_WIDTH = 1000;

export const keyText = (key: Buffer | null, limit = KEY_WIDTH): Printable =>
  key === null ? shown`(no key)` : printableBytes(key, limit);

const keyOf = (key: LaneKey): Buffer | null => (key.kind === 'keyed' ? key.key : null);

/** A key of a record, for programs: as text where it is text, and as bytes always. */
export const keyFields = (key: Buffer | null) => ({
  key: textOf(key),
  keyBase64: key === null ? null : key.toString('base64'),
});

export const laneObject = ({ lane, partition }: LocatedLane, nowMs: EpochMs): object => {
  const { state, head } = lane;
  return {
    ...keyFields(keyOf(lane.key)),
    topic: head.record.topic,
    partition,
    status: state.status,
    head: head.name,
    attempts: state.attempts,
    delayMs: state.delayMs,
    due: state.status === 'parked' ? null : isoOrNull(state.due),
    dueInMs: state.status === 'parked' ? null : state.due - nowMs,
    followers: lane.followers,
    bytes: lane.bytes,
    oldest: isoOrNull(head.record.timestamp),
    firstFailure: isoOrNull(state.firstFailureAt),
    inDeadLetters: state.copied,
    failure: state.failure,
  };
};

export const failureText = ({ lane }: LocatedLane): Printable => {
  const { failure } = lane.state;
  return failure === null
    ? shown`-`
    : shown`${printable(failure.reason, ID_WIDTH)}: ${printable(failure.message, MESSAGE_WIDTH)}`;
};

export const laneColumns = (nowMs: EpochMs): readonly Column<LocatedLane>[] => [
  { title: 'key', cell: ({ lane }) => keyText(keyOf(lane.key)) },
  { title: 'part', align: 'right', cell: ({ partition }) => shown`${partition}` },
  {
    title: 'status',
    cell: ({ lane }) => printable(lane.state.status),
    paint: ({ lane }, paint) => (lane.state.status === 'parked' ? paint.red : paint.yellow),
  },
  { title: 'head', cell: ({ lane }) => printable(lane.head.name, ID_WIDTH) },
  { title: 'attempts', align: 'right', cell: ({ lane }) => shown`${lane.state.attempts}` },
  {
    title: 'tier',
    align: 'right',
    cell: ({ lane }) => (lane.state.delayMs === null ? shown`-` : spanText(lane.state.delayMs)),
  },
  {
    title: 'due',
    cell: ({ lane }) => (lane.state.status === 'parked' ? shown`-` : dueText(lane.state.due, nowMs)),
  },
  { title: 'followers', align: 'right', cell: ({ lane }) => shown`${lane.followers}` },
  { title: 'oldest', align: 'right', cell: ({ lane }) => ageText(lane.head.record.timestamp, nowMs) },
  { title: 'last failure', cell: failureText },
];

export const lanesSummary = (lanes: readonly LocatedLane[], nowMs: EpochMs): Printable => {
  if (lanes.length === 0) return shown`No lanes: no key has a failed record before it.`;
  const parked = lanes.filter(({ lane }) => lane.state.status === 'parked').length;
  const followers = lanes.reduce((sum, { lane }) => sum + lane.followers, 0);
  const oldest = lanes.reduce((ms, { lane }) => Math.min(ms, lane.head.record.timestamp), Infinity);
  return shown`${lanes.length} ${printable(lanes.length === 1 ? 'lane' : 'lanes')}: ${lanes.length - parked} retrying, ${parked} parked; followers ${followers}; the oldest record is ${ageText(oldest, nowMs)} old`;
};

/** The lane in one line, before something is done with it. */
export const laneLine = (of: LocatedLane, nowMs: EpochMs): Printable => {
  const { lane, partition } = of;
  const { state } = lane;
  const due = state.status === 'parked' ? shown`` : shown`, due ${dueText(state.due, nowMs)}`;
  return shown`lane ${keyText(keyOf(lane.key))} in partition ${partition}: head ${printable(lane.head.name)}, ${printable(state.status)}, attempts ${state.attempts}${due}, followers ${lane.followers}`;
};

/** Everything of a lane but its records. */
export const laneDetails = (of: LocatedLane, nowMs: EpochMs): readonly Printable[] => {
  const { lane, partition } = of;
  const { state, head } = lane;
  const key = keyOf(lane.key);
  const isPlain = key === null || keyText(key, Infinity) === key.toString('utf8');
  return fieldLines([
    ['key', keyText(key, WHOLE_KEY_WIDTH)],
    ...(isPlain ? [] : [['key, base64', printable(key.toString('base64'), WHOLE_KEY_WIDTH)] as const]),
    ['partition', shown`${partition}`],
    ['status', printable(state.status)],
    ['head', printable(head.name)],
    ['attempts', shown`${state.attempts}`],
    ['tier', state.delayMs === null ? shown`none yet` : spanText(state.delayMs)],
    [
      'due',
      state.status === 'parked' ? shown`never: it waits for release or skip` : dueText(state.due, nowMs),
    ],
    ['first failure', printable(isoOrNull(state.firstFailureAt) ?? '-')],
    ['last failure', failureText(of)],
    ['in dead letters', printable(state.copied ? 'yes, as a notice' : 'no')],
    ['followers', shown`${lane.followers}`],
    ['in memory', shown`${lane.bytes} bytes`],
  ]);
};

export const fieldLines = (
  fields: readonly (readonly [name: string, value: Printable])[],
): readonly Printable[] => {
  const width = Math.max(...fields.map(([name]) => name.length));
  return fields.map(([name, value]) => joined([printable(name.padEnd(width)), value], '  '));
};

export const recordObject = ({ name, record, bytes }: LaneRecord, withValues: boolean): object => ({
  id: name,
  topic: record.topic,
  partition: record.partition,
  offset: record.offset,
  timestamp: isoOrNull(record.timestamp),
  bytes,
  headers: record.headers.map(({ name: header, value }) => ({
    name: header,
    value: textOf(value),
    ...(value !== null && textOf(value) === null ? { base64: value.toString('base64') } : {}),
  })),
  ...(withValues
    ? { value: textOf(record.value), valueBase64: record.value?.toString('base64') ?? null }
    : {}),
});
