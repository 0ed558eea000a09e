/**
 * One row of CSV, for spreadsheets. Pure. A cell that a spreadsheet would take for a formula gets an
 * apostrophe before it, as OWASP says (a user agent may be `=HYPERLINK(…)`); what a terminal would act on is
 * an escape, as everywhere. So a row is one line.
 */
import { stringify } from 'csv-stringify/sync';
import type { Printable } from './printable.js';
import { printable, shown } from './printable.js';

/** The last ones are full width: some spreadsheets read them as the first ones. */
const FORMULA = /^[=+\-@\t\r\uff1d\uff0b\uff0d\uff20]/;

export const defused = (text: Printable): Printable => (FORMULA.test(text) ? shown`'${text}` : text);

/** Null: an empty cell. */
export const csvCell = (text: string | null): Printable =>
  text === null ? printable('') : printable(FORMULA.test(text) ? `'${text}` : text);

/** Of what is printable already. */
export const csvRow = (cells: readonly Printable[]): Printable =>
  stringify([[...cells]], { eof: false }) as Printable;

export const csvLine = (cells: readonly (string | null)[]): Printable => csvRow(cells.map(csvCell));
