/**
 * What a replay has done, in a file of its own, so that it can go on after it was killed: first what was asked for,
 * then the letters that were chosen, then a line before each batch is sent and one after it. Every line is on the
 * disk before the next step begins. It holds ids, sizes and reasons, never a key or a value; mode 0600.
 *
 * A line that is not whole is the last one, of a process that was killed within it: it is cut off.
 */
import { closeSync, fsyncSync, ftruncateSync, mkdirSync, openSync, readFileSync, writeSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { homedir } from 'node:os';
import { Unfulfilled, UsageError } from '../exit-code.js';
import { JournalLock } from './journal-lock.js';
import type { LetterId } from './dlq-request.js';
import { letterIdText } from './dlq-request.js';
import type { ChosenLetter } from './letter-selection.js';

export interface JournalTransform {
  /** Absolute. */
  readonly path: string;
  /** Of its text, as hex: another text would make other records of the rest. */
  readonly sha256: string;
}

export interface JournalHeader {
  readonly deadLetters: string;
  /** Another program's queue. */
  readonly isForeign: boolean;
  readonly to: string | null;
  readonly ratePerSecond: number | null;
  readonly validates: boolean;
  readonly transform: JournalTransform | null;
  readonly correlationId: string;
  readonly by: string;
  readonly at: string;
  readonly count: number;
}

/** In one word each: `done`, `refused`, `left out`. */
export type JournalEnd = readonly [id: string, how: string];

export interface JournalState {
  readonly header: JournalHeader;
  readonly letters: readonly ChosenLetter[];
  /** How it ended, by id. */
  readonly ended: ReadonlyMap<string, string>;
  /** Ids of which it is not known whether they were written. */
  readonly begun: ReadonlySet<string>;
}

const VERSION = 1;
const IDS_PER_LINE = 500;

const folderOf = (env: Readonly<Record<string, string | undefined>>): string => {
  const state = env['XDG_STATE_HOME'];
  return join(
    state?.startsWith('/') === true ? state : join(env['HOME'] ?? homedir(), '.local', 'state'),
    'audit-lanes',
  );
};

export const defaultJournal = (
  env: Readonly<Record<string, string | undefined>>,
  at: string,
  unique: string,
): string => join(folderOf(env), `replay-${at.replace(/[:.]/g, '-')}-${unique.slice(-6)}.ndjson`);

const cannot = (path: string, what: string, error: unknown): UsageError =>
  new UsageError(
    `The journal ${path} cannot be ${what}: ${error instanceof Error ? error.message : String(error)}. Name another place with --journal.`,
  );

export class ReplayJournal {
  private constructor(
    readonly path: string,
    private readonly file: number,
    private readonly lock: JournalLock | null,
  ) {}

  /** Throws UsageError, also when the file is there already; Unfulfilled when another process has its lock. */
  static create(path: string, header: JournalHeader, letters: readonly ChosenLetter[]): ReplayJournal {
    try {
      mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
    } catch (error) {
      throw cannot(path, 'written', error);
    }
    const lock = JournalLock.take(path);
    let file: number;
    try {
      file = openSync(path, 'wx', 0o600);
    } catch (error) {
      lock.release();
      throw cannot(path, 'written', error);
    }
    const journal = new ReplayJournal(path, file, lock);
    journal.#write({ v: VERSION, journal: 'dlq replay', ...header });
    for (let at = 0; at < letters.length; at += IDS_PER_LINE)
      journal.#write({
        letters: letters
          .slice(at, at + IDS_PER_LINE)
          .map(({ id, bytes, reason }) => [id.partition, id.offset, bytes, reason]),
      });
    journal.#write({ chosen: letters.length });
    return journal;
  }

  /** To go on with what `readJournal` read. Whoever does it has its lock, and keeps it. */
  static continue(path: string): ReplayJournal {
    try {
      const file = openSync(path, 'r+');
      const text = readFileSync(path, 'utf8');
      const whole = Buffer.byteLength(text.slice(0, text.lastIndexOf('\n') + 1));
      ftruncateSync(file, whole);
      closeSync(file);
      return new ReplayJournal(path, openSync(path, 'a'), null);
    } catch (error) {
      throw cannot(path, 'continued', error);
    }
  }

  /** Before they are written. */
  begin(ids: readonly LetterId[]): void {
    this.#write({ begin: ids.map(letterIdText) });
  }

  end(ends: readonly JournalEnd[]): void {
    if (ends.length > 0) this.#write({ end: ends });
  }

  close(): void {
    closeSync(this.file);
    this.lock?.release();
  }

  #write(line: object): void {
    const bytes = Buffer.from(`${JSON.stringify(line)}\n`);
    for (let written = 0; written < bytes.length;) written += writeSync(this.file, bytes, written);
    fsyncSync(this.file);
  }
}

