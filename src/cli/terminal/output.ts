/**
 * Where a command writes: results to stdout, everything about them to stderr, so that a pipe gets results
 * only. It takes `Printable` alone: nothing else of a record can come here.
 */
import type { Paint } from './paint.js';
import { paint, wantsColor } from './paint.js';
import type { Printable } from './printable.js';
import { jsonLine } from './printable.js';

export interface Output {
  /** One object a line instead of tables and sentences. */
  readonly isJson: boolean;
  readonly paint: Paint;
  /** Of the terminal; without one there is no limit. */
  readonly width: number;
  line(text: Printable): void;
  json(value: object): void;
  /** What is happening, and what is wrong. */
  note(text: Printable): void;
  /** Replaces the last progress; on a terminal only. Empty: it is over. */
  progress(text: Printable): void;
}

interface Stream {
  readonly isTTY?: boolean;
  readonly columns?: number;
  write(text: string): unknown;
}

/** Erases what is left of the line. */
const ERASE = '\r\u001b[K';

export const terminalOutput = (
  { stdout, stderr }: { readonly stdout: Stream; readonly stderr: Stream },
  isJson: boolean,
  env: Readonly<Record<string, string | undefined>>,
): Output => {
  let inProgress = false;
  const clear = (): void => {
    if (inProgress) stderr.write(ERASE);
    inProgress = false;
  };
  const isTerminal = stdout.isTTY === true;
  const write = (text: string): void => {
    clear();
    stdout.write(`${text}\n`);
  };
  return {
    isJson,
    paint: paint(!isJson && wantsColor(isTerminal, env)),
    width: isTerminal ? (stdout.columns ?? Infinity) : Infinity,
    line: write,
    json: (value) => write(jsonLine(value)),
    note: (text) => {
      clear();
      stderr.write(`${text}\n`);
    },
    progress: (text) => {
      if (stderr.isTTY !== true || env['TERM'] === 'dumb') return;
      clear();
      if (text === '') return;
      stderr.write(text);
      inProgress = true;
    },
  };
};
