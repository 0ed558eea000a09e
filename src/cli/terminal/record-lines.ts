/** Headers and value of a record, as lines for people. Values are shown only to whoever asks for them. Pure. */
import type { Headers } from '../../record/record.js';
import type { Printable } from './printable.js';
import { joined, printable, printableBytes, shown } from './printable.js';

const NAME_WIDTH = 200;
const HEADER_WIDTH = 500;
/** Characters of a value on a terminal; `--json` has it whole. */
const VALUE_WIDTH = 4000;

export const headerLines = (headers: Headers): readonly Printable[] =>
  headers.map(({ name, value }) =>
    joined(
      [printable(name, NAME_WIDTH), value === null ? shown`(null)` : printableBytes(value, HEADER_WIDTH)],
      ': ',
    ),
  );

export const sizeText = (value: Buffer | null): Printable =>
  value === null ? shown`null` : shown`${value.length} bytes`;

export const valueLine = (value: Buffer | null): Printable =>
  value === null ? shown`(null)` : printableBytes(value, VALUE_WIDTH);

export const indented = (lines: readonly Printable[]): readonly Printable[] =>
  lines.map((line) => shown`  ${line}`);
