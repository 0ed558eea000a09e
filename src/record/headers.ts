/**
 * Header look-up, and the codec that carries the headers of a record through one that this project writes
 * (dead letters, retry records) and back.
 *
 * Written are texts only: the client's published binding takes no other values, and cuts a text at a NUL.
 * So every header that is not clean text (not valid UTF-8, with a NUL, or null) goes base64 into one JSON
 * header, `x-lanes-binary-headers`: `[[position, name, base64 | null], …]`. Headers whose names are ours go
 * there too: a reader of the written record then sees ours only, once each.
 * Promises: `decode(encode(headers) + any headers with reserved names)` = `headers`, with order and duplicates.
 * Must never drop a header, nor throw on any that was read.
 */
import { isUtf8 } from 'node:buffer';
import { NotRetryableError } from './record-error.js';
import type { Header, Headers, ProducedHeader } from './record.js';
import { utf8Text } from './utf8-text.js';

export const BINARY_HEADERS = 'x-lanes-binary-headers';

/** The names that this project writes itself: its own, and both profiles of dead-letter headers. */
const RESERVED_PREFIXES = ['x-lanes-', '__streams.errors.', 'kafka_dlt-'];

export const isReservedHeader = (name: string): boolean =>
  RESERVED_PREFIXES.some((prefix) => name.startsWith(prefix));

const text = (header: Header | undefined): string | undefined =>
  header?.value == null ? undefined : utf8Text(header.value);

/** The first value of that name, if it is text. */
export const firstHeader = (headers: Headers, name: string): string | undefined =>
  text(headers.find((header) => header.name === name));

/** The last value of that name, if it is text: the one that counts for Kafka's Java clients. */
export const lastHeader = (headers: Headers, name: string): string | undefined => {
  for (let at = headers.length - 1; at >= 0; at -= 1) {
    if (headers[at]?.name === name) return text(headers[at]);
  }
  return undefined;
};

const isCleanText = ({ name, value }: Header): boolean =>
  value !== null && isUtf8(value) && !value.includes(0) && !name.includes('\0') && !isReservedHeader(name);

type Moved = readonly [position: number, name: string, base64: string | null];

/** What a written record holds of the headers of the record it is made from. */
export const encodeHeaders = (headers: Headers): ProducedHeader[] => {
  const produced: ProducedHeader[] = [];
  const moved: Moved[] = [];
  headers.forEach((header, position) => {
    const { name, value } = header;
    if (value !== null && isCleanText(header)) produced.push({ name, value: value.toString('utf8') });
    else moved.push([position, name, value === null ? null : value.toString('base64')]);
  });
  if (moved.length > 0) produced.push({ name: BINARY_HEADERS, value: JSON.stringify(moved) });
  return produced;
};

const isMoved = (entry: unknown): entry is Moved => {
  if (!Array.isArray(entry) || entry.length !== 3) return false;
  const [position, name, base64] = entry as readonly unknown[];
  return (
    typeof position === 'number' &&
    Number.isInteger(position) &&
    position >= 0 &&
    typeof name === 'string' &&
    (base64 === null || typeof base64 === 'string')
  );
};

const parseMoved = (json: string | undefined): readonly Moved[] => {
  let parsed: unknown;
  try {
    parsed = JSON.parse(json ?? '');
  } catch {
    // Falls through: what JSON.parse says may quote the header.
  }
  if (Array.isArray(parsed) && parsed.every(isMoved)) return parsed;
  throw new NotRetryableError(
    'deserialization',
    `the header ${BINARY_HEADERS} is not what was written: expected [[position, name, base64 or null], ...]`,
  );
};

/** The original headers of a record that was written with `encodeHeaders`. Throws when the JSON header was tampered with. */
export const decodeHeaders = (written: Headers): Headers => {
  const kept = written.filter(({ name }) => !isReservedHeader(name));
  if (!written.some(({ name }) => name === BINARY_HEADERS)) return kept;
  // Each position counts the original list, so inserting in rising order puts every header where it was.
  for (const [position, name, base64] of [...parseMoved(lastHeader(written, BINARY_HEADERS))].sort(
    (a, b) => a[0] - b[0],
  )) {
    kept.splice(position, 0, { name, value: base64 === null ? null : Buffer.from(base64, 'base64') });
  }
  return kept;
};
