/**
 * The one way of foreign text to a terminal. Keys, headers, values, ids and messages come from records that
 * anybody may have written: an escape sequence in one could repaint the screen, a bidirectional control make
 * a key look like another one. What a terminal would act on is shown as an escape instead, and what is shown
 * can be told apart: a backslash is doubled, `\x1b` is a control character or a byte that is no UTF-8,
 * `\u{202e}` any other character.
 *
 * The type `Printable` is how the compiler knows: what writes to the terminal takes nothing else.
 */
import { isUtf8 } from 'node:buffer';

declare const safe: unique symbol;
/** Text that has been through here, or was made by this program. One line. */
export type Printable = string & { readonly [safe]: true };

/**
 * Controls, format characters (bidirectional ones, zero widths, tags), halves of surrogate pairs, private and
 * unassigned ones, separators of lines; the backslash; and marks that are heaped on one letter until they
 * paint over the lines around it.
 */
const UNSAFE = /[\p{C}\p{Zl}\p{Zp}\\]|(?<=\p{M}{3})\p{M}/gu;
const SHORT: Readonly<Record<string, string>> = { '\n': '\\n', '\r': '\\r', '\t': '\\t', '\\': '\\\\' };

const hex = (of: number, digits = 1): string => of.toString(16).padStart(digits, '0');

const escaped = (char: string): string => {
  const code = char.codePointAt(0) ?? 0;
  return SHORT[char] ?? (code < 0x80 ? `\\x${hex(code, 2)}` : `\\u{${hex(code)}}`);
};

/** At most `limit` characters, the last one `…` when something was cut off. */
const bounded = (text: string, limit: number, isWhole: boolean): Printable =>
  (isWhole && text.length <= limit
    ? text
    : `${text.slice(0, Math.max(0, limit - 1)).replace(/[\ud800-\udbff]$/, '')}…`) as Printable;

/** No more of it is looked at than may be shown: a value may have megabytes. */
export const printable = (text: string, limit = Infinity): Printable =>
  bounded(text.slice(0, limit).replace(UNSAFE, escaped), limit, text.length <= limit);

/** How many bytes a character that begins with this one has in UTF-8; 0 when none does. */
const sequenceLength = (first: number): number =>
  first < 0x80 ? 1 : first < 0xc2 ? 0 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : first < 0xf5 ? 4 : 0;

const escapedBytes = (bytes: Buffer): string => {
  let shown = '';
  let from = 0;
  for (let at = 0; at < bytes.length;) {
    const first = bytes[at] ?? 0;
    const char = bytes.subarray(at, at + sequenceLength(first));
    if (char.length > 0 && char.length === sequenceLength(first) && isUtf8(char)) {
      at += char.length;
      continue;
    }
    shown += `${bytes.toString('utf8', from, at).replace(UNSAFE, escaped)}\\x${hex(first, 2)}`;
    at += 1;
    from = at;
  }
  return shown + bytes.toString('utf8', from).replace(UNSAFE, escaped);
};

/** Bytes as text; those that are no UTF-8 as `\xff`. */
export const printableBytes = (bytes: Buffer, limit = Infinity): Printable => {
  // A character has four bytes at most: whatever the cut leaves of one is beyond the limit.
  const head = bytes.subarray(0, Math.min(bytes.length, limit * 4));
  return bounded(escapedBytes(head), limit, head.length === bytes.length);
};

/** The bytes as text when they are text; null otherwise. */
export const textOf = (bytes: Buffer | null): string | null =>
  bytes !== null && isUtf8(bytes) ? bytes.toString('utf8') : null;

/**
 * A template of this program's own words: what is put in is a number or has been made printable.
 * A message of several lines is several of them.
 */
export const shown = (words: TemplateStringsArray, ...values: readonly (Printable | number)[]): Printable =>
  String.raw({ raw: words }, ...values) as Printable;

/** Several as one, with the program's own text between them. */
export const joined = (parts: readonly Printable[], between: string): Printable =>
  parts.join(between) as Printable;

const UNSAFE_IN_JSON = /[\p{C}\p{Zl}\p{Zp}]/gu;
const jsonEscape = (char: string): string =>
  Array.from({ length: char.length }, (_, i) => `\\u${hex(char.charCodeAt(i), 4)}`).join('');

/** One line of JSON that a terminal shows as it is and that parses to the same value. */
export const jsonLine = (value: object): Printable =>
  JSON.stringify(value).replace(UNSAFE_IN_JSON, jsonEscape) as Printable;