type Fields = Readonly<Record<string, unknown>>;
const isCount = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) >= 0;
const isText = (value: unknown): value is string => typeof value === 'string';

const headerOf = (fields: Fields): JournalHeader | null => {
  const { deadLetters, isForeign, to, ratePerSecond, validates, correlationId, by, at, count } = fields;
  const transform = fields['transform'] as Fields | null | undefined;
  const isTransform =
    transform === null ||
    (typeof transform === 'object' && isText(transform['path']) && isText(transform['sha256']));
  const isHeader =
    fields['v'] === VERSION &&
    fields['journal'] === 'dlq replay' &&
    isText(deadLetters) &&
    typeof isForeign === 'boolean' &&
    (to === null || isText(to)) &&
    (ratePerSecond === null || typeof ratePerSecond === 'number') &&
    typeof validates === 'boolean' &&
    isTransform &&
    isText(correlationId) &&
    isText(by) &&
    isText(at) &&
    isCount(count);
  return isHeader ? (fields as unknown as JournalHeader) : null;
};

const lettersOf = (list: unknown): readonly ChosenLetter[] | null => {
  if (!Array.isArray(list)) return null;
  const letters: ChosenLetter[] = [];
  for (const entry of list as readonly unknown[]) {
    if (!Array.isArray(entry)) return null;
    const [partition, offset, bytes, reason] = entry as readonly unknown[];
    if (!isCount(partition) || !isCount(offset) || !isCount(bytes) || !isText(reason)) return null;
    letters.push({ id: { partition, offset }, bytes, reason });
  }
  return letters;
};

/** Throws Unfulfilled when it is none, or was killed before anything was sent. */
export const readJournal = (path: string): JournalState => {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    throw new UsageError(
      `The journal ${path} cannot be read: ${error instanceof Error ? error.message : String(error)}.`,
    );
  }
  const wrong = (line: number): Unfulfilled =>
    new Unfulfilled(
      `${path} is not the journal of a replay: line ${line} is not what it would have written.`,
    );
  // What is behind the last end of a line was not written whole.
  const lines = text
    .slice(0, text.lastIndexOf('\n') + 1)
    .split('\n')
    .slice(0, -1);
  let header: JournalHeader | null = null;
  let chosen: number | null = null;
  const letters: ChosenLetter[] = [];
  const ended = new Map<string, string>();
  const begun = new Set<string>();
  for (const [at, line] of lines.entries()) {
    let fields: Fields | null;
    try {
      fields = JSON.parse(line) as Fields | null;
    } catch {
      throw wrong(at + 1);
    }
    if (typeof fields !== 'object' || fields === null) throw wrong(at + 1);
    const { begin, end } = fields;
    if (at === 0) {
      header = headerOf(fields);
      if (header === null) throw wrong(1);
    } else if ('letters' in fields) {
      const list = lettersOf(fields['letters']);
      if (list === null) throw wrong(at + 1);
      for (const letter of list) letters.push(letter);
    } else if (isCount(fields['chosen'])) chosen = fields['chosen'];
    else if (Array.isArray(begin) && begin.every(isText)) for (const id of begin) begun.add(id);
    else if (Array.isArray(end)) {
      for (const entry of end as readonly unknown[]) {
        if (!Array.isArray(entry) || !isText(entry[0]) || !isText(entry[1])) throw wrong(at + 1);
        ended.set(entry[0], entry[1]);
        begun.delete(entry[0]);
      }
    } else throw wrong(at + 1);
  }
  if (header === null) throw wrong(1);
  if (chosen === null || chosen !== letters.length || chosen !== header.count)
    throw new Unfulfilled(
      `${path} ends before its letters do: that replay was stopped before it sent anything. Begin it anew.`,
    );
  return { header, letters, ended, begun };
};
