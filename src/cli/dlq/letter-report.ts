/** What is told of dead letters: as objects for programs, as tables and lines for people. Pure. */
import type { ConsumedRecord } from '../../record/record.js';
import { recordName } from '../../record/event-id.js';
import type { EpochMs } from '../../record/units.js';
import type { Fate, LetterFates } from './letter-fate.js';
import { fieldLines, keyFields, keyText, WHOLE_KEY_WIDTH } from '../lanes/lane-report.js';
import type { Letter } from './letter.js';
import { originalHeadersOf } from './letter.js';
import { letterIdText } from './dlq-request.js';
import type { Printable } from '../terminal/printable.js';
import { printable, shown, textOf } from '../terminal/printable.js';
import { headerLines, indented, sizeText, valueLine } from '../terminal/record-lines.js';
import type { Column } from '../terminal/text-table.js';
import { ageText, isoOrNull, timeText } from '../terminal/time-text.js';

const ID_WIDTH = 60;
const WORD_WIDTH = 40;
const MESSAGE_WIDTH = 200;

const orDash = (text: string | null, width: number): Printable => printable(text ?? '-', width);

export const originText = ({ origin, recordId }: Letter): Printable =>
  orDash(origin === null ? recordId : recordName(origin.topic, origin.partition, origin.offset), ID_WIDTH);

const fateObject = ({ command, outcome, why, at, commandOffset }: Fate): object => ({
  command,
  outcome,
  why,
  at: isoOrNull(at),
  commandOffset,
});

export const letterObject = (letter: Letter, fates: LetterFates): object => ({
  id: letterIdText(letter.id),
  partition: letter.id.partition,
  offset: letter.id.offset,
  at: isoOrNull(letter.at),
  recordId: letter.recordId,
  origin: letter.origin,
  ...keyFields(letter.key),
  valueBytes: letter.valueBytes,
  reason: letter.reason,
  class: letter.failureClass,
  attempts: letter.attempts,
  firstFailure: isoOrNull(letter.firstFailure),
  state: letter.state,
  notice: letter.notice,
  cause: letter.cause,
  exception: letter.exception,
  message: letter.message,
  type: letter.type,
  traceId: letter.traceId,
  settled: fates.settled(letter)?.command ?? null,
  isWaiting: fates.laneOf(letter) !== null,
  commands: fates.of(letter).map(fateObject),
});

export const letterColumns = (fates: LetterFates, nowMs: EpochMs): readonly Column<Letter>[] => [
  { title: 'id', cell: ({ id }) => printable(letterIdText(id)) },
  { title: 'record', cell: originText },
  { title: 'key', cell: ({ key }) => keyText(key) },
  { title: 'reason', cell: ({ reason }) => orDash(reason, WORD_WIDTH) },
  { title: 'class', cell: ({ failureClass }) => orDash(failureClass, WORD_WIDTH) },
  {
    title: 'attempts',
    align: 'right',
    cell: ({ attempts }) => (attempts === null ? shown`-` : shown`${attempts}`),
  },
  { title: 'age', align: 'right', cell: ({ at }) => ageText(at, nowMs) },
  {
    title: 'state',
    cell: (letter) => printable(fates.wordFor(letter)),
    paint: (letter, paint) => (fates.wordFor(letter) === 'parked' ? paint.red : undefined),
  },
];

export const fateLine = ({ command, outcome, why, at, commandOffset }: Fate): Printable =>
  shown`${printable(command)} ${printable(outcome)} ${timeText(at)}, command ${commandOffset}${printable(why === '' ? '' : `: ${why}`, MESSAGE_WIDTH)}`;

/** What the schema says of the value now; null: there is no schema for it. */
export type SchemaVerdict = { readonly problem: string | null } | null;

const verdictText = (verdict: SchemaVerdict): Printable =>
  verdict === null
    ? shown`there is no schema for this topic`
    : verdict.problem === null
      ? shown`valid`
      : printable(verdict.problem, 1000);

/** Everything of one dead letter. */
export const letterDetails = (
  letter: Letter,
  record: ConsumedRecord,
  fates: LetterFates,
  {
    nowMs,
    withValues,
    verdict,
  }: { readonly nowMs: EpochMs; readonly withValues: boolean; readonly verdict: SchemaVerdict },
): readonly Printable[] => {
  const headers = originalHeadersOf(record);
  return [
    ...fieldLines([
      ['id', printable(letterIdText(letter.id))],
      ['written', shown`${timeText(letter.at)}, ${ageText(letter.at, nowMs)} ago`],
      ['record', originText(letter)],
      ['its time', timeText(letter.originalTimestamp)],
      ['key', keyText(letter.key, WHOLE_KEY_WIDTH)],
      ['value', sizeText(record.value)],
      ['type', orDash(letter.type, WORD_WIDTH)],
      ['schema now', verdictText(verdict)],
      ['trace id', orDash(letter.traceId, WORD_WIDTH)],
      ['reason', orDash(letter.reason, WORD_WIDTH)],
      ['class', orDash(letter.failureClass, WORD_WIDTH)],
      ['attempts', letter.attempts === null ? shown`-` : shown`${letter.attempts}`],
      ['first failure', timeText(letter.firstFailure)],
      ['exception', orDash(letter.exception, MESSAGE_WIDTH)],
      ['message', orDash(letter.message, 1000)],
      ['state', printable(fates.wordFor(letter))],
      ...(letter.cause === null ? [] : [['lane full behind', printable(letter.cause, ID_WIDTH)] as const]),
    ]),
    ...fates.of(letter).map((fate) => shown`command: ${fateLine(fate)}`),
    shown`headers of the record`,
    ...indented(
      typeof headers === 'string'
        ? [shown`cannot be restored: ${printable(headers)}`, ...headerLines(record.headers)]
        : headerLines(headers),
    ),
    ...(withValues ? [shown`value`, ...indented([valueLine(record.value)])] : []),
  ];
};

export const letterDetailObject = (
  letter: Letter,
  record: ConsumedRecord,
  fates: LetterFates,
  { withValues, verdict }: { readonly withValues: boolean; readonly verdict: SchemaVerdict },
): object => {
  const headers = originalHeadersOf(record);
  const read = typeof headers === 'string' ? record.headers : headers;
  return {
    ...letterObject(letter, fates),
    originalTimestamp: isoOrNull(letter.originalTimestamp),
    schema: verdict === null ? 'none' : verdict.problem === null ? 'valid' : 'invalid',
    schemaProblem: verdict?.problem ?? null,
    headersRestored: typeof headers !== 'string',
    headers: read.map(({ name, value }) => ({
      name,
      value: textOf(value),
      base64: value === null ? null : value.toString('base64'),
    })),
    ...(withValues
      ? { value: textOf(record.value), valueBase64: record.value?.toString('base64') ?? null }
      : {}),
  };
};
