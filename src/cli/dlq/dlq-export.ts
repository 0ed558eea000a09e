/**
 * `dlq export`: everything of dead letters for another program, values included, as text and as bytes. The text of a CSV
 * is made printable and its formulas are defused, so that neither a terminal nor a spreadsheet acts on it; the
 * bytes are exact in the columns with base64, of whose letters no formula is made that does anything.
 */
import { closeSync, openSync, writeSync } from 'node:fs';
import type { ConsumedRecord } from '../../record/record.js';
import type { Operator } from '../cluster/operator.js';
import type { ExitCode } from '../exit-code.js';
import { EXIT, Unfulfilled, UsageError } from '../exit-code.js';
import type { Printable } from '../terminal/printable.js';
import { jsonLine, printable, printableBytes, shown } from '../terminal/printable.js';
import { csvCell, csvLine, csvRow, defused } from '../terminal/csv-line.js';
import type { DlqExport, ExportFormat } from './dlq-request.js';
import { letterIdText } from './dlq-request.js';
import { LetterBox } from './letter-box.js';
import type { LetterFates } from './letter-fate.js';
import type { Letter } from './letter.js';
import { letterOf } from './letter.js';
import { fatesOfQueue, queueOf, sourceHeadersOf, sourceTopicOf, verdictOf } from './letter-queue.js';
import { letterDetailObject } from './letter-report.js';
import { batchesOf, choose } from './letter-selection.js';

const BATCH = 1000;

const COLUMNS = [
  'id',
  'at',
  'type',
  'reason',
  'class',
  'attempts',
  'firstFailure',
  'state',
  'origin',
  'key',
  'keyBase64',
  'value',
  'valueBase64',
  'exception',
  'message',
  'traceId',
  'headers',
] as const;

type Row = Readonly<Record<(typeof COLUMNS)[number], Printable>>;

const text = (value: string | number | null): Printable =>
  csvCell(typeof value === 'number' ? String(value) : value);
const bytes = (value: Buffer | null): Printable =>
  value === null ? shown`` : defused(printableBytes(value));
const base64 = (value: Buffer | null): Printable => printable(value?.toString('base64') ?? '');
const time = (ms: number | null): Printable => {
  const date = new Date(ms ?? NaN);
  return printable(Number.isNaN(date.getTime()) ? '' : date.toISOString());
};

const rowOf = (letter: Letter, record: ConsumedRecord, fates: LetterFates): Row => ({
  id: printable(letterIdText(letter.id)),
  at: time(letter.at),
  type: text(letter.type),
  reason: text(letter.reason),
  class: text(letter.failureClass),
  attempts: text(letter.attempts),
  firstFailure: time(letter.firstFailure),
  state: text(fates.wordFor(letter)),
  origin: text(
    letter.origin === null
      ? letter.recordId
      : `${letter.origin.topic}-${letter.origin.partition}-${letter.origin.offset}`,
  ),
  key: bytes(letter.key),
  keyBase64: base64(letter.key),
  value: bytes(record.value),
  valueBase64: base64(record.value),
  exception: text(letter.exception),
  message: text(letter.message),
  traceId: text(letter.traceId),
  headers: jsonLine(
    record.headers.map(({ name, value }) => [name, value === null ? null : value.toString('base64')]),
  ),
});

/** Where it goes; a file is new and its owner's alone. Throws UsageError. */
const sink = (operator: Operator, path: string | null) => {
  if (path === null)
    return { write: (line: Printable) => operator.output.line(line), close: () => undefined };
  let file: number;
  try {
    file = openSync(path, 'wx', 0o600);
  } catch (error) {
    throw new UsageError(
      `${path} cannot be written: ${error instanceof Error ? error.message : String(error)}.`,
    );
  }
  return {
    write: (line: Printable): void => {
      const data = Buffer.from(`${line}\n`);
      for (let done = 0; done < data.length;) done += writeSync(file, data, done);
    },
    close: (): void => closeSync(file),
  };
};

interface Batch {
  readonly letter: Letter;
  readonly record: ConsumedRecord;
}

export const dlqExport = async (operator: Operator, request: DlqExport): Promise<ExitCode> => {
  const { output, parts } = operator;
  const { choice } = request;
  const queue = queueOf(operator, request.deadLetters, choice.selector.topic);
  const { fates } = await fatesOfQueue(operator, queue, choice.selector.partition);
  const { letters } = await choose(operator, queue, choice, null);
  const box = new LetterBox(operator, queue.place);
  const to = sink(operator, request.output);
  const lines: Readonly<Record<ExportFormat, (batch: readonly Batch[]) => void>> = {
    csv: (batch) => {
      for (const { letter, record } of batch) {
        const row = rowOf(letter, record, fates);
        to.write(csvRow(COLUMNS.map((name) => row[name])));
      }
    },
    ndjson: (batch) => {
      for (const { letter, record } of batch) {
        const headers = sourceHeadersOf(queue, record);
        const verdict = verdictOf(operator, sourceTopicOf(queue, letter), record.value, headers);
        to.write(jsonLine(letterDetailObject(letter, record, fates, { withValues: true, verdict })));
      }
    },
  };
  let written = 0;
  let isWhole = true;
  try {
    if (request.format === 'csv') to.write(csvLine(COLUMNS));
    for (const batch of batchesOf(letters, BATCH)) {
      parts.stop.throwIfAborted();
      const records = await box.readAll(batch.map(({ id }) => id));
      const found: Batch[] = [];
      for (const { id } of batch) {
        try {
          const record = records.get(letterIdText(id)) ?? (await box.read(id));
          found.push({ letter: letterOf(record, queue.place.sourceTopics), record });
        } catch (error) {
          if (!(error instanceof Unfulfilled)) throw error;
          output.note(printable(error.message));
          isWhole = false;
        }
      }
      lines[request.format](found);
      written += found.length;
      output.progress(shown`exported ${written} of ${letters.length}`);
    }
  } finally {
    to.close();
    output.progress(shown``);
  }
  output.note(shown`exported ${written} ${printable(written === 1 ? 'dead letter' : 'dead letters')}`);
  return isWhole ? EXIT.done : EXIT.failed;
};
