/** A command on its way to the task that owns its partition: what is written, and what is told of it. Pure. */
import type { Command, CommandOutcome } from '../../lanes/command.js';
import { encodeCommand } from '../../lanes/command.js';
import type { ConsumedRecord, Headers, ProducedRecord } from '../../record/record.js';
import { recordName } from '../../record/event-id.js';
import { lastHeader } from '../../record/headers.js';
import { epochMs, offset, partition as toPartition } from '../../record/units.js';
import { ownedCopy } from '../../lanes/lane-record.js';
import { EXIT, Unfulfilled, type ExitCode } from '../exit-code.js';
import type { LaneLogView } from './lane-log-view.js';
import type { LetterFates } from '../dlq/letter-fate.js';
import type { Letter } from '../dlq/letter.js';
import { originalHeadersOf } from '../dlq/letter.js';
import type { LocatedLane } from '../lanes/located-lane.js';
import { letterIdText } from '../dlq/dlq-request.js';
import { isoOrNull } from '../terminal/time-text.js';

/** By which the writer finds its own command again: the producer does not say where a record went. */
const MARK = 'x-lanes-command';

export interface Errand {
  readonly command: Command;
  /** Whose commands topic it goes to, and where its outcome will be. */
  readonly view: LaneLogView;
  /** Id of a head or of a dead letter. */
  readonly target: string;
  readonly mark: string;
}

export const errandRecord = ({ command, view, mark }: Errand): ProducedRecord => ({
  topic: view.site.commands,
  partition: view.partition,
  key: command.key,
  value: encodeCommand(command),
  headers: [{ name: MARK, value: mark }],
});

export const markOf = (headers: Headers): string | undefined => lastHeader(headers, MARK);

/** How an errand ended, as far as it is known. */
export type ErrandEnd =
  | { readonly kind: 'outcome'; readonly offset: number; readonly outcome: CommandOutcome }
  /** Written, and nobody waited. */
  | { readonly kind: 'sent'; readonly offset: number }
  /** Written, and not read by its task in time. */
  | { readonly kind: 'waiting'; readonly offset: number }
  /** Read by its task, and the lane log does not say what became of it. */
  | { readonly kind: 'unknown'; readonly offset: number }
  | { readonly kind: 'not sent' };

const EXIT_OF = {
  outcome: EXIT.failed,
  sent: EXIT.done,
  waiting: EXIT.failed,
  unknown: EXIT.failed,
  'not sent': EXIT.failed,
} as const satisfies Record<ErrandEnd['kind'], ExitCode>;

export const exitOf = (end: ErrandEnd): ExitCode =>
  end.kind === 'outcome' && end.outcome.outcome === 'done' ? EXIT.done : EXIT_OF[end.kind];

export const errandObject = ({ command, view, target }: Errand, end: ErrandEnd): object => ({
  command: command.kind,
  target,
  topic: view.site.commands,
  partition: view.partition,
  offset: end.kind === 'not sent' ? null : end.offset,
  outcome: end.kind === 'outcome' ? end.outcome.outcome : end.kind,
  why: end.kind === 'outcome' ? end.outcome.why : null,
  deadLetter: end.kind === 'outcome' ? end.outcome.deadLetter : null,
  at: end.kind === 'outcome' ? isoOrNull(end.outcome.at) : null,
});

/** What of a command may be shown before it is sent: everything but the record that it carries. */
export const dryObject = ({ command, view, target }: Errand): object => ({
  command: command.kind,
  target,
  topic: view.site.commands,
  partition: view.partition,
  deadLetter: command.deadLetter,
  by: command.by,
  bytes: encodeCommand(command).length,
  outcome: 'dry run',
});

/** `notice`: offset of the head's notice in the dead letters, when it has one and it was found. */
export const laneCommand = (
  kind: 'release' | 'skip',
  { lane }: LocatedLane,
  notice: number | null,
  by: string,
): Command => ({
  kind,
  key: lane.key.kind === 'keyed' ? lane.key.key : null,
  head: lane.head.name,
  deadLetter: notice,
  by,
});

/** Throws Unfulfilled when nothing may be done with this dead letter, or not any more. */
const refuse = (letter: Letter, fates: LetterFates, what: 'redrive' | 'dismiss'): void => {
  const id = letterIdText(letter.id);
  if (letter.state === 'parked') {
    const waiting = fates.laneOf(letter);
    const head = `--head ${waiting?.lane.head.name ?? ''}`;
    throw new Unfulfilled(
      waiting === null
        ? `${id} is the notice of a record that was parked and is not any more: its end is elsewhere, in the output or a later dead letter.`
        : what === 'redrive'
          ? `${id} is the notice of a record that waits in a lane: release the lane instead, "lanes release ${head}".`
          : `${id} is the notice of a record that waits in a lane: "lanes skip ${head}" ends it.`,
    );
  }
  const redriven = fates.redriven(letter);
  if (redriven !== null)
    throw new Unfulfilled(
      `${id} was redriven at ${isoOrNull(redriven.at) ?? '?'} already, by command ${redriven.commandOffset}.`,
    );
};

/** The whole record as it was in its source. Throws Unfulfilled. */
export const redriveCommand = (
  letter: Letter,
  record: ConsumedRecord,
  fates: LetterFates,
  by: string,
): Command => {
  const id = letterIdText(letter.id);
  refuse(letter, fates, 'redrive');
  const { origin } = letter;
  if (origin === null)
    throw new Unfulfilled(
      `${id} does not say which record of a source topic it was: it is not the service's.`,
    );
  if (origin.partition !== letter.id.partition)
    throw new Unfulfilled(
      `${id} is not in the partition of its record ${recordName(origin.topic, origin.partition, origin.offset)}: it is not the service's.`,
    );
  const headers = originalHeadersOf(record);
  if (typeof headers === 'string')
    throw new Unfulfilled(`The headers of ${id} cannot be restored: ${headers}.`);
  return {
    kind: 'redrive',
    key: record.key,
    deadLetter: letter.id.offset,
    record: ownedCopy({
      topic: origin.topic,
      partition: toPartition(origin.partition),
      offset: offset(origin.offset),
      timestamp: epochMs(letter.originalTimestamp ?? letter.at),
      key: record.key,
      value: record.value,
      headers,
    }),
    by,
  };
};

/** Throws Unfulfilled. */
export const dismissCommand = (letter: Letter, fates: LetterFates, why: string, by: string): Command => {
  refuse(letter, fates, 'dismiss');
  return { kind: 'dismiss', key: letter.key, deadLetter: letter.id.offset, why, by };
};
