/**
 * Events from a file, one JSON object a line: `{"type", "data", "id"?, "traceparent"?, "tracestate"?, "spring"?}`.
 * A line that is none is told with its number and why, without a word of its content, and hinders no other.
 * Holds one line at a time, and no more of one than may be sent.
 */
import { isUtf8 } from 'node:buffer';
import type { PublishedUserEvent } from '../../../topology/user-audit/user-event-publisher.js';
import { isJsonObject, type JsonObject } from '../../record/envelope.js';

/** From 1. Null: longer than the limit. */
export interface Line {
  readonly number: number;
  readonly bytes: Buffer | null;
}

export type EventLine =
  | { readonly kind: 'event'; readonly line: number; readonly event: PublishedUserEvent }
  | { readonly kind: 'wrong'; readonly line: number; readonly why: string };

const NEWLINE = 0x0a;

/** The last line needs no newline. */
export async function* linesOf(chunks: AsyncIterable<Buffer>, maxBytes: number): AsyncGenerator<Line> {
  let number = 1;
  let parts: Buffer[] = [];
  let length = 0;
  const take = (part: Buffer): void => {
    length += part.length;
    if (length <= maxBytes) parts.push(part);
    else parts = [];
  };
  const line = (): Line => {
    const whole = { number, bytes: length <= maxBytes ? Buffer.concat(parts) : null };
    number += 1;
    parts = [];
    length = 0;
    return whole;
  };
  for await (const chunk of chunks) {
    let from = 0;
    for (let at = chunk.indexOf(NEWLINE); at >= 0; at = chunk.indexOf(NEWLINE, from)) {
      take(chunk.subarray(from, at));
      yield line();
      from = at + 1;
    }
    take(chunk.subarray(from));
  }
  if (length > 0) yield line();
}

const KNOWN = ['type', 'data', 'id', 'traceparent', 'tracestate', 'spring'];
const TEXTS = ['type', 'id', 'traceparent', 'tracestate'] as const;

const problemOf = (read: JsonObject): string | null => {
  if (!('type' in read)) return 'it has no "type"';
  if (!isJsonObject(read['data'])) return 'it has no "data" that is an object';
  for (const name of TEXTS)
    if (read[name] !== undefined && typeof read[name] !== 'string') return `"${name}" is no text`;
  if (read['spring'] !== undefined && typeof read['spring'] !== 'boolean')
    return '"spring" is neither true nor false';
  return Object.keys(read).every((name) => KNOWN.includes(name))
    ? null
    : `it has a field that is none of ${KNOWN.join(', ')}`;
};

/** Null: the line is blank. Whether the data fits its schema is the publisher's to say. */
export const readEventLine = ({ number, bytes }: Line, isSpring: boolean): EventLine | null => {
  const wrong = (why: string): EventLine => ({ kind: 'wrong', line: number, why });
  if (bytes === null) return wrong('it is longer than the largest record');
  if (!isUtf8(bytes)) return wrong('it is not UTF-8');
  // A file from Windows begins with a mark and has CR LF.
  const text = bytes
    .toString('utf8')
    .replace(/^\ufeff/, '')
    .trim();
  if (text === '') return null;
  let read: unknown;
  try {
    read = JSON.parse(text);
  } catch {
    return wrong('it is not JSON');
  }
  if (!isJsonObject(read)) return wrong('it is not a JSON object');
  const problem = problemOf(read);
  if (problem !== null) return wrong(problem);
  const event = (isSpring ? { ...read, spring: true } : read) as unknown as PublishedUserEvent;
  return { kind: 'event', line: number, event };
};
